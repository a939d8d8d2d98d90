/** The C types that a key or leaf is made of, laid out in bytes; it must know nothing of libbcc's JSON. */

/** A type with its size; multi-byte numbers are in the host's order, which is little-endian. */
export type FieldType =
  | IntegerType
  | { readonly kind: "float"; readonly size: 4 | 8 }
  /** `char`, `u8` and `s8` arrays: libbcc prints all of them as text. */
  | { readonly kind: "char_array"; readonly size: number }
  | {
    readonly kind: "array";
    readonly size: number;
    readonly element: FieldType;
    readonly count: number;
  }
  | {
    readonly kind: "struct" | "union";
    readonly size: number;
    readonly alignment: number;
    readonly fields: readonly TableField[];
  }
  /** Bytes that a label's `size` cuts out of a key, of no type. */
  | { readonly kind: "bytes"; readonly size: number };

/** Integers, enums, pointers, `bool`, and bit fields. */
export interface IntegerType {
  readonly kind: "integer";
  /** Bytes; of a bit field those that it touches, up to 9. */
  readonly size: number;
  readonly signed: boolean;
  /** Of a bit field: its first bit, counted from the lowest of its first byte. */
  readonly bitOffset?: number;
  readonly bitWidth?: number;
}

/** An element of a struct or union, or a whole key. */
export interface TableField {
  /** "" for a key that is no struct and for anonymous structs and unions. */
  readonly name: string;
  /** Bytes from the start of what contains it. */
  readonly offset: number;
  readonly type: FieldType;
  /** `__pad_N`, which libbcc puts in where C leaves a gap. */
  readonly padding: boolean;
}

/** The type as a person reads it: `u8`, `char[32]`, `{ a u32, b u64 }`. */
export function describeType(type: FieldType): string {
  switch (type.kind) {
    case "integer":
      if (type.bitWidth !== undefined) return `${type.signed ? "s" : "u"}:${type.bitWidth}`;
      return `${type.signed ? "s" : "u"}${type.size * 8}`;
    case "float":
      return type.size === 4 ? "float" : "double";
    case "char_array":
      return `char[${type.size}]`;
    case "array":
      return `${describeType(type.element)}[${type.count}]`;
    case "bytes":
      return `${type.size} bytes`;
    case "struct":
    case "union": {
      const fields = type.fields.filter((field) => !field.padding).map((field) =>
        `${field.name} ${describeType(field.type)}`.trim()
      );
      return `${type.kind === "union" ? "union " : ""}{ ${fields.join(", ")} }`;
    }
  }
}

/** Bytes that a type's address is a multiple of, by the C rules of x86-64 and arm64. */
export function alignmentOf(type: FieldType): number {
  switch (type.kind) {
    case "array":
      return alignmentOf(type.element);
    case "struct":
    case "union":
      return type.alignment;
    case "integer":
      return type.bitWidth === undefined ? type.size : 1;
    case "float":
      return type.size;
    default:
      return 1;
  }
}
