/** Counters and histograms from real tables, as whole blocks of text. */

import assert from "node:assert/strict";
import {
  assertSamples,
  configYaml,
  familyText,
  type FillProgram,
  setRow,
  startWithConfig,
  triggerFill,
} from "./fill.ts";

const pair = (number: number, name: string) =>
  `key.number = ${number}; __builtin_memcpy(key.name, "${name}", ${name.length});`;

const counters: FillProgram = {
  name: "counters",
  metrics: `
    counters:
      - name: rows_total
        help: Rows by number and name
        table: rows
        labels:
          - { name: number, decoders: [{ name: uint }] }
          - { name: name, decoders: [{ name: string }] }
      - name: calls_total
        help: Calls, all in one
        table: calls
      - name: narrow_total
        help: A leaf of one byte
        table: narrow
        labels: &number
          - { name: number, decoders: [{ name: uint }] }
      - { name: short_total, help: Two bytes, table: shorts, labels: *number }
      - { name: word_total, help: Four bytes, table: words, labels: *number }
      - { name: wide_total, help: Eight bytes, table: wides, labels: *number }
      - { name: signed_total, help: Signed leaves, table: signeds, labels: *number }
      - { name: signed_wide_total, help: Signed leaves, table: signed_wides, labels: *number }
      - { name: array_total, help: An array, table: cells, labels: *number }
      - { name: lru_total, help: The least recently used are forgotten, table: recents, labels: *number }
  `,
  tables: `
    struct pair_t { u32 number; char name[12]; };
    BPF_HASH(rows, struct pair_t);
    BPF_ARRAY(calls, u64, 1);
    BPF_HASH(narrow, u32, u8);
    BPF_HASH(shorts, u32, u16);
    BPF_HASH(words, u32, u32);
    BPF_HASH(wides, u32, u64);
    BPF_HASH(signeds, u32, int);
    BPF_HASH(signed_wides, u32, s64);
    BPF_ARRAY(cells, u64, 3);
    BPF_TABLE("lru_hash", u32, u64, recents, 16);
  `,
  fill: `
    calls.increment(0);
    ${setRow("rows", "struct pair_t", pair(1, "row1"), "10")}
    ${setRow("rows", "struct pair_t", pair(2, "row2"), "20")}
    ${setRow("rows", "struct pair_t", pair(10, "row3"), "30")}
    ${setRow("narrow", "u32", "key = 1;", "255")}
    ${setRow("shorts", "u32", "key = 1;", "65535")}
    ${setRow("words", "u32", "key = 1;", "4294967295U")}
    ${setRow("wides", "u32", "key = 1;", "18446744073709551615ULL")}
    ${setRow("wides", "u32", "key = 2;", "9223372036854775808ULL")}
    ${setRow("wides", "u32", "key = 3;", "9007199254740993ULL")}
    ${setRow("signeds", "u32", "key = 1;", "-5")}
    ${setRow("signed_wides", "u32", "key = 1;", "-9223372036854775807LL")}
    ${setRow("signed_wides", "u32", "key = 2;", "7")}
    ${setRow("cells", "int", "key = 2;", "5")}
    ${setRow("recents", "u32", "key = 4;", "44")}
  `,
};

