/**
 * Reads BTF, the kernel's description of its own types, from raw bytes; it knows nothing of C text.
 * Format: Documentation/bpf/btf.rst and include/uapi/linux/btf.h of the kernel.
 */

/** `BTF_KIND_*`. */
export const BTF_KIND = {
  VOID: 0,
  INT: 1,
  PTR: 2,
  ARRAY: 3,
  STRUCT: 4,
  UNION: 5,
  ENUM: 6,
  FWD: 7,
  TYPEDEF: 8,
  VOLATILE: 9,
  CONST: 10,
  RESTRICT: 11,
  FUNC: 12,
  FUNC_PROTO: 13,
  VAR: 14,
  DATASEC: 15,
  FLOAT: 16,
  DECL_TAG: 17,
  TYPE_TAG: 18,
  ENUM64: 19,
} as const;

const MAGIC = 0xeb9f;
/** `struct btf_type`: name_off, info, size or type. */
const TYPE_WORDS = 3;

/** Words that follow `struct btf_type` for each kind: once, and for each of its vlen elements. */
const FIXED_WORDS: readonly number[] = [0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0];
const ELEMENT_WORDS: readonly number[] = [
  ...[0, 0, 0, 0, 3, 3, 2, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0, 0, 0, 3],
];

/**
 * The types of one BTF blob. A type is its id: 0 is `void`, `1 .. count - 1` are those of the blob. It borrows
 * the bytes it was read from.
 */
export interface Btf {
  /** One more than the last type id. */
  readonly count: number;
  /** Where the string section ends: every name offset is below. */
  readonly stringBytes: number;
  kind(id: number): number;
  /** Elements of the type: members, enumerators, parameters. */
  vlen(id: number): number;
  /** Struct: members carry bit-field sizes. Fwd: it is a union. Enum: values are signed. */
  flag(id: number): boolean;
  /** `size` in bytes for sized kinds, else the type that this one refers to. */
  sizeOrType(id: number): number;
  nameOffset(id: number): number;
  /** The name, empty for an anonymous type. */
  name(id: number): string;
  /** The string at an offset of the string section. */
  text(offset: number): string;
  /** One of the words that follow the type's `struct btf_type`. */
  word(id: number, index: number): number;
  /** The offsets of those of the names that the string section holds as whole strings. */
  findNames(names: ReadonlySet<string>): Map<string, number>;
}

/**
 * Reads a BTF blob as `/sys/kernel/btf/vmlinux` gives it: one pass over the types, strings as they are asked
 * for. Throws an `Error` that names what is wrong with the bytes.
 */
export function readBtf(bytes: Uint8Array): Btf {
  const section = sections(bytes);
  const words = section.words;
  const starts = typeStarts(words);
  const strings = section.strings;
  const decoder = new TextDecoder();
  const cache = new Map<number, string>();

  function text(offset: number): string {
    if (offset === 0) return "";
    let found = cache.get(offset);
    if (found === undefined) {
      const end = strings.indexOf(0, offset);
      found = decoder.decode(strings.subarray(offset, end < 0 ? strings.length : end));
      cache.set(offset, found);
    }
    return found;
  }

  return {
    count: starts.length,
    stringBytes: strings.length,
    kind: (id) => id === 0 ? BTF_KIND.VOID : (words[starts[id] + 1] >>> 24) & 0x1f,
    vlen: (id) => id === 0 ? 0 : words[starts[id] + 1] & 0xffff,
    flag: (id) => id !== 0 && words[starts[id] + 1] >>> 31 === 1,
    sizeOrType: (id) => id === 0 ? 0 : words[starts[id] + 2],
    nameOffset: (id) => id === 0 ? 0 : words[starts[id]],
    name: (id) => id === 0 ? "" : text(words[starts[id]]),
    text,
    word: (id, index) => words[starts[id] + TYPE_WORDS + index],
    findNames: (names) => findNames(strings, names),
  };
}

function sections(bytes: Uint8Array): { words: Uint32Array; strings: Uint8Array } {
  if (bytes.length < 24) {
    throw new Error(`BTF of ${bytes.length} bytes is too short for its header of 24 bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint16(0, true);
  if (magic !== MAGIC) {
    throw new Error(
      `expected BTF, which begins with 0x${MAGIC.toString(16)}, found 0x${magic.toString(16)}` +
        (magic === 0x9feb ? " (BTF of the other byte order)" : ""),
    );
  }
  if (bytes[2] !== 1) throw new Error(`BTF version ${bytes[2]} is not known, expected version 1`);
  const headerBytes = view.getUint32(4, true);
  const [typeOffset, typeBytes, stringOffset, stringBytes] = [8, 12, 16, 20].map((at) =>
    view.getUint32(at, true)
  );
  const typesAt = headerBytes + typeOffset;
  const stringsAt = headerBytes + stringOffset;
  if (typesAt + typeBytes > bytes.length || stringsAt + stringBytes > bytes.length) {
    throw new Error(
      `BTF is cut off: its header speaks of ${
        Math.max(typesAt + typeBytes, stringsAt + stringBytes)
      } bytes, there are ${bytes.length}`,
    );
  }
  const at = bytes.byteOffset + typesAt;
  const words = at % 4 === 0
    ? new Uint32Array(bytes.buffer, at, typeBytes >>> 2)
    : new Uint32Array(bytes.slice(typesAt, typesAt + typeBytes).buffer, 0, typeBytes >>> 2);
  return { words, strings: bytes.subarray(stringsAt, stringsAt + stringBytes) };
}

/** Where each type's words begin; place 0 stands for `void` and is never read. */
function typeStarts(words: Uint32Array): Uint32Array {
  const starts = new Uint32Array(1 + Math.ceil(words.length / TYPE_WORDS));
  let count = 1;
  for (let at = 0; at + TYPE_WORDS <= words.length;) {
    const info = words[at + 1];
    const kind = (info >>> 24) & 0x1f;
    if (kind === 0 || kind >= FIXED_WORDS.length) {
      throw new Error(`BTF type ${count} has the kind ${kind}, known are 1 to 19`);
    }
    starts[count++] = at;
    at += TYPE_WORDS + FIXED_WORDS[kind] + ELEMENT_WORDS[kind] * (info & 0xffff);
    if (at > words.length) throw new Error(`BTF type ${count - 1} reaches past the type section`);
  }
  return starts.slice(0, count);
}

/** One walk over the section, since strings are not sorted: only lengths that are asked for are decoded. */
function findNames(strings: Uint8Array, names: ReadonlySet<string>): Map<string, number> {
  const found = new Map<string, number>();
  // a name's length and first byte tell most strings apart before anything is decoded
  const wanted = new Set<number>();
  for (const name of names) {
    if (name !== "") wanted.add(name.length << 8 | name.charCodeAt(0));
  }
  const decoder = new TextDecoder();
  for (let at = 1; at < strings.length;) {
    let end = strings.indexOf(0, at);
    if (end < 0) end = strings.length;
    if (wanted.has((end - at) << 8 | strings[at])) {
      const text = decoder.decode(strings.subarray(at, end));
      if (names.has(text) && !found.has(text)) found.set(text, at);
    }
    at = end + 1;
  }
  return found;
}
