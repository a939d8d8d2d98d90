import assert from "node:assert/strict";
import { memberPlace, structLayouts } from "../../../src/kernel_types/layout.ts";
import { btfBlob } from "./btf_blob.ts";

Deno.test("a natural layout needs nothing written", () => {
  const blob = btfBlob();
  const char = blob.int("char", 1);
  const long = blob.int("long", 8);
  const id = blob.composite("STRUCT", "s", 16, [["a", char, 0], ["b", long, 64]]);
  const layout = structLayouts(blob.read()).of(id);
  assert.deepEqual(layout, {
    isPacked: false,
    isOpaque: false,
    fillings: [null, null],
    tailBytes: 0,
    alignBytes: 8,
  });
});

Deno.test("a member closer than its type allows makes the struct packed", () => {
  const blob = btfBlob();
  const char = blob.int("char", 1);
  const int = blob.int("int", 4);
  const id = blob.composite("STRUCT", "s", 5, [["a", char, 0], ["b", int, 8]]);
  const layout = structLayouts(blob.read()).of(id);
  assert.equal(layout.isPacked, true);
  assert.equal(layout.alignBytes, 1);
});

Deno.test("what an alignment attribute left free is filled, within and at the end", () => {
  const blob = btfBlob();
  const int = blob.int("int", 4);
  const id = blob.composite("STRUCT", "s", 128, [["a", int, 0], ["b", int, 512]]);
  const layout = structLayouts(blob.read()).of(id);
  assert.deepEqual(layout.fillings, [null, { bitsBefore: 0, bytes: 60, bitsAfter: 0 }]);
  assert.equal(layout.tailBytes, 60);
});

Deno.test("bit fields: a gap of bits is filled, a unit's end needs nothing", () => {
  const blob = btfBlob();
  const int = blob.int("unsigned int", 4);
  const id = blob.composite("STRUCT", "s", 8, [
    ["a", int, 0, 3],
    ["b", int, 13, 5],
    ["c", int, 32, 20],
  ]);
  const layout = structLayouts(blob.read()).of(id);
  assert.deepEqual(layout.fillings, [null, { bitsBefore: 5, bytes: 0, bitsAfter: 5 }, null]);
  assert.equal(layout.isPacked, false);
});

Deno.test("bit fields of kernels before 4.20 hide their place in the integer type", () => {
  const blob = btfBlob();
  const narrow = blob.int("unsigned int", 4, 5 | 3 << 16);
  const id = blob.composite("STRUCT", "s", 4, [["a", narrow, 0]]);
  assert.deepEqual(memberPlace(blob.read(), id, 0), { offsetBits: 3, widthBits: 5 });
});

Deno.test("members that run backwards leave only the size", () => {
  const blob = btfBlob();
  const int = blob.int("int", 4);
  const id = blob.composite("STRUCT", "s", 8, [["a", int, 32], ["b", int, 0]]);
  const layout = structLayouts(blob.read()).of(id);
  assert.equal(layout.isOpaque, true);
  assert.equal(layout.tailBytes, 8);
});
