/** Keys of every layout that libbcc describes, and every dialect in which configs name their parts. */

import assert from "node:assert/strict";
import {
  assertSamples,
  configYaml,
  type FillProgram,
  samples,
  setRow,
  startWithConfig,
  triggerFill,
} from "./fill.ts";

const uint = (name: string) => `{ name: ${name}, decoders: [{ name: uint }] }`;
const string = (name: string) => `{ name: ${name}, decoders: [{ name: string }] }`;
const counter = (name: string, table: string, ...labels: string[]) =>
  `  - { name: ${name}, help: ${name}, table: ${table}, labels: [${labels.join(", ")}] }`;

const layouts: FillProgram = {
  name: "layouts",
  metrics: [
    "counters:",
    counter("nested_total", "nested", uint("id"), "{ name: inner }", string("name")),
    counter("arrays_total", "arrays", "{ name: ports }", "{ name: mac }", uint("last")),
    counter("union_total", "unions", "{ name: address }", uint("kind")),
    counter("bits_total", "bits", uint("low"), uint("middle"), uint("high")),
    counter("u128_total", "huge", uint("number")),
    counter("u128_raw_total", "huge", "{ name: number }"),
    counter("pointer_total", "pointers", "{ name: raw }", uint("number")),
    counter("padding_total", "padded", uint("a"), uint("b"), uint("c")),
    counter("packed_total", "packed", uint("a"), uint("b"), uint("c")),
    counter("scalar_total", "scalars", uint("number")),
    counter("scalar_raw_total", "scalars", "{ name: number }"),
    counter("signed_key_total", "signed_keys", uint("number")),
    counter("enum_total", "enums", uint("state"), uint("flag")),
    counter("wide_key_total", "wides", ...Array.from({ length: 12 }, (_, i) => uint(`f${i}`))),
  ].join("\n"),
  tables: `
    struct inner_t { u8 a; u16 b; };
    struct nested_t { u32 id; struct inner_t inner; char name[8]; };
    struct arrays_t { u16 ports[3]; char mac[6]; u32 last; };
    struct union_t { union { u32 v4; u64 v6; } address; u64 kind; };
    struct bits_t { u32 low:3; u32 middle:13; u32 high:16; };
    struct pointer_t { void *raw; u64 number; };
    struct padded_t { u8 a; u64 b; u16 c; };
    struct packed_t { u8 a; u64 b; u16 c; } __attribute__((packed));
    enum state_t { IDLE = 3, BUSY = 70000 };
    struct enum_t { enum state_t state; bool flag; };
    struct wide_t { ${Array.from({ length: 12 }, (_, i) => `u64 f${i};`).join(" ")} };
    BPF_HASH(nested, struct nested_t);
    BPF_HASH(arrays, struct arrays_t);
    BPF_HASH(unions, struct union_t);
    BPF_HASH(bits, struct bits_t);
    BPF_HASH(huge, unsigned __int128);
    BPF_HASH(pointers, struct pointer_t);
    BPF_HASH(padded, struct padded_t);
    BPF_HASH(packed, struct packed_t);
    BPF_HASH(scalars, u64);
    BPF_HASH(signed_keys, int);
    BPF_HASH(enums, struct enum_t);
    BPF_HASH(wides, struct wide_t);
  `,
  fill: [
    setRow(
      "nested",
      "struct nested_t",
      `key.id = 7; key.inner.a = 1; key.inner.b = 0x203; __builtin_memcpy(key.name, "in", 2);`,
      "1",
    ),
    setRow(
      "arrays",
      "struct arrays_t",
      `key.ports[0] = 80; key.ports[2] = 443; __builtin_memcpy(key.mac, "abcde", 5); key.last = 9;`,
      "2",
    ),
    setRow(
      "unions",
      "struct union_t",
      "key.address.v6 = 0x0102030405060708ULL; key.kind = 6;",
      "3",
    ),
    setRow("bits", "struct bits_t", "key.low = 5; key.middle = 8191; key.high = 40000;", "4"),
    setRow("huge", "unsigned __int128", "key = ((unsigned __int128)1 << 64) + 5;", "5"),
    setRow(
      "pointers",
      "struct pointer_t",
      "key.raw = (void *)0xffff888000001000ULL; key.number = 1;",
      "6",
    ),
    setRow("padded", "struct padded_t", "key.a = 200; key.b = 1ULL << 63; key.c = 65535;", "7"),
    setRow("packed", "struct packed_t", "key.a = 200; key.b = 1ULL << 63; key.c = 65535;", "8"),
    setRow("scalars", "u64", "key = 255;", "9"),
    setRow("signed_keys", "int", "key = -1;", "10"),
    setRow("enums", "struct enum_t", "key.state = BUSY; key.flag = true;", "11"),
    setRow(
      "wides",
      "struct wide_t",
      Array.from({ length: 12 }, (_, i) => `key.f${i} = ${i * i};`).join(" "),
      "12",
    ),
  ].join("\n"),
};

