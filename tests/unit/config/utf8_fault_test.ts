/** The first byte that is not UTF-8 is found where the runtime's own decoder finds a fault. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { findUtf8Fault } from "../../../src/config/utf8_fault.ts";

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

Deno.test("known faults are found at their offsets", () => {
  const cases: [number[], number][] = [
    [[], -1],
    [[0x61, 0xc3, 0xa9], -1],
    [[0x61, 0xff], 1],
    [[0xc0, 0x80], 0],
    [[0xe0, 0x80, 0x80], 0],
    [[0xed, 0xa0, 0x80], 0],
    [[0xf4, 0x90, 0x80, 0x80], 0],
    [[0x61, 0xe2, 0x82], 1],
    [[0xf0, 0x9f, 0x98, 0x80], -1],
  ];
  for (const [bytes, fault] of cases) assert.equal(findUtf8Fault(Uint8Array.from(bytes)), fault);
});

Deno.test("faults are where the runtime's decoder sees them, for random bytes", () => {
  const byte = fc.constantFrom(0x41, 0x80, 0xa0, 0xbf, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xff);
  fc.assert(fc.property(fc.array(byte, { maxLength: 8 }), (numbers) => {
    const bytes = Uint8Array.from(numbers);
    const fault = findUtf8Fault(bytes);
    assert.equal(fault < 0, isUtf8(bytes));
    if (fault >= 0) assert.ok(isUtf8(bytes.subarray(0, fault)));
  }));
});
