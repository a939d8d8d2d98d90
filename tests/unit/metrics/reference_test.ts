/** The output that the original's documentation shows, byte for byte, from tables that hold it. */

import assert from "node:assert/strict";
import { readReference } from "../../reference.ts";
import { buildScrapePlan } from "../../../src/metrics/scrape_plan.ts";
import { integerBytes, openFakeMap } from "../tables/fake_map.ts";
import { counter, histogram, reader, symbols, textOf } from "./configs.ts";

const DISK_KEY = '["disk_key", [["disk","char",[32]], ["op","unsigned char"], ' +
  '["__pad_2","char",[7]], ["slot","unsigned long long"]], "struct_packed"]';
const COUNT_KEY =
  '["key_t", [["ip","unsigned long long"], ["command","char",[128]]], "struct_packed"]';

const OPERATIONS = { name: "static_map", staticMap: [["1", "read"], ["2", "write"]] as const };

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

function parseSamples(text: string): Sample[] {
  return [...text.matchAll(/^(\w+)\{(.*)\} (\d+)$/gm)].map(([, name, labels, value]) => ({
    name,
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, k, v]) => [k, v])),
    value: Number(value),
  }));
}

function diskKey(disk: string, op: number, slot: number, junk: string): Uint8Array {
  const key = new Uint8Array(48);
  key.set(new TextEncoder().encode(`${disk}\0${junk}`));
  key[32] = op;
  key.set(integerBytes(slot, 8), 40);
  return key;
}

for (
  const { file, metric } of [
    {
      file: "bio-latency.metrics.txt",
      metric: histogram("bio_latency_seconds", [["device", "string"], [
        "operation",
        "uint",
        OPERATIONS,
      ], [
        "bucket",
        "uint",
      ]], { help: "Block IO latency histogram", bucketMax: 26, bucketMultiplier: 0.000001 }),
    },
    {
      file: "bio-size.metrics.txt",
      metric: histogram("bio_size_bytes", [
        ["device", "string"],
        ["operation", "uint", OPERATIONS],
        [
          "bucket",
          "uint",
        ],
      ], {
        help: "Block IO size histogram with kibibyte buckets",
        bucketMax: 15,
        bucketMultiplier: 1024,
      }),
    },
  ]
) {
  Deno.test(`${file} comes out byte for byte`, async () => {
    const expected = readReference(file);
    if (expected === undefined) return;
    const map = openFakeMap({ keySize: 48, bucketSize: 3 });
    const before = new Map<string, number>();
    const slots = new Map<string, number>();
    for (const { name, labels, value } of parseSamples(expected)) {
      if (!name.endsWith("_bucket") || labels.le === "+Inf") continue;
      const set = `${labels.device} ${labels.operation}`;
      const slot = slots.get(set) ?? 0;
      const events = value - (before.get(set) ?? 0);
      before.set(set, value);
      slots.set(set, slot + 1);
      if (events === 0) continue;
      const op = labels.operation === "read" ? 1 : 2;
      // Two keys that differ behind the NUL only, as kernels leave them.
      map.set(diskKey(labels.device, op, slot, ""), events - 1);
      map.set(diskKey(labels.device, op, slot, "a"), 1);
    }
    const { plan, problems } = buildScrapePlan(
      [{ program: "bio", metric, reader: reader(map, DISK_KEY) }],
      symbols(),
    );
    assert.deepEqual(problems, []);
    assert.equal((await plan.read()).tables[0].ok, true);
    assert.equal(textOf(plan), expected.replace(/\.\.\.\n$/, ""));
  });
}

Deno.test("cachestat.metrics.txt comes out byte for byte", async () => {
  const expected = readReference("cachestat.metrics.txt");
  if (expected === undefined) return;
  const context = symbols();
  const map = openFakeMap({ keySize: 136 });
  const addresses = new Map<string, bigint>();
  const samples = parseSamples(expected);
  for (
    const { labels, value } of [...samples, { labels: { op: "x", command: "bash" }, value: 7 }]
  ) {
    const address = addresses.get(labels.op) ?? 0xffffffff81000000n + BigInt(addresses.size * 64);
    addresses.set(labels.op, address);
    context.names.set(address, labels.op);
    const key = new Uint8Array(136);
    key.set(integerBytes(address, 8));
    key.set(new TextEncoder().encode(labels.command), 8);
    map.set(key, value);
  }
  map.entries.reverse();
  const metric = counter("page_cache_ops_total", [["op", "ksym"], ["command", "string", {
    name: "regexp",
    regexps: ["^systemd-journal$", "^syslog-ng$"],
  }]], { help: "Page cache operation counters by type" });
  const { plan } = buildScrapePlan([
    { program: "cachestat", metric, reader: reader(map, COUNT_KEY) },
  ], context);
  await plan.read();
  assert.equal(textOf(plan), expected.replace(/\.\.\.\n$/, ""));
});

Deno.test("the page /tables is that of the original", async () => {
  const expected = readReference("tables-v1-sample.txt");
  if (expected === undefined) return;
  const map = openFakeMap({ name: "m_total", keySize: 24 });
  for (const row of [1, 2, 3, 4]) {
    const key = new Uint8Array(24);
    key[0] = row;
    key.set(new TextEncoder().encode(row === 4 ? "dropped" : `row${row}`), 8);
    map.set(key, row * 10);
  }
  const metric = counter("m_total", [["id", "uint"], ["name", "string", {
    name: "regexp",
    regexps: ["^row"],
  }]]);
  const key = '["k", [["id","unsigned long long"], ["name","char",[16]]], "struct_packed"]';
  const { plan } = buildScrapePlan([{ program: "p", metric, reader: reader(map, key) }], symbols());
  assert.equal((await Array.fromAsync(plan.tables())).join(""), expected);
});