/** Metric, and the one sample that it must have. */
const expected: readonly (readonly [string, string, string])[] = [
  [
    "nested struct: raw text with its braces",
    "nested_total",
    `{id="7",inner="{ 0x1 0x203 }",name="in"} 1`,
  ],
  [
    "arrays: of numbers in brackets, of chars in quotes",
    "arrays_total",
    `{last="9",mac="\\"abcde\\"",ports="[ 0x50 0x0 0x1bb ]"} 2`,
  ],
  ["union", "union_total", `{address="{ 0x102030405060708 }",kind="6"} 3`],
  ["bit fields", "bits_total", `{high="40000",low="5",middle="8191"} 4`],
  ["128 bits in decimal", "u128_total", `{number="18446744073709551621"} 5`],
  ["128 bits as raw text", "u128_raw_total", `{number="0x10000000000000005"} 5`],
  ["a pointer", "pointer_total", `{number="1",raw="0xffff888000001000"} 6`],
  [
    "gaps that the compiler leaves are no labels",
    "padding_total",
    `{a="200",b="9223372036854775808",c="65535"} 7`,
  ],
  ["a packed struct", "packed_total", `{a="200",b="9223372036854775808",c="65535"} 8`],
  ["a plain scalar", "scalar_total", `{number="255"} 9`],
  ["a plain scalar as raw text", "scalar_raw_total", `{number="0xff"} 9`],
  [
    "a signed key is shown unsigned, by its own width",
    "signed_key_total",
    `{number="4294967295"} 10`,
  ],
  ["enum and bool", "enum_total", `{flag="1",state="70000"} 11`],
  [
    "twelve fields: labels by name",
    "wide_key_total",
    `{f0="0",f1="1",f10="100",f11="121",f2="4",f3="9",f4="16",f5="25",f6="36",f7="49",f8="64",f9="81"} 12`,
  ],
];

Deno.test("key layouts", async (t) => {
  await using exporter = await startWithConfig(configYaml(layouts));
  triggerFill();
  const metrics = await exporter.get("/metrics");
  for (const [title, metric, sample] of expected) {
    await t.step(title, () => assert.deepEqual(samples(metrics, metric), [metric + sample]));
  }
});

const dialectTables = {
  tables: `
    struct row_t { u32 op; char command[12]; };
    struct gap_t { u8 op; u64 number; };
    BPF_HASH(rows, struct row_t);
    BPF_HASH(gaps, struct gap_t);
  `,
  fill: [
    setRow("rows", "struct row_t", `key.op = 1; __builtin_memcpy(key.command, "systemd", 7);`, "1"),
    setRow("rows", "struct row_t", `key.op = 14; __builtin_memcpy(key.command, "cat", 3);`, "2"),
    setRow("gaps", "struct gap_t", "key.op = 2; key.number = 1ULL << 40;", "3"),
  ].join("\n"),
};

