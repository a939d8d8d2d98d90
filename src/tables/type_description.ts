/**
 * Reads libbcc's JSON description of a C type. It must know nothing of tables beyond the size that the
 * type has to come out at.
 *
 * The form is that of libbcc's `json_map_decl_visitor.cc`: a name of a built-in type, or
 * `[name, fields, "struct" | "struct_packed" | "union"]` with fields `[name, type]`,
 * `[name, type, [count]]`, `[name, type, bits]`, and anonymous records without a wrapper. In a
 * `struct_packed` every gap is a `__pad_N`; a `struct` (with bit fields or nothing in it) follows C's rules.
 */

import { alignmentOf, describeType, type FieldType, type TableField } from "./field_type.ts";
import { layOutFields, type Member } from "./struct_layout.ts";

const BUILTIN_TYPES = new Map<string, FieldType>(
  [
    ...integers(1, false, "unsigned char", "_Bool", "bool", "char8_t"),
    ...integers(1, true, "char", "signed char"),
    ...integers(2, false, "unsigned short", "char16_t"),
    ...integers(2, true, "short"),
    ...integers(4, false, "unsigned int", "char32_t"),
    ...integers(4, true, "int", "wchar_t"),
    ...integers(8, false, "unsigned long", "unsigned long long"),
    ...integers(8, true, "long", "long long"),
    ...integers(16, false, "unsigned __int128"),
    ...integers(16, true, "__int128"),
    ["float", { kind: "float", size: 4 }],
    ["double", { kind: "float", size: 8 }],
  ],
);

/**
 * The type that `description` tells, `sizeBytes` large. `what` is `key` or `leaf`, for the message. Throws an
 * Error that quotes the description.
 */
export function parseDescription(
  description: string,
  sizeBytes: number,
  what: "key" | "leaf",
): FieldType {
  try {
    return fitWhole(parseType(JSON.parse(withUnnamedTypes(description))), sizeBytes);
  } catch (error) {
    throw new Error(
      `cannot lay out the ${what} of ${sizeBytes} bytes that libbcc describes as ` +
        `'${description}': ${(error as Error).message}`,
    );
  }
}

/** libbcc has no name for `__uint128_t` and `__int128_t` and leaves the type out: `["a",]`, or nothing at all. */
function withUnnamedTypes(description: string): string {
  const named = '"unsigned __int128"';
  if (description.trim() === "") return named;
  return description.replace(/("(?:[^"\\]|\\.)*"\s*),(\s*(?:\]|,\s*\[))/g, `$1,${named}$2`);
}

function integers(size: number, signed: boolean, ...names: string[]): [string, FieldType][] {
  return names.map((name) => [name, { kind: "integer", size, signed }]);
}

function parseType(node: unknown, packed = false): FieldType {
  if (typeof node === "string") {
    const type = BUILTIN_TYPES.get(node);
    if (type === undefined) throw new Error(`the type "${node}" is not known`);
    return type;
  }
  if (!Array.isArray(node) || !Array.isArray(node[1])) {
    throw new Error(`expected a type, found ${JSON.stringify(node)}`);
  }
  const [, members, kind = "struct"] = node;
  if (kind !== "struct" && kind !== "struct_packed" && kind !== "union") {
    throw new Error(`expected "struct", "struct_packed" or "union", found ${JSON.stringify(kind)}`);
  }
  return layOutFields(
    members.map(parseMember),
    kind === "union" ? "union" : "struct",
    kind === "struct_packed" || packed,
  );
}

function parseMember(node: unknown): Member {
  if (!Array.isArray(node) || typeof node[0] !== "string") {
    throw new Error(`expected a field, found ${JSON.stringify(node)}`);
  }
  const [name, second, third] = node;
  // An anonymous struct or union stands in its parent's fields without a pair of its own.
  if (Array.isArray(second) && typeof third === "string") {
    return { name: "", type: parseType(node) };
  }
  const type = parseType(second);
  if (third === undefined) return { name, type };
  if (typeof third === "number") return { name, type, bitWidth: third };
  if (Array.isArray(third) && typeof third[0] === "number") {
    return { name, type: arrayOf(type, third[0]) };
  }
  throw new Error(`expected a count or a number of bits, found ${JSON.stringify(third)}`);
}

function arrayOf(element: FieldType, count: number): FieldType {
  const size = element.size * count;
  return element.kind === "integer" && element.size === 1
    ? { kind: "char_array", size }
    : { kind: "array", size, element, count };
}

/**
 * Makes up for what descriptions leave out: the count of a key that is an array itself, of arrays by a
 * typedef, and the inner counts of arrays of arrays. Done only where one reading is possible.
 */
function fitWhole(type: FieldType, sizeBytes: number): FieldType {
  if (type.size === sizeBytes) return type;
  if (type.kind === "struct") {
    const packed = layOutFields(type.fields.map(memberOf), "struct", true);
    if (packed.size === sizeBytes) return packed;
    const readings = type.size < sizeBytes ? stretched(type.fields, sizeBytes - type.size) : [];
    if (readings.length === 1) return readings[0];
    throw new Error(
      `its fields ${
        describeType(type)
      } take ${type.size} bytes; write the counts of its arrays in ` +
        `the struct itself, not in a typedef, and as one dimension`,
    );
  }
  if (sizeBytes > 0 && sizeBytes % type.size === 0 && type.kind !== "union") {
    return arrayOf(type, sizeBytes / type.size);
  }
  throw new Error(`that is ${type.size} bytes`);
}

/** Every struct that comes out `missingBytes` larger by one field's being an array. */
function stretched(fields: readonly TableField[], missingBytes: number): FieldType[] {
  return fields.flatMap((field, index) => {
    const { type } = field;
    const element = type.kind === "array" ? type.element : type;
    const unit = type.kind === "char_array" || type.kind === "array" ? type.size : element.size;
    if (field.padding || unit === 0 || missingBytes % unit !== 0) return [];
    const members = fields.map(memberOf);
    const count = missingBytes / unit + 1;
    members[index] = { name: field.name, type: arrayOf(type, count) };
    const struct = layOutFields(members, "struct", true);
    const aligned = struct.kind === "struct" &&
      struct.fields.every((moved) => moved.offset % alignmentOf(moved.type) === 0);
    return aligned ? [struct] : [];
  });
}

function memberOf(field: TableField): Member {
  const { name, type } = field;
  return type.kind === "integer" && type.bitWidth !== undefined
    ? { name, type: declaredOf(type), bitWidth: type.bitWidth }
    : { name, type };
}

/** A bit field's type without its width; the size of its unit no longer matters when packed. */
function declaredOf(type: Extract<FieldType, { kind: "integer" }>): FieldType {
  return { kind: "integer", size: Math.min(type.size, 8), signed: type.signed };
}
