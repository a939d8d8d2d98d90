/** Hostile text gets an error soon, at its place, and never an exception. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { formatProblem } from "../../../src/config/problem.ts";
import { parseConfig } from "../../../src/config/parse_config.ts";

const good = `programs:
  - name: p
    metrics:
      counters:
        - name: a_total
          help: A
          table: t
          labels:
            - { name: x, decoders: [{ name: uint }, { name: static_map, static_map: { 0x1: a, 2: b } }] }
      histograms:
        - name: h
          table: u
          bucket_type: linear
          bucket_max: 7
          labels: &labels
            - name: bucket
    kprobes: { f: g }
    code: |
      int g(void *ctx) { return 0; }
`;

/** An alias bomb of 16^levels values. */
function bomb(levels: number): string {
  const lines = ["x-0: &a0 [x]"];
  for (let i = 1; i <= levels; i++) {
    lines.push(`x-${i}: &a${i} [${Array(16).fill(`*a${i - 1}`).join(", ")}]`);
  }
  return `${lines.join("\n")}\nprograms: *a${levels}\n`;
}

/** A thousand maps that merge one of a thousand keys. */
function mergeBomb(): string {
  const keys = Array.from({ length: 1000 }, (_, i) => `k${i}: 1`).join(", ");
  return `x-a: &a { ${keys} }\nprograms:\n${"  - <<: *a\n".repeat(1000)}`;
}

/** More regexps than anyone has, each slow to compile. */
function manyRegexps(): string {
  const patterns = Array.from({ length: 1100 }, (_, i) => `"${i}a{50}"`).join(", ");
  return good.replace("{ name: uint }", `{ name: regexp, regexps: [${patterns}] }`);
}

const cases: Record<string, [text: string, line: number, message: RegExp]> = {
  "nothing": ["", 1, /empty/],
  "white space and comments": ["\n  # x\n", 1, /empty/],
  "empty documents": ["---\n---\n...\n", 1, /empty/],
  "a document that is null": ["~", 1, /expected programs/],
  "no programs": ["programs: []", 1, /no item/],
  "programs of nothing": ["programs:", 1, /has no "programs"/],
  "an empty list": ["[]", 1, /no item|empty|expected/],
  "an alias bomb": [bomb(20), 6, /stands for more than/],
  "a bomb of merge keys": [mergeBomb(), 403, /merge keys up to here stand for/],
  "a thousand regexps": [manyRegexps(), 9, /more than 1000 regexps/],
  "an alias of itself": ["programs: &a [*a]", 1, /part of what it stands for/],
  "an alias of nothing": ["programs: *a", 1, /no anchor/],
  "a merge of text": ["<<: x\nprograms: []", 1, /"<<"/],
  "a list as a key": ["? [a]\n: b", 1, /as a key/],
  "a foreign tag": ["programs: !!js/function x", 1, /tag/],
  "100,000 open brackets": ["a: " + "[".repeat(100_000), 1, /levels of nesting/],
  "50,000 open braces": ["{a: ".repeat(50_000), 1, /levels of nesting/],
  "3,000 dashes": ["- ".repeat(3_000), 1, /levels of nesting/],
  "100,000 nested lists": ["- ".repeat(100_000), 1, /./],
  "block nesting of 100 levels": [
    Array.from({ length: 100 }, (_, i) => " ".repeat(i) + "a:").join("\n") + " 1",
    66,
    /levels of nesting/,
  ],
  "tabs as indentation": ["programs:\n\t- name: p\n", 2, /tab/],
  "tabs in front of code": [`${good.replace("      int g", "\tint g")}`, 19, /tab/],
  "a control character": ["programs:\n  - name: a\x00b\n", 2, /control character 0x00/],
  "an escape sequence": ["\x1b[2J", 1, /control character 0x1b/],
  "too many tokens": ["a: [" + "[],".repeat(500_000) + "]", 1, /tokens/],
  "too many keys": [
    Array.from({ length: 300_000 }, (_, i) => `k${i}: 1`).join("\n"),
    57_143,
    /tokens/,
  ],
  "a colon that is glued": ["programs:\n  - name:p\n    code: x\n", 2, /not valid YAML/],
};