Deno.test("counters", async (t) => {
  await using exporter = await startWithConfig(configYaml(counters));

  await t.step("a table without rows has no samples", async () => {
    const metrics = await exporter.get("/metrics");
    assert.equal(familyText(metrics, "rows_total"), "");
    assertSamples(metrics, "calls_total", "calls_total 0");
  });

  const calls = 7;
  triggerFill(calls);
  const metrics = await exporter.get("/metrics");

  await t.step("a block of counters, byte for byte", () => {
    assert.equal(
      familyText(metrics, "rows_total"),
      `# HELP ebpf_exporter_rows_total Rows by number and name
# TYPE ebpf_exporter_rows_total counter
ebpf_exporter_rows_total{name="row1",number="1"} 10
ebpf_exporter_rows_total{name="row2",number="2"} 20
ebpf_exporter_rows_total{name="row3",number="10"} 30
`,
    );
  });
  await t.step("n system calls are n, in a counter without labels", () => {
    assertSamples(metrics, "calls_total", `calls_total ${calls}`);
  });
  await t.step("leaves of 1, 2, 4 and 8 bytes come out exact, up to 2^64-1", () => {
    assertSamples(metrics, "narrow_total", `narrow_total{number="1"} 255`);
    assertSamples(metrics, "short_total", `short_total{number="1"} 65535`);
    assertSamples(metrics, "word_total", `word_total{number="1"} 4294967295`);
    assertSamples(
      metrics,
      "wide_total",
      `wide_total{number="1"} 18446744073709551615
       wide_total{number="2"} 9223372036854775808
       wide_total{number="3"} 9007199254740993`,
    );
  });
  await t.step("signed leaves keep their sign", () => {
    assertSamples(metrics, "signed_total", `signed_total{number="1"} -5`);
    assertSamples(
      metrics,
      "signed_wide_total",
      `signed_wide_total{number="1"} -9223372036854775807
       signed_wide_total{number="2"} 7`,
    );
  });
  await t.step("an array shows every cell, an LRU hash what it holds", () => {
    assertSamples(
      metrics,
      "array_total",
      `array_total{number="0"} 0
       array_total{number="1"} 0
       array_total{number="2"} 5`,
    );
    assertSamples(metrics, "lru_total", `lru_total{number="4"} 44`);
  });
  await t.step("every series is counted in the exporter's own metrics", () => {
    assert.match(
      metrics,
      /^ebpf_exporter_metric_series\{metric="ebpf_exporter_wide_total"\} 3$/m,
    );
  });
});

/** The table of the peers' edge cases: {0: 1, 2: 5, 5: 777, 9: 9}; with buckets 0 to 4 the key 5 is the sum. */
const bucketRows = [[0, 1], [2, 5], [5, 777], [9, 9]];
const bucketRow = (table: string, slot: number, count: number) =>
  setRow(table, "struct slot_t", `key.disk = 1; key.slot = ${slot};`, `${count}`);

const histograms: FillProgram = {
  name: "histograms",
  metrics: `
    histograms:
      - name: exp2_seconds
        help: Buckets of powers of two
        table: slots
        bucket_type: exp2
        bucket_min: 0
        bucket_max: 4
        bucket_multiplier: 0.000001
        labels: &labels
          - { name: disk, decoders: [{ name: uint }, { name: static_map, static_map: { 1: sda } }] }
          - { name: slot, decoders: [{ name: uint }] }
      - name: linear_bytes
        help: Buckets of equal width
        table: slots
        bucket_type: linear
        bucket_min: 0
        bucket_max: 4
        bucket_multiplier: 10
        labels: *labels
      - name: empty_bytes
        help: No row is in any bucket
        table: slots
        bucket_type: linear
        bucket_min: 6
        bucket_max: 7
        labels: *labels
      - name: single_bytes
        help: One bucket, where the original refuses
        table: slots
        bucket_type: linear
        bucket_min: 2
        bucket_max: 2
        labels: *labels
      - name: from_one_bytes
        help: From one on
        table: slots
        bucket_type: exp2
        bucket_min: 1
        bucket_max: 2
        bucket_multiplier: 1048576
        labels: *labels
      - name: plain_slots
        help: The bucket is the whole key
        table: plain
        bucket_type: linear
        bucket_max: 2
        labels:
          - { name: slot, decoders: [{ name: uint }] }
      - name: wide_slots
        help: Counts that pass 2^64 together
        table: wide
        bucket_type: linear
        bucket_max: 1
        labels:
          - { name: slot, decoders: [{ name: uint }] }
  `,
  tables: `
    struct slot_t { u32 disk; u32 slot; };
    BPF_HISTOGRAM(slots, struct slot_t);
    BPF_HISTOGRAM(plain, int);
    BPF_HISTOGRAM(wide, int);
  `,
  fill: [
    ...bucketRows.map(([slot, count]) => bucketRow("slots", slot, count)),
    setRow("plain", "int", "key = 0;", "2"),
    setRow("plain", "int", "key = 2;", "40"),
    setRow("wide", "int", "key = 0;", "18446744073709551615ULL"),
    setRow("wide", "int", "key = 1;", "18446744073709551615ULL"),
  ].join("\n"),
};

