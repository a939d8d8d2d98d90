import assert from "node:assert/strict";
import { BTF_KIND, readBtf } from "../../../src/kernel/btf.ts";
import { btfBlob } from "../kernel_types/btf_blob.ts";

function sample() {
  const blob = btfBlob();
  const int = blob.int("int", 4);
  const array = blob.array(int, 16);
  const struct = blob.composite("STRUCT", "task", 72, [["pid", int, 0], ["comm", array, 32]]);
  const wide = blob.enumeration64("wide", { LARGE: 1n << 40n });
  const last = blob.ref("PTR", struct);
  return { blob, int, array, struct, wide, last };
}

Deno.test("types of different lengths are found one after the other", () => {
  const { blob, int, array, struct, wide, last } = sample();
  const btf = blob.read();
  assert.equal(btf.count, last + 1);
  assert.deepEqual(
    [0, int, array, struct, wide, last].map(btf.kind),
    [BTF_KIND.VOID, BTF_KIND.INT, BTF_KIND.ARRAY, BTF_KIND.STRUCT, BTF_KIND.ENUM64, BTF_KIND.PTR],
  );
  assert.equal(btf.name(struct), "task");
  assert.equal(btf.sizeOrType(struct), 72);
  assert.equal(btf.vlen(struct), 2);
  assert.equal(btf.text(btf.word(struct, 3)), "comm");
  assert.equal(btf.word(array, 2), 16);
  assert.equal(btf.sizeOrType(last), struct);
});

Deno.test("names are found only as whole strings", () => {
  const btf = sample().blob.read();
  const found = btf.findNames(new Set(["comm", "om", "pid", "nothing", ""]));
  assert.deepEqual([...found.keys()].sort(), ["comm", "pid"]);
  assert.equal(btf.text(found.get("comm")!), "comm");
});

Deno.test("bytes at an odd place are read all the same", () => {
  const { blob, struct } = sample();
  const bytes = blob.bytes();
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  assert.equal(readBtf(shifted.subarray(1)).name(struct), "task");
});

Deno.test("what is no BTF is told", () => {
  const bytes = sample().blob.bytes();
  assert.throws(() => readBtf(new Uint8Array(10)), /BTF of 10 bytes is too short/);
  assert.throws(() => readBtf(bytes.slice(0, -1)), /cut off: its header speaks of \d+ bytes/);
  const swapped = bytes.slice();
  swapped.set([0xeb, 0x9f]);
  assert.throws(() => readBtf(swapped), /other byte order/);
  const version = bytes.slice();
  version[2] = 7;
  assert.throws(() => readBtf(version), /version 7/);
  const kind = bytes.slice();
  kind[24 + 7] = 31;
  assert.throws(() => readBtf(kind), /type 1 has the kind 31/);
  const length = bytes.slice();
  length.set([0xff, 0xff], 24 + 4 * (4 + 6) + 4);
  assert.throws(() => readBtf(length), /reaches past|has the kind/);
});
