/** The value of a leaf as two 32-bit words; it must know nothing of metrics. */

import type { FieldType, IntegerType } from "./field_type.ts";

/** The leaf's type if values can be read from it, else undefined: no integer of 1 to 16 whole bytes. */
export function integerLeaf(leaf: FieldType): IntegerType | undefined {
  return leaf.kind === "integer" && leaf.bitWidth === undefined ? leaf : undefined;
}

/**
 * Adds the leaf at `offset` to `values[index]` and `values[index + 1]` (low and high word, two's
 * complement of 64 bits). Of 16 bytes the lower 8 count: no counter of events gets further.
 */
export function addLeaf(
  type: IntegerType,
  source: DataView,
  offset: number,
  values: Uint32Array,
  index: number,
): void {
  let low: number;
  let high = 0;
  switch (type.size) {
    case 1:
      low = type.signed ? source.getInt8(offset) : source.getUint8(offset);
      break;
    case 2:
      low = type.signed ? source.getInt16(offset, true) : source.getUint16(offset, true);
      break;
    case 4:
      low = type.signed ? source.getInt32(offset, true) : source.getUint32(offset, true);
      break;
    default:
      low = source.getUint32(offset, true);
      high = source.getUint32(offset + 4, true);
  }
  if (low < 0) high = 0xffffffff;
  const sum = values[index] + (low >>> 0);
  values[index] = sum;
  values[index + 1] += high + (sum > 0xffffffff ? 1 : 0);
}
