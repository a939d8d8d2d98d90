import assert from "node:assert/strict";
import fc from "fast-check";
import { TextBuffer } from "../../../src/exposition/text_buffer.ts";
import {
  wideIntegerText,
  wideIntegerToFloat,
  writeWideInteger,
} from "../../../src/exposition/wide_integer.ts";

function written(low: number, high: number): string {
  const text = new TextBuffer();
  writeWideInteger(text, low, high);
  return text.toString();
}

const parts = fc.tuple(
  fc.oneof(fc.nat(20), fc.maxSafeNat()),
  fc.oneof(fc.nat(3), fc.nat(2 ** 31 - 1), fc.integer({ min: -(2 ** 31) }), fc.constant(2 ** 40)),
);

Deno.test("every integer comes out as BigInt prints it", () => {
  fc.assert(
    fc.property(parts, ([low, high]) => {
      const expected = (BigInt(high) * 2n ** 32n + BigInt(low)).toString();
      assert.equal(written(low, high), expected);
      assert.equal(wideIntegerText(low, high), expected);
      assert.equal(wideIntegerToFloat(low, high), Number(BigInt(expected)));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("the edges of 10, 32, 53 and 64 bits come out exactly", () => {
  const values = [
    0n,
    9n,
    10n,
    99n,
    100n,
    999n,
    2n ** 31n - 1n,
    2n ** 31n,
    2n ** 32n,
    2n ** 53n - 1n,
  ];
  values.push(2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n);
  for (let ten = 1n; ten < 2n ** 64n; ten *= 10n) values.push(ten, ten - 1n, ten + 1n);
  for (const value of values) {
    assert.equal(written(Number(value & 0xffffffffn), Number(value >> 32n)), value.toString());
  }
});

Deno.test("a negative high word is a negative number", () => {
  assert.equal(written(0xffffffff, -1), "-1");
});
