/**
 * The text of a key or field as libbcc's `bpf_table_key_snprintf` prints it, from its bytes; it must know
 * nothing of decoders.
 *
 * Where libbcc's printer is wrong (pointers print as `0xlx`, 128 bits lose the upper half, text runs past
 * the end of its array, bit fields print as their storage) the value itself is printed.
 */

import { alignmentOf, type FieldType, type IntegerType, type TableField } from "./field_type.ts";

/** A byte order mark is text like any other here. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Raw text of `type` at `offset` of `bytes`: `0x1`, `"sda"`, `{ 0x1 "sda" }`, `[ 0x1 0x2 ]`. */
export function rawText(type: FieldType, bytes: Uint8Array, offset = 0): string {
  switch (type.kind) {
    case "integer":
      return `0x${readUnsigned(type, bytes, offset).toString(16)}`;
    case "float":
      return `0x${littleEndian(bytes, offset, type.size).toString(16)}`;
    case "char_array":
    case "bytes":
      return `"${cString(bytes, offset, type.size)}"`;
    case "array": {
      let text = "[ ";
      for (let i = 0; i < type.count; i++) {
        text += `${rawText(type.element, bytes, offset + i * type.element.size)} `;
      }
      return `${text}]`;
    }
    case "struct": {
      let text = "{ ";
      for (const field of type.fields) {
        if (!field.padding) text += `${rawText(field.type, bytes, offset + field.offset)} `;
      }
      return `${text}}`;
    }
    case "union":
      return unionText(type.fields, type.size, bytes, offset);
  }
}

/** Above this length the decoder's own call costs less than the strings that grow by one character each. */
const SHORT_TEXT = 32;

/** Text up to the first NUL, at most `size` bytes; what is not UTF-8 becomes U+FFFD. */
export function cString(bytes: Uint8Array, offset: number, size: number): string {
  const limit = Math.min(offset + size, bytes.length);
  let end = offset;
  let bits = 0;
  while (end < limit && bytes[end] !== 0) bits |= bytes[end++];
  if (bits > 0x7f || end - offset > SHORT_TEXT) return decoder.decode(bytes.subarray(offset, end));
  let ascii = "";
  for (let at = offset; at < end; at++) ascii += String.fromCharCode(bytes[at]);
  return ascii;
}

/** The value of an integer, enum, pointer, `bool` or bit field without regard to its sign. */
export function readUnsigned(
  type: IntegerType,
  bytes: Uint8Array,
  offset: number,
): number | bigint {
  const whole = littleEndian(bytes, offset, type.size);
  if (type.bitWidth === undefined) return whole;
  const mask = (1n << BigInt(type.bitWidth)) - 1n;
  return (BigInt(whole) >> BigInt(type.bitOffset ?? 0)) & mask;
}

/** `size` bytes as an unsigned integer; a number up to 6 bytes, else a bigint. */
export function littleEndian(bytes: Uint8Array, offset: number, size: number): number | bigint {
  if (size <= 6) {
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[offset + i];
    return value;
  }
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[offset + i]);
  return value;
}

/**
 * clang stores a union as its most aligned member, the largest of those, and bytes up to the union's size;
 * libbcc prints that storage.
 */
function unionText(
  fields: readonly TableField[],
  size: number,
  bytes: Uint8Array,
  offset: number,
): string {
  let storage: TableField | undefined;
  for (const field of fields) {
    const order = storage === undefined
      ? 1
      : alignmentOf(field.type) - alignmentOf(storage.type) || field.type.size - storage.type.size;
    if (order > 0) storage = field;
  }
  if (storage === undefined) return "{ }";
  const rest = size - storage.type.size;
  const tail = rest > 0 ? `"${cString(bytes, offset + storage.type.size, rest)}" ` : "";
  return `{ ${rawText(storage.type, bytes, offset)} ${tail}}`;
}
