/** Places in a code block are places of the same characters in the YAML file, whatever the style. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { placeInCode } from "../../../src/config/code_place.ts";
import { parseConfig } from "../../../src/config/parse_config.ts";

const before = "programs:\n  - name: p\n    kprobes: { f: g }\n";

function codeOf(text: string) {
  const { config, problems } = parseConfig(text, "p.yaml");
  assert.deepEqual(problems, []);
  return config!.programs[0].alternatives[0].code;
}

/** The character of the file that a character of the code is said to be. */
function characterAt(text: string, line: number, column: number): string {
  return text.split("\n")[line - 1]?.[column - 1] ?? "";
}

const styles: Record<string, { yaml: string; code: string; at: [string, number, number][] }> = {
  "a literal block": {
    yaml: "    code: | # words\n\n      int a;\n        int bé; int c;\n\n      int d;\n",
    code: "\nint a;\n  int bé; int c;\n\nint d;\n",
    at: [["a;", 6, 11], ["c;", 7, 21], ["d;", 9, 11]],
  },
  "a stripped block with an indentation of its own": {
    yaml: "    code: |2-\n        int a;\n      int b;\n\n\n",
    code: "  int a;\nint b;",
    at: [["a;", 5, 13], ["b;", 6, 11]],
  },
  "a folded block": {
    yaml: "    code: >\n      int a;\n      int b;\n\n      int c;\n        int d;\n      int e;\n",
    code: "int a; int b;\nint c;\n  int d;\nint e;\n",
    at: [["a;", 5, 11], ["b;", 6, 11], ["c;", 8, 11], ["d;", 9, 13], ["e;", 10, 11]],
  },
  "a plain scalar on two lines": {
    yaml: "    code: int a;\n      int b;\n",
    code: "int a; int b;",
    at: [["a;", 4, 15], ["b;", 5, 11]],
  },
  "single quotes": {
    yaml: "    code: 'char a = ''a''; int b;\n\n      int c;'\n",
    code: "char a = 'a'; int b;\nint c;",
    at: [["a =", 4, 17], ["b;", 4, 32], ["c;", 6, 11]],
  },
  "double quotes": {
    yaml:
      '    code: "int a;\\nchar b = \\"\\x41\\U0001F600\\";\\tint c; \\\n       int d;\n\n      int e;"\n',
    code: 'int a;\nchar b = "A😀";\tint c; int d;\nint e;',
    at: [["a;", 4, 16], ["b =", 4, 25], ["c;", 4, 54], ["d;", 5, 12], ["e;", 7, 11]],
  },
  "Windows line ends": {
    yaml: "    code: |\r\n      int a;\r\n      int b;\r\n",
    code: "int a;\nint b;\n",
    at: [["a;", 5, 11], ["b;", 6, 11]],
  },
  "a block behind an anchor and a tag": {
    yaml: "    code: &c !!str |\n      int a;\n",
    code: "int a;\n",
    at: [["a;", 5, 11]],
  },
};

for (const [name, { yaml, code: wanted, at }] of Object.entries(styles)) {
  Deno.test(`places in ${name}`, () => {
    const text = before + yaml;
    const code = codeOf(text);
    assert.equal(code.text, wanted);
    for (const [words, line, column] of at) {
      const index = code.text.indexOf(words);
      assert.ok(index >= 0, words);
      const lines = code.text.slice(0, index).split("\n");
      const bytes = new TextEncoder().encode(lines[lines.length - 1]).length;
      const place = placeInCode(code, lines.length, bytes + 1);
      assert.deepEqual(place, { file: "p.yaml", line, column }, words);
      assert.equal(characterAt(text, line, column), words[0]);
    }
  });
}

Deno.test("an empty line of a block is the empty line of the file", () => {
  const code = codeOf(before + "    code: |\n      a\n\n\n      b\n");
  assert.equal(placeInCode(code, 2, 1).line, 6);
  assert.equal(placeInCode(code, 3, 1).line, 7);
  assert.equal(placeInCode(code, 4, 1).line, 8);
});

Deno.test("a place after the end of the code is still in the file", () => {
  const code = codeOf(before + "    code: |\n      a\n");
  assert.equal(placeInCode(code, 1, 99).line, 5);
  assert.ok(placeInCode(code, 99, 1).line >= 5);
  assert.deepEqual(placeInCode({ text: "", file: "f", segments: [] }, 3, 4), {
    file: "f",
    line: 1,
    column: 1,
  });
});

Deno.test("every character of random code is found in the file, in every style", () => {
  const line = fc.string({ unit: fc.constantFrom(..."a;b {}'\"\\#:é\t "), maxLength: 30 });
  const type = fc.constantFrom(
    "BLOCK_LITERAL" as const,
    "BLOCK_FOLDED" as const,
    "QUOTE_DOUBLE" as const,
    "QUOTE_SINGLE" as const,
    "PLAIN" as const,
  );
  fc.assert(fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), type, (lines, style) => {
    const program = { name: "p", kprobes: { f: "g" }, code: `x ${lines.join("\n")}` };
    const text = stringify({ programs: [program] }, { defaultStringType: style, lineWidth: 24 });
    const code = codeOf(text);
    // The library's own writer does not keep each line break of each style.
    code.text.split("\n").forEach((codeLine, index) => {
      [...codeLine].forEach((character, column) => {
        if (/\s/.test(character)) return;
        const bytes = new TextEncoder().encode(codeLine.slice(0, column)).length;
        const place = placeInCode(code, index + 1, bytes + 1);
        const found = characterAt(text, place.line, place.column);
        assert.ok(found === character || found === "\\", `${found} for ${character} in\n${text}`);
      });
    });
  }));
});

Deno.test("a place after the code's end is its last line's", () => {
  const code = codeOf(`${before}    code: |\n      int a;\n      int b;\n\n\n`);
  for (const line of [3, 5, 50]) assert.equal(placeInCode(code, line, 9).line, 6);
});
