/**
 * Where the fields of a table's key and leaf are, from libbcc's JSON descriptions of their C types; it
 * must know nothing of labels or decoders.
 */

import { describeType, type FieldType, type TableField } from "./field_type.ts";
import { parseDescription } from "./type_description.ts";

/** The fields of a key, and the type of a leaf. */
export interface TableLayout {
  readonly keySize: number;
  readonly leafSize: number;
  readonly key: FieldType;
  readonly leaf: FieldType;
  /** The key's elements without padding; a key that is no struct is one field without a name. */
  readonly fields: readonly TableField[];
  /** The same with the members of anonymous structs in the place of the structs. */
  readonly flatFields: readonly TableField[];
}

/**
 * Lays out a key and a leaf. Sizes are in bytes, as the map was created. Throws an Error that quotes the
 * description where it cannot be laid out or comes out at another size.
 */
export function parseTableLayout(
  keyDescription: string,
  leafDescription: string,
  keySize: number,
  leafSize: number,
): TableLayout {
  const key = parseDescription(keyDescription, keySize, "key");
  const leaf = parseDescription(leafDescription, leafSize, "leaf");
  const fields = key.kind === "struct" ? withoutPadding(key.fields) : [wholeKey(key)];
  return { keySize, leafSize, key, leaf, fields, flatFields: flatten(fields, 0) };
}

/** The key as a person reads it, e.g. `{ disk char[32], op u8, slot u64 }`. */
export function describeKey(layout: TableLayout): string {
  return describeType(layout.key);
}

function wholeKey(type: FieldType): TableField {
  return { name: "", offset: 0, type, padding: false };
}

function withoutPadding(fields: readonly TableField[]): TableField[] {
  return fields.filter((field) => !field.padding);
}

function flatten(fields: readonly TableField[], base: number): TableField[] {
  return fields.flatMap((field) =>
    field.name === "" && field.type.kind === "struct"
      ? flatten(withoutPadding(field.type.fields), base + field.offset)
      : [{ ...field, offset: base + field.offset }]
  );
}
