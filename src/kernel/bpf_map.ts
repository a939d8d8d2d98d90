/** Reads of one map by system calls, without an allocation per call. It does not own the map's fd. */

import { MapType } from "./bpf.ts";
import { possibleCpuCount } from "./cpus.ts";
import { addressOf, bpf } from "./libc.ts";
import type { MapReads } from "./map_reads.ts";
import type { OwnedFd } from "./owned_fd.ts";

const BPF_MAP_LOOKUP_ELEM = 1, BPF_MAP_GET_NEXT_KEY = 4, BPF_MAP_LOOKUP_BATCH = 24;
/** Map types with a leaf for each possible CPU. */
export const PER_CPU_TYPES: ReadonlySet<number> = new Set([
  MapType.PERCPU_HASH,
  MapType.PERCPU_ARRAY,
  MapType.LRU_PERCPU_HASH,
]);

/** What a map was created with. */
export type MapShape = Pick<MapReads, "name" | "type" | "keySize" | "leafSize" | "maxEntries">;

export class BpfMap implements MapReads {
  readonly name: string;
  readonly type: number;
  readonly keySize: number;
  readonly leafSize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly possibleCpus: number;
  batchCount = 0;

  readonly #fd: OwnedFd;
  readonly #element = new Uint8Array(32);
  readonly #elementView = new DataView(this.#element.buffer);
  readonly #batch = new Uint8Array(56);
  readonly #batchView = new DataView(this.#batch.buffer);
  /** Taking an address costs more than the system call's entry; buffers do not move once it was taken. */
  readonly #addresses = new WeakMap<Uint8Array, bigint>();

  constructor(fd: OwnedFd, shape: MapShape) {
    this.#fd = fd;
    this.name = shape.name;
    this.type = shape.type;
    this.keySize = shape.keySize;
    this.leafSize = shape.leafSize;
    this.maxEntries = shape.maxEntries;
    this.possibleCpus = possibleCpuCount();
    this.valueSize = PER_CPU_TYPES.has(shape.type)
      ? Math.ceil(shape.leafSize / 8) * 8 * this.possibleCpus
      : shape.leafSize;
  }

  #address(buffer: Uint8Array): bigint {
    let address = this.#addresses.get(buffer);
    if (address === undefined) {
      address = addressOf(buffer as Uint8Array<ArrayBuffer>);
      this.#addresses.set(buffer, address);
    }
    return address;
  }

  lookupBatch(
    cursor: Uint8Array | null,
    next: Uint8Array,
    keys: Uint8Array,
    values: Uint8Array,
    limit: number,
  ): number {
    const view = this.#batchView;
    view.setBigUint64(0, cursor ? this.#address(cursor) : 0n, true);
    view.setBigUint64(8, this.#address(next), true);
    view.setBigUint64(16, this.#address(keys), true);
    view.setBigUint64(24, this.#address(values), true);
    view.setUint32(32, limit, true);
    view.setUint32(36, this.#fd.number, true);
    const result = bpf(BPF_MAP_LOOKUP_BATCH, this.#batch);
    this.batchCount = view.getUint32(32, true);
    return result < 0 ? -result : 0;
  }

  nextKey(key: Uint8Array | null, next: Uint8Array): number {
    return this.#elementCall(BPF_MAP_GET_NEXT_KEY, key, next);
  }

  lookup(key: Uint8Array, value: Uint8Array): number {
    return this.#elementCall(BPF_MAP_LOOKUP_ELEM, key, value);
  }

  #elementCall(command: number, key: Uint8Array | null, output: Uint8Array): number {
    const view = this.#elementView;
    view.setUint32(0, this.#fd.number, true);
    view.setBigUint64(8, key ? this.#address(key) : 0n, true);
    view.setBigUint64(16, this.#address(output), true);
    const result = bpf(command, this.#element);
    return result < 0 ? -result : 0;
  }
}
