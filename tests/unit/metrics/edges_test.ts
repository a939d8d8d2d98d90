/** The edges of counters, histograms and labels at which the original differs or dies. */

import assert from "node:assert/strict";
import { TextBuffer } from "../../../src/exposition/text_buffer.ts";
import { buildScrapePlan, type PlanSource } from "../../../src/metrics/scrape_plan.ts";
import { type FakeMapOptions, integerBytes, openFakeMap, PERCPU_HASH } from "../tables/fake_map.ts";
import {
  bytes,
  counter,
  histogram,
  type LabelSpec,
  reader,
  symbols,
  textOf,
  U64,
} from "./configs.ts";

const U32 = '"unsigned int"';
const NAME_KEY = '["k", [["id","unsigned int"], ["name","char",[4]]], "struct_packed"]';

type Rows = [key: Uint8Array, ...values: (number | bigint)[]][];

function table(rows: Rows, options: FakeMapOptions = {}) {
  const map = openFakeMap({ keySize: rows[0]?.[0].length ?? 4, ...options });
  for (const [key, ...values] of rows) map.set(key, ...values);
  return map;
}

function key(id: number, name?: string | number[]): Uint8Array {
  return name === undefined ? integerBytes(id, 4) : bytes([id, 0, 0, 0], name, 4).subarray(0, 8);
}

async function scrape(sources: PlanSource[], context = symbols()) {
  const { plan, problems } = buildScrapePlan(sources, context);
  const report = await plan.read();
  return { plan, problems, report, text: textOf(plan) };
}

async function scrapeOne(labels: LabelSpec[], rows: Rows, description: string, leaf = U64) {
  const leafSize = leaf.includes("long long") ? 8 : 4;
  const map = table(rows, { leafSize });
  const metric = counter("m_total", labels);
  return await scrape([{ program: "p", metric, reader: reader(map, description, leaf) }]);
}

function samples(text: string): string {
  return text.replace(/^#.*\n/gm, "");
}

Deno.test("two rows with the same labels are added up", async () => {
  const label: LabelSpec = ["a", "uint", {
    name: "static_map",
    staticMap: [["1", "same"], ["2", "same"]],
  }];
  const { text } = await scrapeOne([label], [[key(1), 10], [key(2), 50]], U32);
  assert.equal(samples(text), 'ebpf_exporter_m_total{a="same"} 60\n');
});

Deno.test("one metric of two programs is one family, and equal labels are added up", async () => {
  const metric = counter("m_total", [["a", "uint"]]);
  const { text } = await scrape([
    { program: "p", metric, reader: reader(table([[key(1), 1], [key(2), 2]]), U32) },
    { program: "q", metric, reader: reader(table([[key(2), 40], [key(3), 3]]), U32) },
  ]);
  assert.equal(
    text,
    "# HELP ebpf_exporter_m_total Help of m_total\n# TYPE ebpf_exporter_m_total counter\n" +
      'ebpf_exporter_m_total{a="1"} 1\nebpf_exporter_m_total{a="2"} 42\nebpf_exporter_m_total{a="3"} 3\n',
  );
});

Deno.test("labels that contain separators do not run into each other", async () => {
  const { text } = await scrapeOne(
    [["a", "uint"], ["b", "string"]],
    [[key(1, 'x","'), 1], [key(1, "x|"), 2], [key(1, "x"), 4], [key(1, "\n"), 8], [
      key(1, "\\"),
      16,
    ]],
    NAME_KEY,
  );
  assert.deepEqual([...text.matchAll(/b=(.*)\}/g)].map(([, value]) => value), [
    '"\\n"',
    '"\\\\"',
    '"x"',
    '"x\\",\\""',
    '"x|"',
  ]);
});

Deno.test("label bytes that are not UTF-8 are shown as U+FFFD, and such keys are added up", async () => {
  const { text } = await scrapeOne(
    [["a", "uint"], ["b", "string"]],
    [[key(1, [0xff, 0xfe, 0xfd, 0xfc]), 1], [key(1, [0xfd, 0xfe, 0xfd, 0xfc]), 2]],
    NAME_KEY,
  );
  assert.equal(samples(text), 'ebpf_exporter_m_total{a="1",b="\ufffd\ufffd\ufffd\ufffd"} 3\n');
});