for (const [name, [text, line, message]] of Object.entries(cases)) {
  Deno.test(`${name} is refused`, () => {
    const { config, problems } = parseConfig(text, "x.yaml");
    assert.equal(config, undefined);
    assert.ok(problems.length > 0);
    assert.match(problems[0].message, message);
    assert.equal(problems[0].place.line, line);
    assert.ok(formatProblem(problems[0]).length < 2000);
  });
}

Deno.test("the sample that is mutated below is right", () => {
  assert.deepEqual(parseConfig(good, "x.yaml").problems, []);
  assert.ok(parseConfig("\ufeff" + good.replaceAll("\n", "\r\n"), "x.yaml").config);
});

Deno.test("a glued colon gets its hint", () => {
  const [problem] = parseConfig("programs:\n  - name:p\n    code: x\n", "x.yaml").problems;
  assert.match(problem.hint ?? "", /space after the colon of "name:"/);
});

Deno.test("50,000 unknown keys give a hundred problems and a count", () => {
  const text = Array.from({ length: 50_000 }, (_, i) => `k${i}: 1`).join("\n");
  const { problems } = parseConfig(text, "x.yaml");
  assert.equal(problems.length, 101);
  assert.match(problems[100].message, /^49901 more problems/);
});

Deno.test("a problem in a line of 1 MB does not carry the line", () => {
  const { problems } = parseConfig(`programs: [${"x".repeat(1e6)}, y]`, "x.yaml");
  assert.ok(JSON.stringify(problems).length < 20_000);
});

/** Whatever happens to the text: an answer, whose places are in it. */
function assertAnswer(text: string): void {
  const { config, problems } = parseConfig(text, "x.yaml");
  assert.equal(config === undefined, problems.length > 0);
  const lines = text.replace(/^\ufeff/, "").split("\n");
  for (const problem of problems) {
    const { line, column } = problem.place;
    assert.ok(line >= 1 && line <= lines.length, `line ${line} of ${lines.length}`);
    assert.ok(column >= 1 && column <= lines[line - 1].length + 1, `column ${column}`);
    assert.ok(!/[.\n]$/.test(problem.message), problem.message);
    formatProblem(problem);
  }
  if (config !== undefined) {
    // What crosses the process boundary comes out as it went in.
    assert.deepEqual(JSON.parse(JSON.stringify(config)), config);
  }
}

Deno.test("random text always gets an answer", () => {
  const piece = fc.constantFrom(
    ..."-:?[]{}&*!|>'\"%@`# \n\t,a1~<=.\\\r\u00e9\ufeff",
    "programs:",
    "\n  - name: ",
    "<<: *a",
    "&a ",
    "__proto__: ",
    "constructor: ",
  );
  fc.assert(fc.property(fc.string({ unit: piece, maxLength: 60 }), assertAnswer), {
    numRuns: 1500,
  });
});

Deno.test("a configuration with random pieces cut out or put in always gets an answer", () => {
  const insert = fc.constantFrom(
    "",
    " ",
    "\n",
    ":",
    "- ",
    "~",
    "[]",
    "{}",
    "*labels",
    "&labels ",
    "0x",
    "1e999",
    "-1",
    "'",
    '"',
    "|",
    ">",
    "#",
    "<<: ",
    "__proto__: ",
    "toString: ",
  );
  const cut = fc.tuple(fc.nat(good.length), fc.nat(30), insert);
  fc.assert(
    fc.property(fc.array(cut, { minLength: 1, maxLength: 3 }), (cuts) => {
      let text = good;
      for (const [at, length, words] of cuts) {
        text = text.slice(0, at) + words + text.slice(at + length);
      }
      assertAnswer(text);
    }),
    { numRuns: 1500 },
  );
});

Deno.test("a value of another kind anywhere gets a problem at its line or its owner's", () => {
  const values = [...good.matchAll(/(?<=: )[^\s|&{[][^\n,}]*/g)];
  assert.ok(values.length > 8);
  for (const match of values) {
    const text = good.slice(0, match.index) + "[[]]" + good.slice(match.index + match[0].length);
    const line = text.slice(0, match.index).split("\n").length;
    const { problems } = parseConfig(text, "x.yaml");
    assert.ok(problems.some(({ place }) => place.line === line), `line ${line}: ${match[0]}`);
  }
});
