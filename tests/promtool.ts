/** Prometheus' own reader and linter of the text format. */

import assert from "node:assert/strict";

/** Fails unless `promtool check metrics`, which must be installed, has nothing to say about the text. */
export async function assertPromtoolContent(metrics: string): Promise<void> {
  const child = new Deno.Command("promtool", {
    args: ["check", "metrics"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(metrics));
  await input.close();
  const { code, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  assert.equal(text.decode(stdout) + text.decode(stderr), "");
  assert.equal(code, 0);
}