Deno.test("histograms", async (t) => {
  await using exporter = await startWithConfig(configYaml(histograms));
  triggerFill();
  const metrics = await exporter.get("/metrics");

  await t.step("exp2 of {0: 1, 2: 5, 5: 777, 9: 9}, byte for byte", () => {
    assert.equal(
      familyText(metrics, "exp2_seconds"),
      `# HELP ebpf_exporter_exp2_seconds Buckets of powers of two
# TYPE ebpf_exporter_exp2_seconds histogram
ebpf_exporter_exp2_seconds_bucket{disk="sda",le="1e-06"} 1
ebpf_exporter_exp2_seconds_bucket{disk="sda",le="2e-06"} 1
ebpf_exporter_exp2_seconds_bucket{disk="sda",le="4e-06"} 6
ebpf_exporter_exp2_seconds_bucket{disk="sda",le="8e-06"} 6
ebpf_exporter_exp2_seconds_bucket{disk="sda",le="1.6e-05"} 6
ebpf_exporter_exp2_seconds_bucket{disk="sda",le="+Inf"} 6
ebpf_exporter_exp2_seconds_sum{disk="sda"} 0.0007769999999999999
ebpf_exporter_exp2_seconds_count{disk="sda"} 6
`,
    );
  });
  await t.step("linear of the same table", () => {
    assertSamples(
      metrics,
      "linear_bytes",
      `linear_bytes_bucket{disk="sda",le="0"} 1
       linear_bytes_bucket{disk="sda",le="10"} 1
       linear_bytes_bucket{disk="sda",le="20"} 6
       linear_bytes_bucket{disk="sda",le="30"} 6
       linear_bytes_bucket{disk="sda",le="40"} 6
       linear_bytes_bucket{disk="sda",le="+Inf"} 6
       linear_bytes_sum{disk="sda"} 7770
       linear_bytes_count{disk="sda"} 6`,
    );
  });
  await t.step("rows outside of all buckets are ignored", () => {
    assertSamples(
      metrics,
      "empty_bytes",
      `empty_bytes_bucket{disk="sda",le="6"} 0
       empty_bytes_bucket{disk="sda",le="7"} 0
       empty_bytes_bucket{disk="sda",le="+Inf"} 0
       empty_bytes_sum{disk="sda"} 0
       empty_bytes_count{disk="sda"} 0`,
    );
  });
  await t.step("bucket_min = bucket_max is a histogram of one bucket", () => {
    assertSamples(
      metrics,
      "single_bytes",
      `single_bytes_bucket{disk="sda",le="2"} 5
       single_bytes_bucket{disk="sda",le="+Inf"} 5
       single_bytes_sum{disk="sda"} 0
       single_bytes_count{disk="sda"} 5`,
    );
  });
  await t.step("bounds are written as Go writes them, without a sum row the sum is 0", () => {
    assertSamples(
      metrics,
      "from_one_bytes",
      `from_one_bytes_bucket{disk="sda",le="2.097152e+06"} 0
       from_one_bytes_bucket{disk="sda",le="4.194304e+06"} 5
       from_one_bytes_bucket{disk="sda",le="+Inf"} 5
       from_one_bytes_sum{disk="sda"} 0
       from_one_bytes_count{disk="sda"} 5`,
    );
  });
  await t.step("a histogram whose only label is the bucket", () => {
    assertSamples(
      metrics,
      "plain_slots",
      `plain_slots_bucket{le="0"} 2
       plain_slots_bucket{le="1"} 2
       plain_slots_bucket{le="2"} 42
       plain_slots_bucket{le="+Inf"} 42
       plain_slots_sum 0
       plain_slots_count 42`,
    );
  });
  await t.step("counts that pass 2^64 neither wrap nor become negative", () => {
    assertSamples(
      metrics,
      "wide_slots",
      `wide_slots_bucket{le="0"} 18446744073709551615
       wide_slots_bucket{le="1"} 36893488147419103230
       wide_slots_bucket{le="+Inf"} 36893488147419103230
       wide_slots_sum 0
       wide_slots_count 36893488147419103230`,
    );
  });
});
