/** How a table reader asks the kernel for the entries of one BPF map: errnos, no exceptions. */

/**
 * The reads of one open map. Each call returns 0 or a positive errno; buffers are the caller's.
 * Numbers and meanings: bpf(2) and `include/uapi/linux/bpf.h`.
 */
export interface MapReads {
  readonly name: string;
  /** `enum bpf_map_type`. */
  readonly type: number;
  readonly keySize: number;
  /** Bytes of one leaf, as the code declares it. */
  readonly leafSize: number;
  /** Bytes that one lookup writes: the leaf, or for per-CPU maps round_up(leaf, 8) × possible CPUs. */
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly possibleCpus: number;
  /** How many entries the last `lookupBatch` wrote, also when it returned ENOENT. */
  readonly batchCount: number;
  /**
   * BPF_MAP_LOOKUP_BATCH (5.6). `cursor` null starts; `next` gets the place to go on from and is at
   * least max(4, keySize) bytes. ENOENT: that was the last part; ENOSPC: `limit` is too small for a bucket.
   */
  lookupBatch(
    cursor: Uint8Array | null,
    next: Uint8Array,
    keys: Uint8Array,
    values: Uint8Array,
    limit: number,
  ): number;
  /** BPF_MAP_GET_NEXT_KEY; `key` null asks for the first. ENOENT: no further key. */
  nextKey(key: Uint8Array | null, next: Uint8Array): number;
  /** BPF_MAP_LOOKUP_ELEM. ENOENT: the key is gone. */
  lookup(key: Uint8Array, value: Uint8Array): number;
}
