/** A model of a kernel map behind `MapReads`: buckets, batches, deletions, errnos. */

import type { MapReads } from "../../../src/kernel/map_reads.ts";

export const HASH = 1;
export const ARRAY = 2;
export const PERCPU_HASH = 5;
export const PERCPU_ARRAY = 6;
export const LRU_HASH = 9;
export const LRU_PERCPU_HASH = 10;

const ENOENT = 2;
const EINTR = 4;
const ENOSPC = 28;

export interface FakeMapOptions {
  name?: string;
  type?: number;
  keySize?: number;
  leafSize?: number;
  possibleCpus?: number;
  maxEntries?: number;
  /** Entries in one bucket; a batch hands out whole buckets only. */
  bucketSize?: number;
  /** What BPF_MAP_LOOKUP_BATCH answers instead of working. */
  batchErrno?: number;
  /** Every batch but the last is interrupted when it has handed rows out, as array maps do. */
  interrupted?: boolean;
  /** Called before each system call; a number is its errno. */
  before?: (call: "batch" | "next" | "lookup", map: FakeMap) => number | void;
}

export interface FakeMap extends MapReads {
  /** Keys and values in the kernel's order; tests change it as they like. */
  entries: { key: Uint8Array; value: Uint8Array }[];
  calls: Record<"batch" | "next" | "lookup", number>;
  set(key: Uint8Array, ...values: (number | bigint)[]): FakeMap;
  delete(key: Uint8Array): void;
}

const PER_CPU = new Set([PERCPU_HASH, PERCPU_ARRAY, LRU_PERCPU_HASH]);

export function same(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return a.length === b.length;
}

/** `value` in `size` bytes, two's complement, little-endian. */
export function integerBytes(value: number | bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let rest = BigInt.asUintN(size * 8, BigInt(value));
  for (let i = 0; i < size; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

export function openFakeMap(options: FakeMapOptions = {}): FakeMap {
  const { keySize = 4, leafSize = 8, possibleCpus = 1, type = HASH, bucketSize = 1 } = options;
  const perCpu = PER_CPU.has(type);
  const stride = perCpu ? Math.ceil(leafSize / 8) * 8 : leafSize;
  const valueSize = perCpu ? stride * possibleCpus : leafSize;
  let batchCount = 0;

  function failed(call: "batch" | "next" | "lookup"): number {
    map.calls[call]++;
    return options.before?.(call, map) ?? 0;
  }

  const map: FakeMap = {
    name: options.name ?? "counts",
    type,
    keySize,
    leafSize,
    valueSize,
    possibleCpus,
    maxEntries: options.maxEntries ?? 10240,
    entries: [],
    calls: { batch: 0, next: 0, lookup: 0 },
    get batchCount() {
      return batchCount;
    },
    set(key, ...values) {
      const value = new Uint8Array(valueSize);
      values.forEach((each, cpu) => value.set(integerBytes(each, leafSize), cpu * stride));
      const known = map.entries.find((entry) => same(entry.key, key));
      if (known) known.value = value;
      else map.entries.push({ key: key.slice(), value });
      return map;
    },
    delete(key) {
      map.entries = map.entries.filter((entry) => !same(entry.key, key));
    },
    lookupBatch(cursor, next, keys, values, limit) {
      batchCount = 0;
      const errno = failed("batch") || options.batchErrno || 0;
      if (errno !== 0) return errno;
      let at = cursor === null ? 0 : new DataView(cursor.buffer).getUint32(0, true) * bucketSize;
      while (at < map.entries.length) {
        const bucket = map.entries.slice(at, at + bucketSize);
        if (batchCount + bucket.length > limit) {
          if (batchCount === 0) return ENOSPC;
          break;
        }
        for (const { key, value } of bucket) {
          keys.set(key, batchCount * keySize);
          values.set(value, batchCount++ * valueSize);
        }
        at += bucketSize;
      }
      new DataView(next.buffer).setUint32(0, Math.ceil(at / bucketSize), true);
      if (at >= map.entries.length) return ENOENT;
      return options.interrupted ? EINTR : 0;
    },
    nextKey(key, next) {
      const errno = failed("next");
      if (errno !== 0) return errno;
      const at = key === null ? -1 : map.entries.findIndex((entry) => same(entry.key, key));
      const entry = map.entries[at + 1];
      if (entry === undefined) return ENOENT;
      next.set(entry.key);
      return 0;
    },
    lookup(key, value) {
      const errno = failed("lookup");
      if (errno !== 0) return errno;
      const entry = map.entries.find((each) => same(each.key, key));
      if (entry === undefined) return ENOENT;
      value.set(entry.value);
      return 0;
    },
  };
  return map;
}
