/** Builds small BTF blobs for tests; layout as in Documentation/bpf/btf.rst. */

import { type Btf, BTF_KIND, readBtf } from "../../../src/kernel/btf.ts";

/** Name, type id, bit offset, and for a bit field its width. */
export type Member = readonly [name: string, type: number, offsetBits: number, widthBits?: number];

export interface BtfBlob {
  /** Each call adds one type and returns its id. */
  int(name: string, sizeBytes: number, bits?: number): number;
  float(name: string, sizeBytes: number): number;
  ref(kind: keyof typeof BTF_KIND, target: number, name?: string): number;
  array(element: number, count: number): number;
  composite(
    kind: "STRUCT" | "UNION",
    name: string,
    sizeBytes: number,
    members: readonly Member[],
  ): number;
  enumeration(
    name: string,
    sizeBytes: number,
    values: Record<string, number>,
    isSigned?: boolean,
  ): number;
  enumeration64(name: string, values: Record<string, bigint>, isSigned?: boolean): number;
  fwd(name: string, isUnion?: boolean): number;
  proto(result: number, parameters: readonly number[]): number;
  bytes(): Uint8Array<ArrayBuffer>;
  read(): Btf;
}

export function btfBlob(): BtfBlob {
  const words: number[] = [];
  const strings: number[] = [0];
  const offsets = new Map<string, number>([["", 0]]);
  let count = 0;

  function text(name: string): number {
    let offset = offsets.get(name);
    if (offset === undefined) {
      offset = strings.length;
      offsets.set(name, offset);
      strings.push(...new TextEncoder().encode(name), 0);
    }
    return offset;
  }

  function add(
    kind: number,
    name: string,
    vlen: number,
    flag: boolean,
    sizeOrType: number,
    more: number[],
  ): number {
    words.push(text(name), (flag ? 1 << 31 : 0) | kind << 24 | vlen, sizeOrType, ...more);
    return ++count;
  }

  function bytes(): Uint8Array<ArrayBuffer> {
    const blob = new Uint8Array(24 + words.length * 4 + strings.length);
    const view = new DataView(blob.buffer);
    view.setUint16(0, 0xeb9f, true);
    view.setUint8(2, 1);
    [24, 0, words.length * 4, words.length * 4, strings.length].forEach((word, i) =>
      view.setUint32(4 + i * 4, word, true)
    );
    words.forEach((word, i) => view.setUint32(24 + i * 4, word >>> 0, true));
    blob.set(strings, 24 + words.length * 4);
    return blob;
  }

  return {
    int: (name, size, bits = size * 8) => add(BTF_KIND.INT, name, 0, false, size, [bits]),
    float: (name, size) => add(BTF_KIND.FLOAT, name, 0, false, size, []),
    ref: (kind, target, name = "") => add(BTF_KIND[kind], name, 0, false, target, []),
    array: (element, length) => add(BTF_KIND.ARRAY, "", 0, false, 0, [element, element, length]),
    composite: (kind, name, size, members) => {
      const flag = members.some((member) => member[3] !== undefined);
      return add(
        BTF_KIND[kind],
        name,
        members.length,
        flag,
        size,
        members.flatMap((
          [member, type, offset, width],
        ) => [text(member), type, (width ?? 0) << 24 | offset]),
      );
    },
    enumeration: (name, size, values, isSigned = false) =>
      add(
        BTF_KIND.ENUM,
        name,
        Object.keys(values).length,
        isSigned,
        size,
        Object.entries(values).flatMap(([key, value]) => [text(key), value]),
      ),
    enumeration64: (name, values, isSigned = false) =>
      add(
        BTF_KIND.ENUM64,
        name,
        Object.keys(values).length,
        isSigned,
        8,
        Object.entries(values).flatMap(([key, value]) => [
          text(key),
          Number(value & 0xffffffffn),
          Number(value >> 32n & 0xffffffffn),
        ]),
      ),
    fwd: (name, isUnion = false) => add(BTF_KIND.FWD, name, 0, isUnion, 0, []),
    proto: (result, parameters) =>
      add(
        BTF_KIND.FUNC_PROTO,
        "",
        parameters.length,
        false,
        result,
        parameters.flatMap((id) => [0, id]),
      ),
    bytes,
    read: () => readBtf(bytes()),
  };
}
