import assert from "node:assert/strict";
import { findLostIncrements } from "../../../src/compiler/lost_increments.ts";
import { MapType } from "../../../src/kernel/bpf.ts";

function table(name: string, type: number) {
  const description = '"unsigned int"';
  const sizes = { keySize: 4, leafSize: 4, maxEntries: 1, flags: 0 };
  return { name, type, ...sizes, keyDescription: description, leafDescription: description };
}

Deno.test("increments that never make a key are found by the table's type", () => {
  const tables = [
    table("plain", MapType.HASH),
    table("lru", MapType.LRU_HASH),
    table("cpu", MapType.PERCPU_HASH),
    table("slots", MapType.PERCPU_ARRAY),
    table("idle", MapType.LRU_HASH),
  ];
  const code = "plain.increment(k); lru.increment(k, 2); cpu . atomic_increment (k); " +
    "slots.increment(0); idle.lookup(&k); not_idle.increment(k);";
  assert.deepEqual(findLostIncrements(code, tables), ["lru", "cpu"]);
});