Deno.test("a row that cannot be decoded is left out, counted once with an example; the others stay", async () => {
  const map = table([[key(1, "12"), 1], [key(2, "no"), 2], [key(3, "nix"), 4]]);
  const metric = counter("m_total", [["id", "uint"], ["n", "string", "uint"]]);
  const { plan } = buildScrapePlan(
    [{ program: "p", metric, reader: reader(map, NAME_KEY) }],
    symbols(),
  );
  for (let again = 0; again < 3; again++) {
    assert.deepEqual((await plan.read()).decodeErrors, [{
      program: "p",
      metric: "m_total",
      label: "n",
      decoder: "uint",
      count: 2,
      example: "'no' is no unsigned integer",
    }]);
    assert.equal(samples(textOf(plan)), 'ebpf_exporter_m_total{id="1",n="12"} 1\n');
  }
  const page = (await Array.fromAsync(plan.tables())).join("");
  assert.match(page, /\{ 0x2 "no" \} \(left out: 'no' is no unsigned integer\) -> 2\.000000/);
});

Deno.test("a label without decoders shows the raw text", async () => {
  const { text } = await scrapeOne([["a"], ["b"]], [[key(14, "sda"), 1]], NAME_KEY);
  assert.equal(samples(text), 'ebpf_exporter_m_total{a="0xe",b="\\"sda\\""} 1\n');
});

Deno.test("sizes cut the key as version 1 does, padding is skipped", async () => {
  const rows: Rows = [[bytes([8, 1, 1, 1], "bananas", 25), 1]];
  const description = '["k", [["id","unsigned int"], ["name","char",[32]]], "struct_packed"]';
  const name = { name: "name", size: 32, decoders: ["string"] };
  const id = { name: "id", size: 1, padding: 3, decoders: ["uint"] };
  const { text } = await scrapeOne([id, name], rows, description);
  assert.equal(samples(text), 'ebpf_exporter_m_total{id="8",name="bananas"} 1\n');
});

Deno.test("labels that do not match the key are a problem that shows the key", async () => {
  const description =
    '["k", [["disk","char",[32]], ["op","unsigned char"], ["__pad_2","char",[7]], ' +
    '["slot","unsigned long long"]], "struct_packed"]';
  const rows: Rows = [[new Uint8Array(48), 1]];
  const cases: [LabelSpec[], RegExp][] = [
    [[["d", "string"], ["o", "uint"]], /3 fields, but the metric has 2 labels/],
    [[], /3 fields, but the metric has 0 labels/],
    [
      [{ name: "a", size: 8, decoders: ["uint"] }],
      /48 bytes, but the sizes of the labels add up to 8/,
    ],
  ];
  for (const [labels, message] of cases) {
    const { problems, text } = await scrapeOne(labels, rows, description);
    assert.equal(problems.length, 1);
    assert.match(problems[0].message, message);
    assert.match(problems[0].message, /\{ disk char\[32\], op u8, slot u64 \}/);
    assert.equal(problems[0].place.line, 7);
    assert.equal(text, "");
  }
});

Deno.test("a decoder that can never decode its field is a problem, other metrics stay", async () => {
  const shared = reader(table([[key(1, "sda"), 5]]), NAME_KEY);
  const { problems, text } = await scrape([
    { program: "p", metric: counter("bad", [["a", "uint"], ["b", "uint"]]), reader: shared },
    { program: "p", metric: counter("good", [["a", "uint"], ["b", "string"]]), reader: shared },
  ]);
  assert.deepEqual(problems.map(({ message }) => message), [
    'the decoder "uint" of label "b" of "bad" cannot decode char[4]: expected an integer',
  ]);
  assert.equal(samples(text), 'ebpf_exporter_good{a="1",b="sda"} 5\n');
});

Deno.test("a uint of three bytes is a problem at the start", async () => {
  const { problems } = await scrapeOne(
    [{ name: "a", size: 3, decoders: ["uint"] }, { name: "b", size: 5, decoders: ["string"] }],
    [[key(1, "sda"), 1]],
    NAME_KEY,
  );
  assert.match(
    problems[0].message,
    /cannot decode 3 bytes: expected 1, 2, 4, 8 or 16 bytes, found 3/,
  );
});

Deno.test("counts are exact up to 2^64-1 and sums go on beyond, never negative", async () => {
  const label: LabelSpec = ["a", { name: "regexp", regexps: ["."] }];
  const { text } = await scrapeOne(
    [label],
    [[key(1), 2n ** 64n - 1n], [key(2), 2n ** 63n + 1n]],
    U32,
  );
  assert.equal(
    samples(text),
    'ebpf_exporter_m_total{a="0x1"} 18446744073709551615\nebpf_exporter_m_total{a="0x2"} 9223372036854775809\n',
  );
  const one: LabelSpec = ["a", "uint", { name: "static_map", staticMap: [["1", "x"], ["2", "x"]] }];
  const sum = await scrapeOne([one], [[key(1), 2n ** 64n - 1n], [key(2), 2n ** 64n - 1n]], U32);
  assert.equal(samples(sum.text), 'ebpf_exporter_m_total{a="x"} 36893488147419103230\n');
});

