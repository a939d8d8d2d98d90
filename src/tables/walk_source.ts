/**
 * Reads a map key by key, for kernels before 5.6 and map types without batches; it must know nothing of
 * labels.
 */

import { EINTR, ENOENT } from "../kernel/errno.ts";
import { KeyIndex, keyUnits } from "./key_index.ts";
import type { RowBuffer } from "./row_buffer.ts";
import type { RowSource, SourceMap } from "./row_source.ts";
import { TableReadError } from "./table_read_error.ts";

/**
 * From a key that has been deleted the kernel starts over at the first: known keys are skipped, and after
 * this many steps per possible entry a table that changes faster than it is read counts as read.
 */
const STEPS_PER_ENTRY = 4;
const STEPS_BASE = 1024;

/** A source that works on every map type with keys. */
export function openWalkSource({ map, leaf }: SourceMap): RowSource {
  let key = new Uint8Array(map.keySize);
  let next = new Uint8Array(map.keySize);
  const value = new Uint8Array(map.valueSize);
  const view = new DataView(value.buffer);
  const seen = new KeyIndex(map.keySize);
  let begun = false;
  let stepsLeft = 0;

  function start() {
    begun = false;
    seen.clear();
    stepsLeft = map.maxEntries * STEPS_PER_ENTRY + STEPS_BASE;
  }

  function step(rows: RowBuffer, limit: number): "end" | "more" {
    for (let i = 0; i < limit; i++) {
      const errno = map.nextKey(begun ? key : null, next);
      if (errno === ENOENT || stepsLeft-- <= 0) return finish();
      if (errno === EINTR) continue;
      if (errno !== 0) throw new TableReadError(map.name, "BPF_MAP_GET_NEXT_KEY", errno);
      [key, next] = [next, key];
      begun = true;
      const units = keyUnits(key, map.keySize);
      if (seen.find(units, 0) >= 0) continue;
      const lookupErrno = map.lookup(key, value);
      // Deleted since: from here the walk starts over, and if the key comes back it is read then.
      if (lookupErrno === ENOENT) continue;
      if (lookupErrno !== 0) {
        throw new TableReadError(map.name, "BPF_MAP_LOOKUP_ELEM", lookupErrno);
      }
      seen.add(units, 0);
      rows.reserve(1);
      rows.keysFrom(1).set(key);
      rows.takeLeaves(leaf, view, 1);
    }
    return "more";
  }

  function finish(): "end" {
    seen.clear();
    return "end";
  }

  return { start, step };
}
