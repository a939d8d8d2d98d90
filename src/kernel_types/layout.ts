/**
 * Finds what must be written between a struct's members so that C places them where BTF says; it knows the
 * System V and AAPCS64 layout rules for 64-bit little-endian, and no C text.
 */

import { type Btf, BTF_KIND } from "../kernel/btf.ts";
import { isComposite, resolved } from "./reach.ts";

export interface MemberPlace {
  /** Bits from the start of the struct. */
  readonly offsetBits: number;
  /** 0: no bit field. */
  readonly widthBits: number;
}

/** Filling before a member, in writing order: bits up to a byte, bytes, bits again. */
export interface Filling {
  readonly bitsBefore: number;
  readonly bytes: number;
  readonly bitsAfter: number;
}

export interface StructLayout {
  readonly isPacked: boolean;
  /** Members lie in a way that C cannot say: only the size can be kept, by `tailBytes`. */
  readonly isOpaque: boolean;
  /** For each member what to write before it; null where nothing is needed. */
  readonly fillings: readonly (Filling | null)[];
  /** Bytes to write after the last member. */
  readonly tailBytes: number;
  /** What C makes of it, in bytes. */
  readonly alignBytes: number;
}

export interface Layouts {
  of(id: number): StructLayout;
  sizeBytes(id: number): number;
}

/** Where BTF places member `index` of a struct or union. */
export function memberPlace(btf: Btf, id: number, index: number): MemberPlace {
  const type = btf.word(id, index * 3 + 1);
  const offset = btf.word(id, index * 3 + 2);
  if (btf.flag(id)) return { offsetBits: offset & 0xffffff, widthBits: offset >>> 24 };
  // without the flag a bit field is an integer type of fewer bits than its size
  const base = resolved(btf, type);
  if (btf.kind(base) === BTF_KIND.INT) {
    const word = btf.word(base, 0);
    const bits = word & 0xff;
    const shift = (word >>> 16) & 0xff;
    if (bits !== btf.sizeOrType(base) * 8 || shift !== 0) {
      return { offsetBits: offset + shift, widthBits: bits };
    }
  }
  return { offsetBits: offset, widthBits: 0 };
}

/** Layouts of the blob's structs and unions, each worked out once. */
export function structLayouts(btf: Btf): Layouts {
  const known = new Map<number, StructLayout>();

  function sizeBytes(id: number): number {
    const base = resolved(btf, id);
    switch (btf.kind(base)) {
      case BTF_KIND.PTR:
        return 8;
      case BTF_KIND.ARRAY:
        return sizeBytes(btf.word(base, 0)) * btf.word(base, 2);
      case BTF_KIND.VOID:
      case BTF_KIND.FUNC_PROTO:
      case BTF_KIND.FWD:
        return 0;
      default:
        return btf.sizeOrType(base);
    }
  }

  function alignBytes(id: number): number {
    const base = resolved(btf, id);
    const kind = btf.kind(base);
    if (kind === BTF_KIND.ARRAY) return alignBytes(btf.word(base, 0));
    if (isComposite(kind)) return of(base).alignBytes;
    return Math.max(1, Math.min(16, sizeBytes(base)));
  }

  function of(id: number): StructLayout {
    let layout = known.get(id);
    if (layout === undefined) {
      layout = fill(id, false) ?? fill(id, true) ?? opaque(btf.sizeOrType(id));
      known.set(id, layout);
    }
    return layout;
  }

  /** Null: with natural alignment a member or the end would come to lie too far back. */
  function fill(id: number, isPacked: boolean): StructLayout | null {
    const isUnion = btf.kind(id) === BTF_KIND.UNION;
    const fillings: (Filling | null)[] = [];
    let at = 0;
    let end = 0;
    let align = 1;
    for (let i = 0; i < btf.vlen(id); i++) {
      const type = btf.word(id, i * 3 + 1);
      const { offsetBits, widthBits } = memberPlace(btf, id, i);
      const unit = alignBytes(type) * 8;
      if (isUnion) at = 0;
      const natural = isPacked
        ? (widthBits > 0 ? at : roundUp(at, 8))
        : widthBits > 0
        ? bitFieldPlace(at, widthBits, unit)
        : roundUp(at, unit);
      if (natural > offsetBits) return null;
      if (!isPacked) {
        const placed = widthBits > 0
          ? bitFieldPlace(offsetBits, widthBits, unit)
          : roundUp(offsetBits, unit);
        if (placed !== offsetBits) return null;
        align = Math.max(align, unit / 8);
      }
      fillings.push(natural === offsetBits ? null : fillingBetween(at, offsetBits));
      at = offsetBits + (widthBits > 0 ? widthBits : sizeBytes(type) * 8);
      end = Math.max(end, at);
    }
    const sizeBits = btf.sizeOrType(id) * 8;
    const endBytes = Math.ceil(end / 8);
    if (roundUp(endBytes, align) * 8 > sizeBits) return null;
    if (sizeBits % (align * 8) !== 0) return null;
    const tailBytes = roundUp(endBytes, align) * 8 === sizeBits
      ? 0
      : isUnion
      ? sizeBits / 8
      : sizeBits / 8 - endBytes;
    return { isPacked, isOpaque: false, fillings, tailBytes, alignBytes: align };
  }

  return { of, sizeBytes };
}

function opaque(sizeBytes: number): StructLayout {
  return { isPacked: false, isOpaque: true, fillings: [], tailBytes: sizeBytes, alignBytes: 1 };
}

/** A bit field begins at the next bit, or at its type's next unit if it would lie in two. */
function bitFieldPlace(at: number, widthBits: number, unitBits: number): number {
  return Math.floor(at / unitBits) === Math.floor((at + widthBits - 1) / unitBits)
    ? at
    : roundUp(at, unitBits);
}

function fillingBetween(from: number, to: number): Filling {
  const byte = roundUp(from, 8);
  if (byte > to) return { bitsBefore: to - from, bytes: 0, bitsAfter: 0 };
  return {
    bitsBefore: byte - from,
    bytes: Math.floor((to - byte) / 8),
    bitsAfter: (to - byte) % 8,
  };
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
