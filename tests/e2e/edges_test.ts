/**
 * The cases at which Go exporters of such configs differ, die or blank a metric, one step for each: the same where they are
 * right, and otherwise ours goes on.
 */

import assert from "node:assert/strict";
import {
  assertSamples,
  configYaml,
  familyText,
  type FillProgram,
  samples,
  setRow,
  startWithConfig,
  triggerFill,
} from "./fill.ts";
import { counter, good, name, number, rowStruct, threeRows } from "./three_rows.ts";

const decoders: FillProgram = {
  name: "decoders",
  metrics: `
    counters:
      - name: same_total
        help: All rows have the same labels
        table: rows
        labels:
          - { name: number, decoders: [{ name: uint }, { name: static_map, static_map: { 1: a, 2: a, 3: a } }] }
          - { name: name, decoders: [{ name: string }, { name: static_map, static_map: { row1: b, row2: b, row3: b } }] }
      - name: unknown_total
        help: The map lacks 3
        table: rows
        labels:
          - { name: number, decoders: [{ name: uint }, { name: static_map, static_map: { 1: read, 2: write } }] }
          - ${name}
      - name: allow_unknown_total
        help: The map lacks 3, which is allowed
        table: rows
        labels:
          - name: number
            decoders:
              - { name: uint }
              - { name: static_map, static_map: { 1: read, 2: write }, allow_unknown: true }
          - ${name}
      - name: regexp_total
        help: Rows that match
        table: rows
        labels:
          - ${number}
          - { name: name, decoders: [{ name: string }, { name: regexp, regexps: ["^row(1|2)"] }] }
      - name: none_match_total
        help: No row matches
        table: rows
        labels:
          - ${number}
          - { name: name, decoders: [{ name: string }, { name: regexp, regexps: ["^tomato$"] }] }
      - name: half_decoded_total
        help: A decoder fails in one row
        table: rows
        labels:
          - ${number}
          - name: name
            decoders:
              - { name: string }
              - { name: static_map, static_map: { row1: "1", row3: "3" }, allow_unknown: true }
              - { name: uint }
      - { name: bytes_total, help: Bytes as they come, table: texts, labels: [{ name: text, decoders: [{ name: string }] }] }
      - { name: junk_total, help: Junk after the NUL, table: junk, labels: [{ name: text, decoders: [{ name: string }] }] }
      - { name: big_total, help: Large numbers, table: bigs, labels: [${number}] }
      - { name: small_total, help: A leaf of four bytes, table: smalls, labels: [${number}] }
    histograms:
      - name: words_slots
        help: One bucket is a word
        table: rows
        bucket_type: linear
        bucket_max: 2
        labels:
          - ${number}
          - name: slot
            decoders: [{ name: string }, { name: static_map, static_map: { row1: "1", row2: x, row3: "2" } }]
  `,
  tables: `
    ${rowStruct}
    struct text_t { char text[8]; };
    BPF_HASH(rows, struct row_t);
    BPF_HASH(texts, struct text_t);
    BPF_HASH(junk, struct text_t);
    BPF_HASH(bigs, u64);
    BPF_HASH(smalls, u32, u32);
  `,
  fill: `
    ${threeRows("rows")}
    ${setRow("texts", "struct text_t", `__builtin_memcpy(key.text, "\\xff\\xfe\\xfd", 3);`, "1")}
    ${setRow("texts", "struct text_t", `__builtin_memcpy(key.text, "\\x80\\x81\\x82", 3);`, "2")}
    ${setRow("texts", "struct text_t", `__builtin_memcpy(key.text, "a\\"b\\\\c\\nd", 7);`, "3")}
    ${setRow("texts", "struct text_t", `__builtin_memcpy(key.text, "p\\xc3\\xa4p", 4);`, "4")}
    ${setRow("texts", "struct text_t", `__builtin_memcpy(key.text, "12345678", 8);`, "5")}
    ${setRow("junk", "struct text_t", `__builtin_memcpy(key.text, "sda", 3);`, "10")}
    ${setRow("junk", "struct text_t", `__builtin_memcpy(key.text, "sda\\0a", 5);`, "20")}
    ${setRow("junk", "struct text_t", `__builtin_memcpy(key.text, "sda\\0\\xff\\xff", 6);`, "30")}
    ${setRow("bigs", "u64", "key = 0xffffffffffffffffULL;", "1")}
    ${setRow("bigs", "u64", "key = 0x8000000000000000ULL;", "2")}
    ${setRow("smalls", "u32", "key = 1;", "42")}
  `,
};

Deno.test("edges of metrics", async (t) => {
  await using exporter = await startWithConfig(configYaml(decoders));
  triggerFill();
  const metrics = await exporter.get("/metrics");

  await t.step("two rows with the same labels after decoding: one series with the sum", () => {
    assertSamples(metrics, "same_total", `same_total{name="b",number="a"} 60`);
  });
  await t.step("static_map, value not in it: unknown:VALUE", () => {
    assertSamples(
      metrics,
      "unknown_total",
      `unknown_total{name="row1",number="read"} 10
       unknown_total{name="row2",number="write"} 20
       unknown_total{name="row3",number="unknown:3"} 30`,
    );
  });
  await t.step("static_map with allow_unknown: the input passes through", () => {
    assert.ok(
      samples(metrics, "allow_unknown_total").includes(
        `allow_unknown_total{name="row3",number="3"} 30`,
      ),
    );
  });
  await t.step("regexp: no match leaves the row out, a match is the input unchanged", () => {
    assertSamples(
      metrics,
      "regexp_total",
      `regexp_total{name="row1",number="1"} 10
       regexp_total{name="row2",number="2"} 20`,
    );
  });
  await t.step("regexp: where no row matches there is no family, and that is no error", () => {
    assert.equal(familyText(metrics, "none_match_total"), "");
  });
  await t.step("a decode error: that row is left out, counted, and the others stay", () => {
    assertSamples(
      metrics,
      "half_decoded_total",
      `half_decoded_total{name="1",number="1"} 10
       half_decoded_total{name="3",number="3"} 30`,
    );
    assertSamples(
      metrics,
      "decoder_errors_total",
      `decoder_errors_total{decoder="bucket",label="slot",metric="words_slots",program="decoders"} 1
       decoder_errors_total{decoder="uint",label="name",metric="half_decoded_total",program="decoders"} 1`,
    );
  });
  await t.step("histogram, bucket label not a number: its row alone is left out", () => {
    assert.deepEqual(
      samples(metrics, "words_slots").filter((line) => /_count|le="2"/.test(line)),
      [
        `words_slots_bucket{number="1",le="2"} 10`,
        `words_slots_count{number="1"} 10`,
        `words_slots_bucket{number="3",le="2"} 30`,
        `words_slots_count{number="3"} 30`,
      ],
    );
  });
  await t.step("label bytes not UTF-8: U+FFFD for each, equal ones are added up", () => {
    assert.ok(samples(metrics, "bytes_total").includes(`bytes_total{text="\ufffd\ufffd\ufffd"} 3`));
    assert.ok(samples(metrics, "bytes_total").includes(`bytes_total{text="päp"} 4`));
  });
  await t.step("quote, backslash and newline in a label are escaped", () => {
    assert.ok(
      samples(metrics, "bytes_total").includes(String.raw`bytes_total{text="a\"b\\c\nd"} 3`),
    );
  });
  await t.step("a string without NUL is the whole field", () => {
    assert.ok(samples(metrics, "bytes_total").includes(`bytes_total{text="12345678"} 5`));
  });
  await t.step("junk after the NUL is cut, and the keys that become equal are one", () => {
    assertSamples(metrics, "junk_total", `junk_total{text="sda"} 60`);
  });
  await t.step("uint of 2^63 and more: unsigned, never negative", () => {
    assertSamples(
      metrics,
      "big_total",
      `big_total{number="18446744073709551615"} 1
       big_total{number="9223372036854775808"} 2`,
    );
  });
  await t.step("map value not u64: read at its own width", () => {
    assertSamples(metrics, "small_total", `small_total{number="1"} 42`);
  });
  await t.step("the log tells of a decode error once, not at each scrape", async () => {
    triggerFill();
    for (let scrape = 0; scrape < 3; scrape++) await exporter.get("/metrics");
    const told = exporter.log().split("\n").filter((line) => line.includes("key left out"));
    assert.equal(told.length, 2, told.join("\n"));
    assert.match(told.join("\n"), /label=name decoder=uint reason=.*row2/);
  });
});

Deno.test("same metric name in two programs, same labels and help: one family, equal labels added up", async () => {
  const second: FillProgram = {
    name: "second",
    metrics: counter("others"),
    tables: `${rowStruct}\nBPF_HASH(others, struct row_t);`,
    fill: setRow(
      "others",
      "struct row_t",
      `key.number = 2; __builtin_memcpy(key.name, "row2", 4);`,
      "18446744073709551615ULL",
    ),
  };
  await using exporter = await startWithConfig(configYaml(good, second));
  triggerFill();
  const metrics = await exporter.get("/metrics");
  assert.equal(metrics.split("# TYPE ebpf_exporter_rows_total ").length, 2, "one TYPE line");
  assertSamples(
    metrics,
    "rows_total",
    `rows_total{name="row1",number="1"} 10
     rows_total{name="row2",number="2"} 18446744073709551635
     rows_total{name="row3",number="3"} 30`,
  );
});
