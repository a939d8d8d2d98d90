/** `/tables`: the raw rows, in the original's form, and streamed however many they are. */

import assert from "node:assert/strict";
import { eventually, type ExporterProcess } from "./exporter_process.ts";
import {
  assertSamples,
  configYaml,
  type FillProgram,
  setRow,
  startWithConfig,
  triggerFill,
} from "./fill.ts";
import { openRequest, rawRequest } from "./raw_http.ts";
import { readReference } from "../reference.ts";

const rowLabels =
  "[{ name: number, decoders: [{ name: uint }] }, { name: name, decoders: [{ name: string }] }]";
const row = (number: number, value: string) =>
  setRow(
    "m_total",
    "struct row_t",
    `key.number = ${number}; __builtin_memcpy(key.name, "row${number}", 4);`,
    value,
  );
const sample: FillProgram = {
  name: "p",
  metrics: `counters: [{ name: m_total, help: Rows, table: m_total, labels: ${rowLabels} }]`,
  tables: "struct row_t { u64 number; char name[8]; };\nBPF_HASH(m_total, struct row_t);",
  fill: [row(1, "10"), row(2, "20"), row(3, "30")].join("\n"),
};

/** Rows of a hash come in the kernel's order. */
function sortedRows(text: string): string {
  return text.trimEnd().split(/^(?=```)/m)
    .map((part) => part.split("\n").sort().join("\n")).join("");
}

Deno.test("/tables is the original's text", async () => {
  await using exporter = await startWithConfig(configYaml(sample), "--debug");
  triggerFill();
  const expected = readReference("tables-v1-sample.txt");
  const text = await exporter.get("/tables");
  assert.equal(
    (await rawRequest(exporter.url, "/tables")).headers.get("content-type"),
    "text/plain; charset=utf-8",
  );
  if (expected !== undefined) assert.equal(sortedRows(text), sortedRows(expected));
  assert.match(await exporter.get("/"), /<a href="\/tables">/);
});

const odd: FillProgram = {
  name: "odd",
  metrics: `
    counters:
      - name: dropped_total
        help: A regexp drops rows
        table: m_total
        labels:
          - { name: number, decoders: [{ name: uint }] }
          - { name: name, decoders: [{ name: string }, { name: regexp, regexps: ["[12]$"] }] }
      - name: undecoded_total
        help: Rows that a decoder cannot decode
        table: texts
        labels: [{ name: text, decoders: [{ name: string }, { name: uint }] }]
      - { name: signed_total, help: Negative, table: signeds, labels: [{ name: number }] }
      - { name: largest_total, help: 2^64-1, table: largest, labels: [{ name: number }] }
      - { name: empty_total, help: No rows, table: nothing, labels: [{ name: number }] }
  `,
  tables: `${sample.tables}
    struct text_t { char text[8]; };
    BPF_HASH(texts, struct text_t);
    BPF_HASH(signeds, u32, int);
    BPF_HASH(largest, u32);
    BPF_HASH(nothing, u32);`,
  fill: [
    sample.fill,
    setRow("texts", "struct text_t", `__builtin_memcpy(key.text, "a\\nb", 3);`, "1"),
    setRow("signeds", "u32", "key = 1;", "-5"),
    setRow("largest", "u32", "key = 1;", "18446744073709551615ULL"),
  ].join("\n"),
};

Deno.test("/tables: dropped rows are left out, undecodable ones say why, others stay", async () => {
  await using exporter = await startWithConfig(configYaml(odd), "--debug");
  triggerFill();
  const text = await exporter.get("/tables");
  const table = (name: string) => {
    const part = text.split(/^### Table: /m).find((part) => part.startsWith(`${name}\n`));
    return part?.split("```")[1].trim().split("\n").sort();
  };
  assert.deepEqual(table("m_total"), [
    `{ 0x1 "row1" } ([1 row1]) -> 10.000000`,
    `{ 0x2 "row2" } ([2 row2]) -> 20.000000`,
  ]);
  assert.deepEqual(table("signeds"), ["0x1 ([0x1]) -> -5.000000"]);
  assert.deepEqual(table("largest"), ["0x1 ([0x1]) -> 18446744073709551615.000000"]);
  assert.deepEqual(table("nothing"), [""]);
  const [undecoded, ...more] = table("texts") ?? [];
  assert.deepEqual(more, []);
  assert.match(undecoded, /^\{ "a\\nb" \} \(left out: .*no unsigned integer.*\) -> 1\.000000$/);
});