Deno.test("u32 leaves are read, signed ones with their sign", async () => {
  const unsigned = await scrapeOne([["a", "uint"]], [[key(1), 0xffffffff]], U32, U32);
  assert.equal(samples(unsigned.text), 'ebpf_exporter_m_total{a="1"} 4294967295\n');
  const signed = await scrapeOne([["a", "uint"]], [[key(1), -3]], U32, '"int"');
  assert.equal(samples(signed.text), 'ebpf_exporter_m_total{a="1"} -3\n');
});

Deno.test("a per-CPU table counts all CPUs", async () => {
  const map = table([[key(1), 0, 7, 5]], { type: PERCPU_HASH, possibleCpus: 3 });
  const metric = counter("m_total", [["a", "uint"]]);
  const { text } = await scrape([{ program: "p", metric, reader: reader(map, U32) }]);
  assert.equal(samples(text), 'ebpf_exporter_m_total{a="1"} 12\n');
});

Deno.test("a counter without labels is the one number of a table of one entry", async () => {
  const one = table([[key(0), 5]], { maxEntries: 1 });
  const metric = counter("m_total", []);
  const { text } = await scrape([{ program: "p", metric, reader: reader(one, U32) }]);
  assert.equal(samples(text), "ebpf_exporter_m_total 5\n");
  const several = reader(table([[key(0), 5]], { maxEntries: 2 }), U32);
  const { problems } = buildScrapePlan([{ program: "p", metric, reader: several }], symbols());
  assert.match(problems[0].message, /1 field, but the metric has 0 labels$/);
});

Deno.test("a table that cannot be read blanks nothing else and is told", async () => {
  const broken = table([[key(1), 1]], { before: () => 14, name: "broken" });
  const { report, text } = await scrape([
    { program: "p", metric: counter("a_total", [["a", "uint"]]), reader: reader(broken, U32) },
    {
      program: "q",
      metric: counter("b_total", [["a", "uint"]]),
      reader: reader(table([[key(1), 1]]), U32),
    },
  ]);
  assert.deepEqual(
    report.tables.map(({ program, table, ok }) => ({ program, table, ok })),
    [
      { program: "p", table: "broken", ok: false },
      { program: "q", table: "counts", ok: true },
    ],
  );
  assert.match(report.tables[0].error ?? "", /cannot read table "broken": .*EFAULT/);
  assert.equal(samples(text), 'ebpf_exporter_b_total{a="1"} 1\n');
  assert.deepEqual(report.series, [
    { metric: "ebpf_exporter_a_total", series: 0 },
    { metric: "ebpf_exporter_b_total", series: 1 },
  ]);
});

Deno.test("a table is read once however many metrics are on it", async () => {
  const map = table([[key(1), 1]]);
  const shared = reader(map, U32);
  const { text } = await scrape(["a", "b", "c"].map((name) => ({
    program: "p",
    metric: counter(name, [["l", "uint"]]),
    reader: shared,
  })));
  assert.equal(map.calls.batch, 1);
  assert.equal(samples(text).split("\n").length, 4);
});

const HISTOGRAM_ROWS: Rows = [[key(0), 1], [key(2), 5], [key(5), 777], [key(9), 9]];

async function histogramText(more: Parameters<typeof histogram>[2], rows = HISTOGRAM_ROWS) {
  const metric = histogram("h", [["bucket", "uint"]], more);
  const source = { program: "p", metric, reader: reader(table(rows), U32) };
  const { plan, text, report } = await scrape([source]);
  const short = (text: string) =>
    samples(text).replaceAll("ebpf_exporter_h", "h").trim().split("\n");
  const openMetrics = new TextBuffer();
  plan.writeFamily(0, openMetrics, "openmetrics");
  return { lines: short(text), openMetrics: short(openMetrics.toString()), report };
}

Deno.test("exp2: buckets are backfilled and cumulative, the key after the last is the sum", async () => {
  const { lines } = await histogramText({ bucketMultiplier: 1e-6 });
  assert.deepEqual(lines, [
    'h_bucket{le="1e-06"} 1',
    'h_bucket{le="2e-06"} 1',
    'h_bucket{le="4e-06"} 6',
    'h_bucket{le="8e-06"} 6',
    'h_bucket{le="1.6e-05"} 6',
    'h_bucket{le="+Inf"} 6',
    "h_sum 0.0007769999999999999",
    "h_count 6",
  ]);
});

