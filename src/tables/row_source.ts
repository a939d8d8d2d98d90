/** What the two ways to read a map have in common; it must know nothing of either. */

import type { MapReads } from "../kernel/map_reads.ts";
import type { LeafForm, RowBuffer } from "./row_buffer.ts";

/** A map to read and the form of its leaves. */
export interface SourceMap {
  readonly map: MapReads;
  readonly leaf: LeafForm;
}

/** A way through a map from its first row to its last, a step at a time. */
export interface RowSource {
  /** Goes back to the first row. */
  start(): void;
  /**
   * Appends up to `limit` rows to `rows` and says whether that was the end: `end`, `more`, or `unsupported`
   * where the kernel has no such operation for this map (only before the first row). Blocks for one or
   * few system calls. Throws `TableReadError`.
   */
  step(rows: RowBuffer, limit: number): "end" | "more" | "unsupported";
}
