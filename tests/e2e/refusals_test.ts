/** Metrics that cannot be: what the file tells is refused at the start, what only the code tells leaves one metric out. */

import assert from "node:assert/strict";
import { runExporter, temporaryFolder } from "./exporter_process.ts";
import {
  assertSamples,
  configYaml,
  familyText,
  type FillProgram,
  startWithConfig,
  triggerFill,
} from "./fill.ts";
import { counter, good, number, rowStruct } from "./three_rows.ts";

/** What ends in a problem of the configuration at the start, exit 1, and what the problem says. */
const refusals: readonly (readonly [string, FillProgram[], RegExp])[] = [
  [
    "same metric name in two programs, other label names",
    [good, {
      ...good,
      name: "b",
      metrics: counter("rows", "Rows", "rows_total", `[${number}, { name: x }]`),
    }],
    /test\.yaml:\d+:\d+: error: .*rows_total.*label/,
  ],
  [
    "same metric name in two programs, other help",
    [good, { ...good, name: "b", metrics: counter("rows", "Other") }],
    /test\.yaml:\d+:\d+: error: .*rows_total.*help/,
  ],
  [
    "program name twice",
    [good, good],
    /test\.yaml:\d+:\d+: error: .*"good"/,
  ],
  [
    "histogram without labels",
    [{
      ...good,
      metrics: "histograms: [{ name: h, help: h, table: rows, bucket_type: exp2, bucket_max: 3 }]",
    }],
    /"h" has no labels/,
  ],
  [
    "histogram, unknown bucket_type",
    [{
      ...good,
      metrics:
        `histograms: [{ name: h, help: h, table: rows, bucket_type: nope, bucket_max: 3, labels: [${number}] }]`,
    }],
    /unknown bucket type "nope"/,
  ],
  [
    "label size 0",
    [{
      ...good,
      metrics: counter(
        "rows",
        "Rows",
        "rows_total",
        "[{ name: a, size: 0, decoders: [{ name: uint }] }]",
      ),
    }],
    /expected at least 1/,
  ],
  [
    "no decoders",
    [{ ...good, metrics: counter("rows", "Rows", "rows_total", "[{ name: a, size: 16 }]") }],
    /the label "a" has a size but no decoders/,
  ],
  [
    "unknown decoder",
    [{
      ...good,
      metrics: counter(
        "rows",
        "Rows",
        "rows_total",
        "[{ name: a, size: 16, decoders: [{ name: unit }] }]",
      ),
    }],
    /unknown decoder "unit", did you mean "uint"/,
  ],
  [
    "regexp that does not compile",
    [{
      ...good,
      metrics: counter(
        "rows",
        "Rows",
        "rows_total",
        `[{ name: a, decoders: [{ name: regexp, regexps: ["("] }] }]`,
      ),
    }],
    /the regexp "\(" does not compile/,
  ],
  [
    "regexp without regexps",
    [{
      ...good,
      metrics: counter("rows", "Rows", "rows_total", "[{ name: a, decoders: [{ name: regexp }] }]"),
    }],
    /the decoder "regexp" has no "regexps"/,
  ],
  [
    "static_map without a map",
    [{
      ...good,
      metrics: counter(
        "rows",
        "Rows",
        "rows_total",
        "[{ name: a, decoders: [{ name: static_map }] }]",
      ),
    }],
    /the decoder "static_map" has no map/,
  ],
];

Deno.test("what the peers find at a scrape or not at all is refused at the start", async (t) => {
  using folder = temporaryFolder();
  for (const [row, programs, message] of refusals) {
    await t.step(row, async () => {
      Deno.writeTextFileSync(`${folder.path}/test.yaml`, configYaml(...programs));
      const { code, stdout, stderr } = await runExporter([
        "--config.check",
        "--config",
        `${folder.path}/test.yaml`,
      ]);
      assert.equal(code, 1, stderr);
      assert.match(stdout + stderr, message);
    });
  }
});

/** What the compiled code only tells: the metric is left out with its reason, the others are served. */
const leftOut: readonly (readonly [string, string, RegExp])[] = [
  ["table: naming no table", counter("nope", "h", "broken_total"), /"nope"/],
  [
    "key size is not the sum of label sizes",
    counter("rows", "h", "broken_total", "[{ name: a, size: 8, decoders: [{ name: uint }] }]"),
    /16 bytes, but the sizes of the labels add up to 8/,
  ],
  [
    "counter without labels on a key of several fields",
    counter("rows", "h", "broken_total", "[]"),
    /2 fields, but the metric has 0 labels/,
  ],
  [
    "uint of 3 bytes",
    counter(
      "rows",
      "h",
      "broken_total",
      "[{ name: a, size: 3, padding: 5, decoders: [{ name: uint }] }, { name: b, size: 8, decoders: [{ name: string }] }]",
    ),
    /expected 1, 2, 4, 8 or 16 bytes, found 3/,
  ],
  [
    "map value is a struct",
    counter("pairs", "h", "broken_total", `[${number}]`),
    /expected an integer/,
  ],
  [
    "table of a type that has no rows",
    counter("events", "h", "broken_total", `[${number}]`),
    /map type 4/,
  ],
];

Deno.test("a metric that its table cannot serve is left out alone", async (t) => {
  const broken = leftOut.map(([, metrics], index): FillProgram => ({
    name: `broken${index}`,
    metrics: metrics.replace("broken_total", `broken${index}_total`),
    tables: `${rowStruct}
      struct pair_t { u64 a; u64 b; };
      BPF_HASH(rows, struct row_t);
      BPF_HASH(pairs, u32, struct pair_t);
      BPF_PERF_OUTPUT(events);`,
    fill: "(void)0;",
  }));
  await using exporter = await startWithConfig(configYaml(good, ...broken));
  triggerFill();
  const metrics = await exporter.get("/metrics");
  assertSamples(
    metrics,
    "rows_total",
    `rows_total{name="row1",number="1"} 10
     rows_total{name="row2",number="2"} 20
     rows_total{name="row3",number="3"} 30`,
  );
  const told = exporter.log().split("\n").filter((line) => line.includes("metric left out"))
    .map((line) => line.replaceAll('\\"', '"'));
  for (const [index, [row, , reason]] of leftOut.entries()) {
    await t.step(row, () => {
      assert.equal(familyText(metrics, `broken${index}_total`), "");
      const series = `metric="ebpf_exporter_broken${index}_total",program="broken${index}"`;
      assert.ok(metrics.includes(`ebpf_exporter_metric_exported{${series}} 0\n`));
      const line = told.find((line) => line.includes(`broken${index}`));
      assert.ok(line, told.join("\n"));
      assert.match(line, /test\.yaml:\d+:\d+: error: /);
      assert.match(line, reason);
    });
  }
});
