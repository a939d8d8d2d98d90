/** Exact decimal text of integers in two parts of 32 bits; it must know nothing of tables. */

import type { TextBuffer } from "./text_buffer.ts";

/** The factor between the high and the low part. */
export const WORD = 0x1_0000_0000;
const DIGITS_MAX = 16;

/**
 * Appends `high * 2^32 + low` in decimal. Both are integers (safe as float64 integers); `high` may be
 * negative and either may be larger than 32 bits: sums of many values come out exact, without wrapping.
 */
export function writeWideInteger(text: TextBuffer, low: number, high: number): void {
  const value = high * WORD + low;
  if (value < 0 || value > Number.MAX_SAFE_INTEGER) {
    text.writeText(wideIntegerText(low, high));
    return;
  }
  text.reserve(DIGITS_MAX);
  const bytes = text.bytes;
  if (value < 10) {
    bytes[text.length++] = 48 + value;
    return;
  }
  let digits = 2;
  for (let limit = 100; value >= limit; limit *= 10) digits++;
  let at = text.length + digits;
  text.length = at;
  let rest = value;
  // A 32-bit number divides several times faster than a float64.
  while (rest > 0x7fffffff) {
    const quotient = Math.floor(rest / 10);
    bytes[--at] = 48 + (rest - quotient * 10);
    rest = quotient;
  }
  for (let small = rest | 0; small > 0;) {
    const quotient = (small / 10) | 0;
    bytes[--at] = 48 + (small - quotient * 10);
    small = quotient;
  }
}

/** The same as text. */
export function wideIntegerText(low: number, high: number): string {
  return (BigInt(high) * BigInt(WORD) + BigInt(low)).toString();
}

/** The float64 that is nearest to `high * 2^32 + low`. */
export function wideIntegerToFloat(low: number, high: number): number {
  const value = high * WORD + low;
  // Below 2^53 nothing was rounded; above, high * 2^32 and the sum could each round.
  return Number.isSafeInteger(value) ? value : Number(BigInt(high) * BigInt(WORD) + BigInt(low));
}
