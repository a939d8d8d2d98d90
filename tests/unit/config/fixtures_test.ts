/** Every fixture is parsed; a bad one says in its own comments which problems it has, and where. */

import assert from "node:assert/strict";
import { formatProblem } from "../../../src/config/problem.ts";
import { parseConfig } from "../../../src/config/parse_config.ts";

const folder = new URL("./fixtures/", import.meta.url);
const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

for (const name of names) {
  const text = Deno.readTextFileSync(new URL(name, folder));
  if (name.endsWith(".good.yaml")) {
    Deno.test(`${name} is taken`, () => {
      const { config, problems } = parseConfig(text, name);
      assert.deepEqual(problems.map((problem) => formatProblem(problem)), []);
      assert.ok(config!.programs.length > 0);
    });
  } else {
    Deno.test(`${name} has the problems that it says, at their places`, () => {
      const { config, problems } = parseConfig(text, name);
      assert.equal(config, undefined);
      const expected = readExpectations(text, name);
      assert.ok(expected.length > 0, "the fixture expects no problem");
      const left = problems.filter((problem) => {
        const { line, column } = problem.place;
        const index = expected.findIndex((one) =>
          one.line === line && one.column === column && problem.message.includes(one.words)
        );
        if (index >= 0) expected.splice(index, 1);
        return index < 0;
      });
      assert.deepEqual(left.map((problem) => formatProblem(problem)), [], "unexpected problems");
      assert.deepEqual(expected, [], "problems that were not found");
    });
  }
}

/** Reads `#! COLUMN: WORDS` from the end of each line; FILE in the words is the fixture's name. */
function readExpectations(
  text: string,
  file: string,
): { line: number; column: number; words: string }[] {
  return text.split("\n").flatMap((line, index) =>
    [...line.matchAll(/#! (\d+): (.*?)(?= #!|$)/g)].map(([, column, words]) => ({
      line: index + 1,
      column: Number(column),
      words: words.replaceAll("FILE", file),
    }))
  );
}
