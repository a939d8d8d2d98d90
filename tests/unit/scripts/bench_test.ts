import assert from "node:assert/strict";
import { buildConfig } from "../../../scripts/bench/fixture.ts";
import type { Measurement } from "../../../scripts/bench/measure.ts";
import { parseCpuMs, parseMemory } from "../../../scripts/bench/process_usage.ts";
import { buildReport } from "../../../scripts/bench/report.ts";
import { spreadOf } from "../../../scripts/bench/spread.ts";
import { loadConfig } from "../../../src/config/load_config.ts";

Deno.test("bench: the spread of odd and even counts, sorted by value", () => {
  assert.deepEqual(spreadOf([10, 9, 100]), { min: 9, median: 10, max: 100 });
  assert.deepEqual(spreadOf([4, 1, 2, 100]), { min: 1, median: 3, max: 100 });
  assert.throws(() => spreadOf([]));
});

Deno.test("bench: memory is read from smaps_rollup", () => {
  const rollup = "55d0-7ffd ---p 00000000 00:00 0 [rollup]\n" +
    "Rss:               62464 kB\nPss:               31232 kB\nPss_Anon:          11264 kB\n";
  assert.deepEqual(parseMemory(rollup), { rssMb: 61, pssMb: 30.5 });
  assert.throws(() => parseMemory("Rss: 1 kB\n"), /Rss|Pss/);
});

Deno.test("bench: CPU time is that of user and system, whatever the command is called", () => {
  assert.equal(parseCpuMs("7 (a) S 9 (b) S 1 2 3 4 5 6 7 8 9 10 120 30 0 0 20 0\n"), 1500);
});

Deno.test("bench: a process has used memory and CPU time", () => {
  const { rssMb, pssMb } = parseMemory(Deno.readTextFileSync("/proc/self/smaps_rollup"));
  assert.ok(rssMb >= pssMb && pssMb > 1, `${rssMb} ${pssMb}`);
  assert.ok(parseCpuMs(Deno.readTextFileSync("/proc/self/stat")) > 0);
});

function measurement(name: string, factor: number): Measurement {
  return {
    name,
    startMs: 100 * factor,
    scrapeMs: { min: factor, median: 2 * factor, max: 3 * factor },
    cpuMsPerScrape: 4 * factor,
    sizeBytes: 870_000,
    restMemory: { rssMb: 60 * factor, pssMb: 30 * factor },
    scrapedMemory: { rssMb: 70 * factor, pssMb: 40 * factor },
  };
}

Deno.test("bench: shares of the peer stand beside each of ours", () => {
  const lines = buildReport("10 keys", [measurement("ours", 1), measurement("peer", 4)], true)
    .split("\n");
  assert.match(lines[0], /^10 keys +ours +of peer +peer$/);
  const line = (what: string) => lines.find((line) => line.startsWith(what))?.split(/ {2,}/);
  assert.deepEqual(line("scrape, ms: median"), ["scrape, ms: median", "2.00", "0.250", "8.00"]);
  assert.deepEqual(line("answer, kB"), ["answer, kB", "870", "1.000", "870"]);
});

Deno.test("bench: alone there is nothing to compare with", () => {
  const report = buildReport("10 keys", [measurement("ours", 1), measurement("binary", 2)], false);
  assert.doesNotMatch(report, /of peer/);
  assert.match(report, /^memory at rest, RSS MB +60\.0 +120\.0$/m);
});

Deno.test("bench: its config has no problems and as many entries as keys", () => {
  const { config, problems } = loadConfig([{ file: "bench.yaml", text: buildConfig(1234) }]);
  assert.deepEqual(problems, []);
  assert.match(config?.programs[0].alternatives[0].code.text ?? "", /operation_key_t, u64, 1234\)/);
});
