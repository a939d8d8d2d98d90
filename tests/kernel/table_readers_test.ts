// One suite over all table types that are read, in both ways to read them, on the real kernel.
import assert from "node:assert/strict";
import { createMap, MapType } from "../../src/kernel/bpf.ts";
import { BpfMap } from "../../src/kernel/bpf_map.ts";
import { EINVAL } from "../../src/kernel/errno.ts";
import { addressOf, bpf } from "../../src/kernel/libc.ts";
import type { MapReads } from "../../src/kernel/map_reads.ts";
import type { OwnedFd } from "../../src/kernel/owned_fd.ts";
import { parseTableLayout } from "../../src/tables/table_layout.ts";
import { openTableReader } from "../../src/tables/table_reader.ts";
import { bpfFds } from "./compiled.ts";

const BPF_MAP_UPDATE_ELEM = 2, BPF_MAP_DELETE_ELEM = 3;
const KEY = '"unsigned int"';
const LEAVES = [
  { description: '"unsigned long long"', size: 8, values: [1n, 2n ** 64n - 1n] },
  { description: '"unsigned int"', size: 4, values: [7n, 2n ** 32n - 1n] },
  { description: '"short"', size: 2, values: [3n, -3n] },
  { description: '"unsigned char"', size: 1, values: [0n, 255n] },
] as const;
const TYPES = [
  "HASH",
  "LRU_HASH",
  "PERCPU_HASH",
  "LRU_PERCPU_HASH",
  "ARRAY",
  "PERCPU_ARRAY",
] as const;

function change(command: number, fd: OwnedFd, key: number, value?: Uint8Array<ArrayBuffer>): void {
  const attr = new Uint8Array(32);
  const view = new DataView(attr.buffer);
  const keyBytes = new Uint8Array(Uint32Array.of(key).buffer);
  view.setUint32(0, fd.number, true);
  view.setBigUint64(8, addressOf(keyBytes), true);
  if (value) view.setBigUint64(16, addressOf(value), true);
  assert.equal(bpf(command, attr), 0);
}

/** A value as the kernel takes it: for a per-CPU map the leaf of each CPU, here all equal. */
function leafBytes(map: MapReads, value: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(map.valueSize);
  const stride = Math.ceil(map.leafSize / 8) * 8;
  for (let at = 0; at < bytes.length; at += stride) {
    for (let byte = 0; byte < map.leafSize; byte++) {
      bytes[at + byte] = Number(BigInt.asUintN(64, value) >> BigInt(byte * 8) & 255n);
    }
  }
  return bytes;
}

/** The same map on a kernel without batch operations. */
function withoutBatch(map: BpfMap): MapReads {
  return new Proxy(map, {
    get(target, property) {
      if (property === "lookupBatch") return () => EINVAL;
      const value = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

for (const type of TYPES) {
  for (const leaf of LEAVES) {
    for (const way of ["batch", "walk"] as const) {
      Deno.test(`${type}, leaf ${leaf.description}, by ${way}: every entry once, exact, again and again`, async () => {
        const before = bpfFds();
        const isArray = type.endsWith("ARRAY");
        const entries = 3_000;
        const shape = { name: "t", type: MapType[type], keySize: 4, leafSize: leaf.size };
        const fd = createMap({ ...shape, maxEntries: entries, flags: 0 });
        const map = new BpfMap(fd, { ...shape, maxEntries: entries });
        const perCpu = type.includes("PERCPU") ? BigInt(map.possibleCpus) : 1n;
        const wanted = new Map<number, bigint>();
        // An LRU map forgets before it is full.
        const count = type.startsWith("LRU") ? entries / 4 : entries;
        for (let key = 0; key < count; key++) {
          const value = leaf.values[key % 2];
          change(BPF_MAP_UPDATE_ELEM, fd, key, leafBytes(map, value));
          wanted.set(key, BigInt.asUintN(64, value * perCpu));
        }
        const reader = openTableReader(
          way === "batch" ? map : withoutBatch(map),
          parseTableLayout(KEY, leaf.description, 4, leaf.size),
        );
        const read = async () => {
          const rows = await reader.read();
          const keys = new Uint32Array(rows.keys.slice(0, rows.count * 4).buffer);
          const seen = new Map<number, bigint>();
          keys.forEach((key, row) => {
            assert.ok(!seen.has(key), `key ${key} twice`);
            const [low, high] = rows.values.subarray(row * 2, row * 2 + 2);
            seen.set(key, BigInt(high) << 32n | BigInt(low));
          });
          return new Map([...seen].sort(([a], [b]) => a - b));
        };
        assert.deepEqual(await read(), wanted);
        if (!isArray) {
          for (let key = 0; key < count; key += 3) {
            change(BPF_MAP_DELETE_ELEM, fd, key);
            wanted.delete(key);
          }
        }
        assert.deepEqual(await read(), wanted);
        fd.close();
        assert.deepEqual(bpfFds(), before);
      });
    }
  }
}
