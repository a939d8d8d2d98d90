/** Snapshots of one table, in the fastest way that the kernel offers; it must know nothing of metrics. */

import { MapType } from "../kernel/bpf.ts";
import { PER_CPU_TYPES } from "../kernel/bpf_map.ts";
import type { MapReads } from "../kernel/map_reads.ts";
import { openBatchSource } from "./batch_source.ts";
import { describeType } from "./field_type.ts";
import { integerLeaf } from "./leaf.ts";
import { type LeafForm, RowBuffer } from "./row_buffer.ts";
import type { RowSource, SourceMap } from "./row_source.ts";
import type { TableLayout } from "./table_layout.ts";
import type { TableRows } from "./table_rows.ts";
import { openWalkSource } from "./walk_source.ts";
import { openPause } from "./pause.ts";

/** The map types whose leaves are values. */
const TABLE_TYPES: ReadonlyMap<number, string> = new Map<number, string>([
  [MapType.HASH, "hash"],
  [MapType.ARRAY, "array"],
  [MapType.PERCPU_HASH, "percpu_hash"],
  [MapType.PERCPU_ARRAY, "percpu_array"],
  [MapType.LRU_HASH, "lru_hash"],
  [MapType.LRU_PERCPU_HASH, "lru_percpu_hash"],
]);

/** A system call holds the only thread; calls are sized to stay well under the 10 ms that are allowed. */
const CALL_MS_HIGH = 6;
const CALL_MS_LOW = 2;
const CHUNK_BYTES_MAX = 1 << 20;
const CHUNK_ROWS_FIRST = 1024;
const CHUNK_ROWS_MIN = 64;
const PAGE_ROWS = 512;

/** Reads one table again and again. The fd behind `map` stays the loader's. */
export interface TableReader {
  readonly name: string;
  readonly layout: TableLayout;
  readonly maxEntries: number;
  /** Whether values are negative where their highest bit is set. */
  readonly signed: boolean;
  /**
   * All rows; borrowed until the next `read`. Calls must not overlap. Other work runs between chunks of a
   * few milliseconds. Throws `TableReadError`.
   */
  read(): Promise<TableRows>;
  /** The same a few hundred rows at a time, from buffers of its own; a page is borrowed until the next. */
  pages(): AsyncGenerator<TableRows>;
}

/** Why no values can be read from such a table, or undefined. One sentence without a period. */
export function unreadableTable(map: MapReads, layout: TableLayout): string | undefined {
  if (!TABLE_TYPES.has(map.type)) {
    return `the table "${map.name}" is of map type ${map.type}, expected one of ` +
      [...TABLE_TYPES.values()].join(", ");
  }
  if (integerLeaf(layout.leaf) === undefined) {
    return `the leaf of table "${map.name}" is ${describeType(layout.leaf)}, expected an integer`;
  }
  return undefined;
}

/** Opens a reader. Throws an Error with the sentence of `unreadableTable` if there is one. */
export function openTableReader(map: MapReads, layout: TableLayout): TableReader {
  const problem = unreadableTable(map, layout);
  const type = integerLeaf(layout.leaf);
  if (problem !== undefined || type === undefined) throw new Error(problem);
  const perCpu = PER_CPU_TYPES.has(map.type);
  const leaf: LeafForm = perCpu
    ? { type, copies: map.possibleCpus, stride: Math.ceil(map.leafSize / 8) * 8 }
    : { type, copies: 1, stride: map.valueSize };
  const sourceMap: SourceMap = { map, leaf };
  const rows = new RowBuffer(map.keySize);
  const mostRows = Math.max(
    CHUNK_ROWS_MIN,
    Math.floor(CHUNK_BYTES_MAX / (map.keySize + map.valueSize)),
  );
  let batches = true;
  let source: RowSource | undefined;
  let lastRows = 0;
  let chunkRows = Math.min(CHUNK_ROWS_FIRST, mostRows);

  function openSource(): RowSource {
    const opened = batches ? openBatchSource(sourceMap) : openWalkSource(sourceMap);
    opened.start();
    return opened;
  }

  /** Rows that are probably still to come: a small table with a high limit shall not take much memory. */
  function expectedRows(): number {
    const expected = Math.max(CHUNK_ROWS_MIN, lastRows * 1.25 - rows.count, rows.count);
    return Math.max(1, Math.min(map.maxEntries, Math.ceil(expected)));
  }

  async function read(): Promise<TableRows> {
    const pause = openPause();
    rows.reset();
    if (source === undefined) source = openSource();
    else source.start();
    for (;;) {
      const begunMs = performance.now();
      const state = source.step(rows, Math.min(chunkRows, expectedRows()));
      const tookMs = performance.now() - begunMs;
      if (state === "end") {
        lastRows = rows.count;
        return rows;
      }
      if (state === "unsupported") {
        batches = false;
        source = openSource();
      } else if (tookMs > CALL_MS_HIGH) chunkRows = Math.max(CHUNK_ROWS_MIN, chunkRows >> 1);
      else if (tookMs < CALL_MS_LOW) chunkRows = Math.min(mostRows, chunkRows * 2);
      await pause();
    }
  }

  async function* pages(): AsyncGenerator<TableRows> {
    const page = new RowBuffer(map.keySize);
    let own = openSource();
    for (;;) {
      page.reset();
      const state = own.step(page, Math.min(PAGE_ROWS, Math.max(1, map.maxEntries)));
      if (state === "unsupported") {
        batches = false;
        source = undefined;
        own = openSource();
        continue;
      }
      if (page.count > 0) yield page;
      if (state === "end") return;
      await Promise.resolve();
    }
  }

  const { name, maxEntries } = map;
  return { name, layout, maxEntries, signed: type.signed, read, pages };
}