const sized: FillProgram = {
  name: "sized",
  metrics: `
    counters:
      - name: sized_total
        help: Version 1.2
        table: rows
        labels:
          - { name: op, size: 4, decoders: [{ name: uint }, { name: static_map, static_map: { 1: read, 14: sync } }] }
          - { name: command, size: 12, decoders: [{ name: string }] }
      - name: sized_padding_total
        help: The size takes the padding in
        table: gaps
        labels:
          - { name: op, size: 8, decoders: [{ name: uint }] }
          - { name: number, size: 8, decoders: [{ name: uint }] }
      - name: padding_total
        help: Version 2 names the padding
        table: gaps
        labels:
          - { name: op, size: 1, padding: 7, decoders: [{ name: uint }] }
          - { name: number, size: 8, decoders: [{ name: uint }] }
  `,
  ...dialectTables,
};
const unsized: FillProgram = {
  name: "unsized",
  metrics: `
    counters:
      - name: raw_total
        help: No decoders, the raw text
        table: rows
        labels: [{ name: op }, { name: command }]
      - name: raw_map_total
        help: Before 1.0 a static_map was keyed by raw text
        table: rows
        labels:
          - name: op
            decoders: [{ name: static_map, static_map: { 0x1: read, 14: never } }]
          - name: command
            decoders: [{ name: string }]
      - name: uint64_total
        help: The name before 1.0
        table: rows
        labels:
          - name: op
            decoders: [{ name: uint64 }, { name: static_map, static_map: { 0x1: never, 14: sync } }]
          - name: command
            decoders: [{ name: string }]
      - name: shorthand_total
        help: As the reference shows static_map
        table: rows
        labels:
          - name: op
            decoder: static_map
            static_decoder_map: { 0x1: read, 0xe: sync }
          - name: command
            decoder: string
  `,
  ...dialectTables,
};

Deno.test("dialects", async (t) => {
  // The reference prints the top level as a list, so the second file has it like that.
  await using exporter = await startWithConfig(configYaml(sized));
  await using older = await startWithConfig(`- ${configYaml(unsized)}`);
  triggerFill();
  const newer = await exporter.get("/metrics");
  const old = await older.get("/metrics");

  await t.step("labels with size cut the key", () => {
    assertSamples(
      newer,
      "sized_total",
      `sized_total{command="cat",op="sync"} 2
       sized_total{command="systemd",op="read"} 1`,
    );
    assertSamples(
      newer,
      "sized_padding_total",
      `sized_padding_total{number="1099511627776",op="2"} 3`,
    );
    assertSamples(newer, "padding_total", `padding_total{number="1099511627776",op="2"} 3`);
  });
  await t.step("a label without decoders shows the raw text", () => {
    assertSamples(
      old,
      "raw_total",
      String.raw`raw_total{command="\"cat\"",op="0xe"} 2
       raw_total{command="\"systemd\"",op="0x1"} 1`,
    );
  });
  await t.step("0x1 and 1 are different keys of a static_map", () => {
    assertSamples(
      old,
      "raw_map_total",
      `raw_map_total{command="cat",op="unknown:0xe"} 2
       raw_map_total{command="systemd",op="read"} 1`,
    );
    assertSamples(
      old,
      "uint64_total",
      `uint64_total{command="cat",op="sync"} 2
       uint64_total{command="systemd",op="unknown:1"} 1`,
    );
  });
  await t.step("the shorthand decoder with static_decoder_map", () => {
    assertSamples(
      old,
      "shorthand_total",
      `shorthand_total{command="cat",op="sync"} 2
       shorthand_total{command="systemd",op="read"} 1`,
    );
  });
});

const symbols: FillProgram = {
  name: "symbols",
  metrics: `
    counters:
      - { name: functions_total, help: Functions, table: functions, labels: [{ name: function, decoders: [{ name: ksym }] }] }
  `,
  tables: "BPF_HASH(functions, u64);",
  fill: [
    setRow("functions", "u64", "key = kaddr_vfs_read;", "1"),
    setRow("functions", "u64", "key = kaddr_vfs_read + 5;", "2"),
    setRow("functions", "u64", "key = kaddr_vfs_write;", "4"),
    setRow("functions", "u64", "key = 6;", "8"),
  ].join("\n"),
  kaddrs: ["vfs_read", "vfs_write"],
};

Deno.test("ksym names the function that contains an address, as kallsyms has it", async () => {
  await using exporter = await startWithConfig(configYaml(symbols));
  triggerFill();
  assertSamples(
    await exporter.get("/metrics"),
    "functions_total",
    `functions_total{function="unknown_addr:0x6"} 8
     functions_total{function="vfs_read"} 3
     functions_total{function="vfs_write"} 4`,
  );
});
