/** What one alternative brings must not hide what the others bring. */

import assert from "node:assert/strict";
import { checkCode, type CodeCheck } from "../../../src/commands/check_code.ts";
import {
  CompileError,
  CompilerUnavailableError,
} from "../../../src/commands/compile_alternative.ts";
import type { AlternativeConfig, ConfigProblem } from "../../../src/config/config.ts";

/** What checking an alternative comes to: an error, or problems of its metrics. */
type Outcome = Error | readonly ConfigProblem[] | "excluded";

const problem: ConfigProblem = {
  place: { file: "p.yaml", line: 9, column: 9 },
  path: "",
  message: "no such table",
};

async function check(...outcomes: Outcome[]): Promise<CodeCheck> {
  const alternatives = outcomes.map((outcome, index): AlternativeConfig => ({
    place: { file: "p.yaml", line: index + 1, column: 1 },
    ...(outcome === "excluded" ? { kernel: "<1.0" } : {}),
    probes: [],
    code: { text: "", file: "p.yaml", segments: [] },
    cflags: [],
    kaddrs: [],
  }));
  const program = { name: "p", place: problem.place, counters: [], histograms: [], alternatives };
  return await checkCode(program, (alternative) => {
    const outcome = outcomes[alternatives.indexOf(alternative)];
    assert.notEqual(outcome, "excluded");
    return outcome instanceof Error
      ? Promise.reject(outcome)
      : Promise.resolve(outcome as readonly ConfigProblem[]);
  });
}

const fault = new CompileError("does not compile", []);
const hidden = new CompilerUnavailableError("addresses are hidden");
const FAULT = (line: number) => `p.yaml:${line}:1: program "p": does not compile`;
const PROBLEM = "p.yaml:9:9: error: no such table";

for (
  const [what, outcomes, expected] of [
    ["one that is right has nothing to say", [[]], { errors: [], notes: [] }],
    ["one that does not compile is an error", [fault], { errors: [FAULT(1)], notes: [] }],
    ["one that does not compile is passed over for one that does", [fault, []], {
      errors: [],
      notes: [`passed over for another alternative: ${FAULT(1)}`],
    }],
    ["a compiler that cannot be asked is a note, once", [hidden, hidden], {
      errors: [],
      notes: ['the code of program "p" could not be checked here: addresses are hidden'],
    }],
    ["a later one that cannot be checked hides no table that is missing", [[problem], hidden], {
      errors: [PROBLEM],
      notes: ['an alternative of program "p" could not be checked here: addresses are hidden'],
    }],
    ["a later one that cannot be checked hides no code that does not compile", [fault, hidden], {
      errors: [FAULT(1)],
      notes: ['an alternative of program "p" could not be checked here: addresses are hidden'],
    }],
    ["those after one that cannot be checked are checked", [hidden, [problem], fault], {
      errors: [PROBLEM],
      notes: [
        'an alternative of program "p" could not be checked here: addresses are hidden',
        `passed over for another alternative: ${FAULT(3)}`,
      ],
    }],
    ["what fails otherwise is an error beside one that compiles", [new Error("EPERM"), []], {
      errors: ['p.yaml:1:1: program "p": EPERM'],
      notes: [],
    }],
  ] as const
) {
  Deno.test(`alternatives checked: ${what}`, async () => {
    assert.deepEqual(await check(...outcomes), expected);
  });
}

Deno.test("alternatives checked: those for other kernels are told where no other is checked", async () => {
  const { errors, notes } = await check("excluded", hidden);
  assert.deepEqual(errors, []);
  assert.equal(notes.length, 1);
  assert.match(
    notes[0],
    /could not be checked here: it is for kernels <1\.0, .*; addresses are hi/,
  );
  assert.deepEqual(await check("excluded", []), { errors: [], notes: [] });
});
