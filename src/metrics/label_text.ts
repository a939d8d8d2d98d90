/** A label set as the text between its braces, and the order of such texts; it knows nothing of series. */

import { escapeLabelValue } from "../exposition/escape.ts";
import type { TextBuffer } from "../exposition/text_buffer.ts";

/** Indices of `names` in the order in which labels are written: by name. */
export function labelOrder(names: readonly string[]): number[] {
  return names.map((_, index) => index).sort((a, b) => names[a] < names[b] ? -1 : 1);
}

/** Appends `a="x",b="y"`, the labels in `order`. */
export function writeLabels(
  text: TextBuffer,
  names: readonly string[],
  values: readonly string[],
  order: readonly number[],
): void {
  let before = "";
  for (const index of order) {
    text.writeText(`${before}${names[index]}="${escapeLabelValue(values[index])}"`);
    before = ",";
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_N = 0x6e;

/**
 * Orders two texts of equal label names as Go's client does: value by value, by their bytes. `a` and `b`
 * are ranges of `bytes`. Values are escaped there, and end with a quote that sorts below every byte.
 */
export function compareLabelTexts(
  bytes: Uint8Array,
  aStart: number,
  aEnd: number,
  bStart: number,
  bEnd: number,
): number {
  const length = Math.min(aEnd - aStart, bEnd - bStart);
  let escaped = false;
  for (let i = 0; i < length; i++) {
    const a = bytes[aStart + i];
    const b = bytes[bStart + i];
    if (a !== b) {
      return escaped
        ? unescaped(a) - unescaped(b)
        : valueByte(bytes, aStart + i) - valueByte(bytes, bStart + i);
    }
    escaped = !escaped && a === BACKSLASH;
  }
  return (aEnd - aStart) - (bEnd - bStart);
}

function valueByte(bytes: Uint8Array, at: number): number {
  if (bytes[at] === QUOTE) return -1;
  return bytes[at] === BACKSLASH ? unescaped(bytes[at + 1]) : bytes[at];
}

function unescaped(byte: number): number {
  return byte === LETTER_N ? 0x0a : byte;
}