const ROWS = 200_000;
const TEXT = "x".repeat(503);
const large: FillProgram = {
  name: "large",
  metrics: `
    counters:
      - name: large_total
        help: All rows together, since the label skips the number
        table: large
        labels: [{ name: text, size: 504, padding: 8, decoders: [{ name: string }] }]
  `,
  // The key is too large for the stack.
  tables: `
    struct large_t { char text[504]; u64 number; };
    BPF_ARRAY(next, u64, 1);
    BPF_ARRAY(keys, struct large_t, 1);
    BPF_HASH(large, struct large_t, u64, ${ROWS});
  `,
  fill: `
    int zero = 0;
    u64 one = 1, *number = next.lookup(&zero);
    struct large_t *key = keys.lookup(&zero);
    if (number && key) {
        if (*number == 0)
            __builtin_memset(key->text, 'x', ${TEXT.length});
        key->number = (*number)++;
        large.update(key, &one);
    }
  `,
};

/** A value of `/proc/PID/status` in MB. */
function memoryMb({ pid }: ExporterProcess, name: "VmRSS" | "VmHWM"): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB`, "m"))![1]) / 1024;
}

/** Lets `VmHWM` start over from the memory as it is (Documentation/filesystems/proc.rst, clear_refs). */
function forgetPeak({ pid }: ExporterProcess): void {
  Deno.writeTextFileSync(`/proc/${pid}/clear_refs`, "5");
}

/** What the process may grow by, with what V8 has not collected yet; the text of all rows has 200 MB. */
const GROWTH_MB = 60;

Deno.test(`/tables of ${ROWS} rows`, async (t) => {
  await using exporter = await startWithConfig(configYaml(large), "--debug");
  triggerFill(ROWS);

  await t.step("is complete, and is streamed without memory in proportion", async () => {
    const before = memoryMb(exporter, "VmRSS");
    forgetPeak(exporter);
    const response = await fetch(`${exporter.url}/tables`);
    let rows = 0;
    let sizeBytes = 0;
    for await (const chunk of response.body!) {
      sizeBytes += chunk.length;
      for (const byte of chunk) if (byte === 0x7b) rows++;
    }
    assert.equal(rows, ROWS);
    assert.ok(sizeBytes > ROWS * 1000, `${sizeBytes} bytes`);
    const growth = memoryMb(exporter, "VmHWM") - before;
    assert.ok(growth < GROWTH_MB, `grew by ${growth} MB for ${sizeBytes} bytes`);
  });

  await t.step("a client that does not read holds up neither memory nor scrapes", async () => {
    const sockets = countSockets(exporter);
    const stuck = await Promise.all([1, 2, 3].map(() => openRequest(exporter.url, "/tables")));
    try {
      for (const connection of stuck) await connection.read(new Uint8Array(16));
      // The kernel's socket buffers fill up; from then on nothing moves.
      await assertSamplesOfAll(exporter);
      const before = memoryMb(exporter, "VmRSS");
      forgetPeak(exporter);
      for (let scrape = 0; scrape < 5; scrape++) {
        await assertSamplesOfAll(exporter);
      }
      const growth = memoryMb(exporter, "VmHWM") - before;
      assert.ok(growth < GROWTH_MB, `grew by ${growth} MB`);
    } finally {
      for (const connection of stuck) connection.close();
    }
    await eventually("the exporter closes the clients' connections", () => {
      return countSockets(exporter) <= sockets ? true : undefined;
    });
    assert.doesNotMatch(exporter.log(), /level=error/, "a client that goes is no error");
  });
});

function countSockets({ pid }: ExporterProcess): number {
  const targets = [...Deno.readDirSync(`/proc/${pid}/fd`)].map(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/${pid}/fd/${name}`);
    } catch {
      return "closed meanwhile";
    }
  });
  return targets.filter((target) => target.startsWith("socket:")).length;
}

/** A scrape that somebody else's reading holds up fails at its deadline. */
const SCRAPE_DEADLINE_MS = 60_000;

async function assertSamplesOfAll(exporter: ExporterProcess): Promise<void> {
  const signal = AbortSignal.timeout(SCRAPE_DEADLINE_MS);
  const response = await fetch(`${exporter.url}/metrics`, { signal });
  assertSamples(await response.text(), "large_total", `large_total{text="${TEXT}"} ${ROWS}`);
}
