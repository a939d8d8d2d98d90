import assert from "node:assert/strict";
import { readBootSeconds, readProcessUsage } from "../../../src/self_metrics/process_usage.ts";
import { withProc } from "./fake_proc.ts";

Deno.test("process usage: ticks, kilobytes and limits become seconds, bytes and numbers", async () => {
  await withProc((directory) => {
    assert.equal(readBootSeconds(directory), 1_700_000_000);
    assert.deepEqual(readProcessUsage(`${directory}/self`, 1_700_000_000), {
      cpuSeconds: 3.01,
      openFds: 3,
      maxFds: 1024,
      residentBytes: 1024 ** 2,
      virtualBytes: 2 * 1024 ** 2,
      virtualMaxBytes: 2 ** 64,
      startSeconds: 1_700_000_123.45,
    });
    assert.equal(readProcessUsage(`${directory}/self`, undefined).startSeconds, undefined);
    return Promise.resolve();
  });
});

Deno.test("process usage: what is not there is undefined, what is there stays", async () => {
  await withProc(async (directory) => {
    await Deno.remove(`${directory}/self/limits`);
    await Deno.writeTextFile(`${directory}/self/status`, "VmSize:\t   2048 kB\n");
    const usage = readProcessUsage(`${directory}/self`, undefined);
    assert.deepEqual([usage.maxFds, usage.virtualMaxBytes, usage.residentBytes], [
      undefined,
      undefined,
      undefined,
    ]);
    assert.deepEqual([usage.virtualBytes, usage.openFds, usage.cpuSeconds], [2 ** 21, 3, 3.01]);
  });
  assert.equal(readBootSeconds("/nonexistent"), undefined);
  const values = Object.values(readProcessUsage("/nonexistent/self", undefined));
  assert.ok(values.length > 5 && values.every((value) => value === undefined));
});

Deno.test("process usage: of this process the truth", () => {
  const usage = readProcessUsage("/proc/self", readBootSeconds("/proc"));
  const { rss } = Deno.memoryUsage();
  assert.ok(Math.abs(usage.residentBytes! - rss) < rss / 2);
  assert.ok(usage.virtualBytes! > usage.residentBytes!);
  assert.ok(usage.cpuSeconds! > 0);
  assert.ok(usage.openFds! > 3 && usage.maxFds! >= usage.openFds!);
  const ageSeconds = Date.now() / 1000 - usage.startSeconds!;
  assert.ok(ageSeconds > -2 && ageSeconds < 3600, `${ageSeconds} s old`);
});
