/** A guest's lines come back to the host as they were; what is lost on the way is noticed. */

import assert from "node:assert/strict";
import { parseGuestOutput, runCases } from "../../vm/guest_case.ts";

/** What `run` prints with console.log. */
async function printed(run: () => Promise<void>): Promise<string> {
  const log = console.log;
  const lines: string[] = [];
  console.log = (line: string) => void lines.push(line);
  try {
    await run();
  } finally {
    console.log = log;
  }
  return lines.join("\n") + "\n";
}

Deno.test("cases that pass, fail and print are told apart", async () => {
  const output = await printed(() =>
    runCases([
      { name: "good", run: () => console.log("its own words") },
      { name: "bad", run: () => Promise.reject(new Error("first line\nsecond line")) },
    ])
  );
  const { cases, words, complete } = parseGuestOutput("a word before\n" + output);
  assert.deepEqual(cases.map((line) => line.case), ["good", "bad"]);
  assert.equal(cases[0].error, undefined);
  assert.match(cases[1].error ?? "", /^Error: first line\nsecond line/);
  assert.equal(words, "a word before\nits own words");
  assert.ok(complete);
});

Deno.test("a guest that stops early, or loses a line, is not complete", async () => {
  const output = await printed(() => runCases([{ name: "one", run: () => {} }]));
  const [one, end] = output.trimEnd().split("\n");
  assert.ok(parseGuestOutput(output).complete);
  assert.ok(!parseGuestOutput(one).complete);
  assert.ok(!parseGuestOutput(end).complete);
  assert.ok(!parseGuestOutput("").complete);
});
