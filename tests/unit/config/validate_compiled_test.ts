/** What a program names has to be in its compiled code. */

import assert from "node:assert/strict";
import { parseConfig } from "../../../src/config/parse_config.ts";
import { checkProgramAgainstCode } from "../../../src/config/validate_compiled.ts";

const text = `programs:
  - name: p
    metrics:
      counters:
        - name: a_total
          table: countz
      histograms:
        - { name: h, table: sizes, bucket_type: exp2, bucket_max: 3, labels: [{ name: b }] }
    kprobes:
      vfs_read: enterr
    raw_tracepoints:
      timer_start: on_timer
    code: x
`;

function check(functions: string[], tables: string[]) {
  const program = parseConfig(text, "p.yaml").config!.programs[0];
  return checkProgramAgainstCode(program, program.alternatives[0], { functions, tables });
}

Deno.test("code that defines everything has no problems", () => {
  assert.deepEqual(check(["enterr", "on_timer", "more"], ["countz", "sizes", "start"]), []);
});

Deno.test("missing functions and tables are named with the nearest, at their places", () => {
  const problems = check(["enter", "on_timer"], ["counts", "sizes"]);
  assert.deepEqual(problems.map(({ place, hint }) => [place.line, place.column, hint]), [
    [10, 7, 'did you mean "enter"'],
    [6, 18, 'did you mean "counts"'],
  ]);
  assert.match(problems[0].message, /kprobe "vfs_read".*function "enterr"/);
  assert.match(problems[1].message, /counter "a_total".*table "countz"/);
});

Deno.test("without a near name the hint lists what there is", () => {
  const hints = check([], ["abc", "def"]).map(({ hint }) => hint);
  assert.deepEqual(hints, [
    "the code defines no functions",
    "the code defines no functions",
    "the tables of the code: abc, def",
    "the tables of the code: abc, def",
  ]);
});
