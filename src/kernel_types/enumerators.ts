/** The values and the storage of BTF's enums, as C has to be told them. */

import { type Btf, BTF_KIND } from "../kernel/btf.ts";

export interface EnumeratorValues {
  /** Kernels before 6.1 do not say which enums are signed. */
  readonly saysSigned: boolean;
  /** What follows the enum's body so that C gives it BTF's size; empty for the usual four bytes. */
  attribute(id: number): string;
}

/** Reads off a blob how its enums have to be understood. */
export function enumeratorValues(btf: Btf): EnumeratorValues {
  let saysSigned = false;
  for (let id = 1; id < btf.count && !saysSigned; id++) {
    saysSigned = btf.kind(id) === BTF_KIND.ENUM && btf.flag(id);
  }
  return {
    saysSigned,
    attribute(id) {
      const mode = btf.kind(id) === BTF_KIND.ENUM64
        ? undefined
        : { 1: "QI", 2: "HI", 8: "DI" }[btf.sizeOrType(id)];
      return mode === undefined ? "" : ` __attribute__((mode(${mode})))`;
    },
  };
}

/** Name and value of one enumerator, the value as C text. */
export function enumeratorValue(
  btf: Btf,
  values: EnumeratorValues,
  id: number,
  index: number,
): { name: string; value: string } {
  if (btf.kind(id) === BTF_KIND.ENUM64) {
    const name = btf.text(btf.word(id, index * 3));
    const unsigned = BigInt(btf.word(id, index * 3 + 1)) |
      BigInt(btf.word(id, index * 3 + 2)) << 32n;
    if (!btf.flag(id)) return { name, value: `${unsigned}ULL` };
    return { name, value: signedText(BigInt.asIntN(64, unsigned)) };
  }
  const name = btf.text(btf.word(id, index * 2));
  const value = btf.word(id, index * 2 + 1);
  // with no word on signs a value with the highest bit set is taken for a negative one, as C mostly had it
  const isSigned = values.saysSigned ? btf.flag(id) : true;
  return { name, value: `${isSigned ? value | 0 : value >>> 0}` };
}

/** The smallest value has no literal of its own in C. */
function signedText(value: bigint): string {
  return value === -(1n << 63n) ? "(-9223372036854775807LL - 1)" : `${value}LL`;
}
