/** Rows of a table as a reader hands them out: arrays that it owns and writes over at its next read. */

/** Borrowed: dead at the next `read()` of the same reader. */
export interface TableRows {
  /** Number of rows. */
  readonly count: number;
  /** Keys, one after another, `keyStride` bytes apart. */
  readonly keys: Uint8Array;
  /** Bytes from one key to the next: the key's size. */
  readonly keyStride: number;
  /**
   * Two words a row: low and high half of the value as 64-bit two's complement (a narrower leaf is
   * zero- or sign-extended by its type; per-CPU leaves are added up).
   */
  readonly values: Uint32Array;
}
