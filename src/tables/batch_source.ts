/** Reads a map by BPF_MAP_LOOKUP_BATCH (Linux 5.6); it must know nothing of labels. */

import { EINTR, EINVAL, ENOENT, ENOSPC, ENOTSUPP, EOPNOTSUPP } from "../kernel/errno.ts";
import type { RowBuffer } from "./row_buffer.ts";
import type { RowSource, SourceMap } from "./row_source.ts";
import { TableReadError } from "./table_read_error.ts";

/** Signals that keep coming must not keep a scrape for ever. */
const INTERRUPTS_MAX = 1000;
/** A hash bucket that does not fit into this many rows is no bucket. */
const LIMIT_MAX = 1 << 24;

/** A source for maps that know batches; the first step finds out and says `unsupported` if not. */
export function openBatchSource({ map, leaf }: SourceMap): RowSource {
  // A hash writes a bucket number of 4 bytes as the place to go on from, whatever the key's size.
  const cursorSize = Math.max(4, map.keySize);
  let cursor = new Uint8Array(cursorSize);
  let next = new Uint8Array(cursorSize);
  let values = new Uint8Array(0);
  let begun = false;
  /** Learnt from ENOSPC: fewer rows than this do not hold the fullest bucket. */
  let smallestLimit = 1;

  function start() {
    begun = false;
  }

  function step(rows: RowBuffer, wanted: number): "end" | "more" | "unsupported" {
    let limit = Math.max(wanted, smallestLimit);
    for (let interrupts = 0;;) {
      rows.reserve(limit);
      if (values.length < limit * map.valueSize || values.length > limit * map.valueSize * 4) {
        values = new Uint8Array(limit * map.valueSize);
      }
      const errno = map.lookupBatch(
        begun ? cursor : null,
        next,
        rows.keysFrom(limit),
        values,
        limit,
      );
      if (errno === 0 || errno === ENOENT || (errno === EINTR && map.batchCount > 0)) {
        rows.takeLeaves(leaf, new DataView(values.buffer), map.batchCount);
        [cursor, next] = [next, cursor];
        begun = true;
        return errno === ENOENT ? "end" : "more";
      }
      if (errno === EINTR && interrupts++ < INTERRUPTS_MAX) continue;
      if (errno === ENOSPC && limit < LIMIT_MAX) {
        limit *= 2;
        smallestLimit = limit;
        continue;
      }
      const refused = errno === EINVAL || errno === ENOTSUPP || errno === EOPNOTSUPP;
      if (!begun && refused) return "unsupported";
      throw new TableReadError(map.name, "BPF_MAP_LOOKUP_BATCH", errno);
    }
  }

  return { start, step };
}
