/** A problem is printed as compilers print theirs, and nothing of a file reaches the terminal raw. */

import assert from "node:assert/strict";
import type { ConfigProblem } from "../../../src/config/config.ts";
import { formatProblem, quote, quoteList } from "../../../src/config/problem.ts";

const problem: ConfigProblem = {
  place: { file: "bio.yaml", line: 7, column: 3 },
  path: "programs[0]",
  message: "unknown key",
  hint: "try another",
  sourceLine: "\t\ttable: x",
};

Deno.test("a problem has its place, its line with a caret, and its hint", () => {
  assert.equal(
    formatProblem(problem),
    "bio.yaml:7:3: error: unknown key\n    7 | \t\ttable: x\n      | \t\t^\n  hint: try another",
  );
});

Deno.test("control characters of a file are shown, not obeyed", () => {
  const hostile = "a\x1b[2Jb\u202e\x07\ud800";
  const text = formatProblem({
    place: { file: hostile, line: 1, column: 2 },
    path: "",
    message: hostile,
    hint: hostile,
    sourceLine: hostile,
  });
  // deno-lint-ignore no-control-regex -- these are what must not be there
  assert.ok(!/[\x00-\x08\x0b-\x1f\u202e\ud800-\udfff]/.test(text), JSON.stringify(text));
});

Deno.test("a long line is cut around the caret", () => {
  const sourceLine = `${"a".repeat(2000)}HERE${"b".repeat(2000)}`;
  const text = formatProblem({
    ...problem,
    place: { file: "f", line: 1, column: 2001 },
    sourceLine,
  });
  const [, excerpt, caret] = text.split("\n");
  assert.ok(excerpt.length < 130);
  assert.equal(excerpt.slice(caret.indexOf("^"), caret.indexOf("^") + 4), "HERE");
  assert.ok(excerpt.includes("| …a") && excerpt.endsWith("b…"));
});

Deno.test("wide characters move the caret by two cells", () => {
  const [, , caret] = formatProblem({
    ...problem,
    sourceLine: "表x",
    place: { file: "f", line: 1, column: 2 },
  })
    .split("\n");
  assert.equal(caret, "      |   ^");
});

Deno.test("a column beyond what is kept of the line has no excerpt", () => {
  const text = formatProblem({ ...problem, place: { file: "f", line: 1, column: 500 } });
  assert.equal(text, "f:1:500: error: unknown key\n  hint: try another");
});

Deno.test("quotes escape and cut", () => {
  assert.equal(quote('a"b\\c\n'), '"a\\"b\\\\c\\n"');
  assert.equal(quote("x".repeat(99)), `"${"x".repeat(60)}…"`);
  assert.equal(quoteList(["a", "b", "c"]), '"a", "b" or "c"');
  assert.equal(quoteList([]), "nothing");
});
