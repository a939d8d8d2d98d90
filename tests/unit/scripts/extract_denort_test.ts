/** The bare runtime is cut out of a compiled program by its ELF header alone. */

import assert from "node:assert/strict";
import { extractDenort } from "../../../scripts/extract_denort.ts";

/** An ELF file of `sizeBytes` whose section headers (2 of 64 bytes) begin at 100. */
function elf(sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes).map((_, index) => index & 0xff);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(40, 100n, true);
  view.setUint16(58, 64, true);
  view.setUint16(60, 2, true);
  return bytes;
}

Deno.test("what is appended to the ELF file is cut off", () => {
  const program = elf(300);
  assert.deepEqual(extractDenort(program), program.subarray(0, 228));
});

Deno.test("a view into a larger buffer is read from its own start", () => {
  const padded = new Uint8Array(310);
  padded.set(elf(300), 10);
  assert.deepEqual(extractDenort(padded.subarray(10)), elf(300).subarray(0, 228));
});

Deno.test("files that deno compile did not make are refused", () => {
  assert.throws(() => extractDenort(elf(228)), /ends at byte 228 of 228/);
  assert.throws(() => extractDenort(elf(300).fill(0, 0, 1)), /no 64-bit little-endian ELF/);
  assert.throws(() => extractDenort(elf(300).fill(1, 4, 5)), /no 64-bit little-endian ELF/);
  assert.throws(() => extractDenort(new Uint8Array(10)), /no 64-bit little-endian ELF/);
});
