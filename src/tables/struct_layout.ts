/**
 * Places the members of a struct or union as clang does on x86-64 and arm64 (System V and AAPCS64 agree
 * on all that is used here); it must know nothing of descriptions.
 */

import { alignmentOf, type FieldType, type TableField } from "./field_type.ts";

/** A member before it has a place. */
export interface Member {
  readonly name: string;
  readonly type: FieldType;
  /** Of a bit field; 0 closes the unit. */
  readonly bitWidth?: number;
}

const PADDING_NAME = /^__pad_(\d+|end)$/;

/** Gives each member its offset. `packed`: no gaps are put in. Pure. */
export function layOutFields(
  members: readonly Member[],
  kind: "struct" | "union",
  packed: boolean,
): FieldType {
  const fields: TableField[] = [];
  let alignment = 1;
  let endBits = 0;
  let largest = 0;
  for (const member of members) {
    const memberAlignment = packed ? 1 : alignmentOf(member.type);
    let startBits = kind === "union" ? 0 : endBits;
    if (member.bitWidth === undefined) {
      startBits = roundUp(startBits, memberAlignment * 8);
      endBits = startBits + member.type.size * 8;
      alignment = Math.max(alignment, memberAlignment);
      fields.push(fieldAt(member, startBits / 8, member.type));
    } else {
      const unitBits = member.type.size * 8;
      if (member.bitWidth === 0) startBits = roundUp(startBits, unitBits);
      else if (!packed && startBits % unitBits + member.bitWidth > unitBits) {
        startBits = roundUp(startBits, unitBits);
      }
      endBits = startBits + member.bitWidth;
      // An unnamed bit field takes room but is no field, and does not align its struct.
      if (member.name !== "") {
        alignment = Math.max(alignment, memberAlignment);
        fields.push(bitField(member, startBits, member.bitWidth));
      }
    }
    largest = Math.max(largest, endBits);
  }
  if (packed) alignment = naturalAlignment(fields, largest / 8);
  const size = roundUp(Math.ceil(largest / 8), alignment);
  return { kind, size, alignment, fields };
}

/**
 * libbcc calls every struct packed whose gaps it fills; only one whose members are out of line was
 * declared so. It matters where the struct is in another that follows C's rules.
 */
function naturalAlignment(fields: readonly TableField[], sizeBytes: number): number {
  const natural = Math.max(1, ...fields.map((field) => alignmentOf(field.type)));
  const inLine = sizeBytes % natural === 0 &&
    fields.every((field) => field.offset % alignmentOf(field.type) === 0);
  return inLine ? natural : 1;
}

function fieldAt(member: Member, offset: number, type: FieldType): TableField {
  return { name: member.name, offset, type, padding: PADDING_NAME.test(member.name) };
}

function bitField(member: Member, startBits: number, bitWidth: number): TableField {
  if (member.type.kind !== "integer") {
    throw new Error(`the bit field "${member.name}" is of a type that is no integer`);
  }
  const bitOffset = startBits % 8;
  const size = Math.ceil((bitOffset + bitWidth) / 8);
  return fieldAt(member, (startBits - bitOffset) / 8, {
    kind: "integer",
    size,
    signed: member.type.signed,
    bitOffset,
    bitWidth,
  });
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