Deno.test("linear: limits are multiples, OpenMetrics writes them as floats", async () => {
  const { lines, openMetrics } = await histogramText({
    bucketType: "linear",
    bucketMultiplier: 10,
  });
  assert.deepEqual(lines, [
    'h_bucket{le="0"} 1',
    'h_bucket{le="10"} 1',
    'h_bucket{le="20"} 6',
    'h_bucket{le="30"} 6',
    'h_bucket{le="40"} 6',
    'h_bucket{le="+Inf"} 6',
    "h_sum 7770",
    "h_count 6",
  ]);
  assert.deepEqual(openMetrics.slice(0, 2), ['h_bucket{le="0.0"} 1', 'h_bucket{le="10.0"} 1']);
  assert.equal(openMetrics[6], "h_sum 7770.0");
});

Deno.test("a histogram of one bucket, and rows outside all buckets, are no reason to fail", async () => {
  const { lines } = await histogramText({ bucketMin: 2, bucketMax: 2 });
  assert.deepEqual(lines, ['h_bucket{le="4"} 5', 'h_bucket{le="+Inf"} 5', "h_sum 0", "h_count 5"]);
  const outside = await histogramText({ bucketMax: 1 }, [[key(7), 3]]);
  assert.deepEqual(outside.lines, [
    'h_bucket{le="1"} 0',
    'h_bucket{le="2"} 0',
    'h_bucket{le="+Inf"} 0',
    "h_sum 0",
    "h_count 0",
  ]);
});

Deno.test("a bucket that is no integer costs its row only", async () => {
  const metric = histogram("h", [["id", "uint"], ["bucket", "string"]], { bucketMax: 1 });
  const map = table([[key(1, "x"), 1], [key(1, "1"), 2]]);
  const { report, text } = await scrape([{ program: "p", metric, reader: reader(map, NAME_KEY) }]);
  assert.equal(report.decodeErrors[0].example, "the bucket 'x' is no integer");
  assert.match(text, /h_count\{id="1"\} 2\n/);
});

Deno.test("raw text of an integer is a bucket too", async () => {
  const metric = histogram("h", [["bucket"]], { bucketMax: 1 });
  const { text } = await scrape([{
    program: "p",
    metric,
    reader: reader(table([[key(1), 2]]), U32),
  }]);
  assert.match(text, /h_bucket\{le="2"\} 2\n/);
});

Deno.test("families come by name, labels by name, series by their values", async () => {
  const map = table([[key(10, "b"), 1], [key(9, "b"), 1], [key(9, "a"), 1]]);
  const shared = reader(map, NAME_KEY);
  const labels: LabelSpec[] = [["zone", "uint"], ["area", "string"]];
  const { plan, text } = await scrape(["m_b", "m_a"].map((name) => ({
    program: "p",
    metric: counter(name, labels),
    reader: shared,
  })));
  assert.deepEqual(plan.familyNames, ["ebpf_exporter_m_a", "ebpf_exporter_m_b"]);
  assert.deepEqual(
    [...text.matchAll(/m_a(\{.*\})/g)].map(([, set]) => set),
    ['{area="a",zone="9"}', '{area="b",zone="10"}', '{area="b",zone="9"}'],
  );
});

Deno.test("an OpenMetrics counter has its family without and its samples with _total", async () => {
  const { plan } = await scrapeOne([["a", "uint"]], [[key(1), 3]], U32);
  assert.equal(
    textOf(plan, "openmetrics"),
    "# HELP ebpf_exporter_m Help of m_total\n# TYPE ebpf_exporter_m counter\n" +
      'ebpf_exporter_m_total{a="1"} 3\n',
  );
});

Deno.test("OpenMetrics leaves a family out whose name another counter's is there, text has both", async () => {
  const shared = reader(table([[key(1), 3]]), U32);
  const label: LabelSpec = ["a", "uint"];
  const { plan, text } = await scrape([
    counter("foo", [label]),
    counter("foo_total", [label]),
    counter("foo_total_total", [label]),
    histogram("h", [label]),
    counter("h_total", [label]),
    counter("other", [label]),
  ].map((metric) => ({ program: "p", metric, reader: shared })));
  const types = (text: string) =>
    [...text.matchAll(/^# TYPE ebpf_exporter_(.*)$/gm)].map(([, type]) => type);
  assert.deepEqual(types(text), [
    "foo counter",
    "foo_total counter",
    "foo_total_total counter",
    "h histogram",
    "h_total counter",
    "other counter",
  ]);
  const openMetrics = textOf(plan, "openmetrics");
  assert.deepEqual(types(openMetrics), [
    "foo counter",
    "foo_total counter",
    "h counter",
    "other counter",
  ]);
  assert.equal(
    samples(openMetrics),
    ["foo_total", "foo_total_total", "h_total", "other_total"]
      .map((name) => `ebpf_exporter_${name}{a="1"} 3\n`).join(""),
  );
  assert.match(openMetrics, /^# HELP ebpf_exporter_foo Help of foo_total$/m);
  assert.deepEqual(plan.clashingNames, ["ebpf_exporter_foo", "ebpf_exporter_h"]);
});
