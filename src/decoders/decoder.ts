/**
 * What a decoder is: one link of the chain that makes a label's text from a part of a key. It must know
 * nothing of metrics.
 */

import type { DecoderConfig } from "../config/config.ts";
import { cString, littleEndian, rawText, readUnsigned } from "../tables/raw_text.ts";
import type { FieldType } from "../tables/field_type.ts";

/** What decoders look things up in, given from outside. */
export interface DecoderContext {
  readonly kernelSymbols: {
    /** Name of the function that contains the address; undefined: none does. */
    resolve(address: bigint): string | undefined;
    /** A number that moves when an answer may have changed. */
    generation(): number;
  };
}

/** A part of a key: the first decoder of a chain gets it, the later ones get text. */
export interface FieldValue {
  readonly type: FieldType;
  /** The key; borrowed for the call. */
  readonly bytes: Uint8Array;
  /** Where in the key the part is. */
  readonly offset: number;
}

export type DecoderInput = FieldValue | string;

/** What a decoding leaves behind besides its text. */
export interface DecodeNotes {
  /** Set where the answer was "unknown" for now: it may be kept only for a while. */
  expires: boolean;
}

/** One decoder of one label, with its options. */
export interface Decoder {
  readonly name: string;
  /** Of a decoder that is no pure function: moves when kept text may have become wrong. */
  readonly generation?: () => number;
  /** Why it can never decode such a field, or undefined. One sentence without a period. */
  refusal(type: FieldType): string | undefined;
  /** Loads what decoding needs; called and awaited before the first `decode`. */
  open?(): Promise<void>;
  /** The text, or undefined where rows with this value are to be dropped. Throws `DecodeError`. */
  decode(value: DecoderInput, notes: DecodeNotes): string | undefined;
}

/** Makes a decoder from its options, which the checks of the configuration have found right. */
export type DecoderBuilder = (config: DecoderConfig, context: DecoderContext) => Decoder;

/** A value that cannot be decoded; its row is left out. */
export class DecodeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DecodeError";
  }
}

/**
 * The text of a value for decoders that take text, and for labels without decoders: a field's raw text
 * (`0x1`, `"sda"`), cut bytes as text up to their first NUL.
 */
export function inputText(value: DecoderInput): string {
  if (typeof value === "string") return value;
  const { type, bytes, offset } = value;
  return type.kind === "bytes" ? cString(bytes, offset, type.size) : rawText(type, bytes, offset);
}

/** The text in a char array without the quotes of its raw text; undefined for everything else. */
export function unquotedText(value: DecoderInput): string | undefined {
  if (typeof value === "string" || value.type.kind !== "char_array") return undefined;
  return cString(value.bytes, value.offset, value.type.size);
}

const NUMBER = /^(?:0[xX][0-9a-fA-F]+|[0-9]+)$/;

/** The value as an unsigned integer, from a field or from text like `0xe` or `14`. Throws `DecodeError`. */
export function inputInteger(value: DecoderInput): number | bigint {
  if (typeof value !== "string") {
    const { type, bytes, offset } = value;
    if (type.kind === "integer") return readUnsigned(type, bytes, offset);
    if (type.kind === "bytes") return littleEndian(bytes, offset, type.size);
  }
  const text = inputText(value);
  if (!NUMBER.test(text)) throw new DecodeError(`'${text}' is no unsigned integer`);
  return BigInt(text);
}

const INTEGER_SIZES = new Set([1, 2, 4, 8, 16]);

/** `refusal` of decoders that want an integer. */
export function refuseNonInteger(type: FieldType): string | undefined {
  if (type.kind === "integer") return undefined;
  if (type.kind !== "bytes") return "expected an integer";
  return INTEGER_SIZES.has(type.size)
    ? undefined
    : `expected 1, 2, 4, 8 or 16 bytes, found ${type.size}`;
}
