/** The arrays that a reader hands out as rows and writes over; it must know nothing of how rows are read. */

import { type KeyUnits, keyUnits } from "./key_index.ts";
import { addLeaf } from "./leaf.ts";
import type { IntegerType } from "./field_type.ts";
import type { TableRows } from "./table_rows.ts";

const SMALLEST_ROWS = 64;
/** So many reads in a row have to need less than a quarter before memory is given back. */
const SHRINK_AFTER_READS = 8;

/** How leaves come: one, or one per CPU at a distance of `stride` bytes. */
export interface LeafForm {
  readonly type: IntegerType;
  readonly copies: number;
  readonly stride: number;
}

/** Growable rows; `keys` and `values` may be replaced whenever it grows. */
export class RowBuffer implements TableRows {
  count = 0;
  keys: Uint8Array;
  values: Uint32Array;
  #capacity = SMALLEST_ROWS;
  #largest = 0;
  #reads = 0;

  constructor(readonly keyStride: number) {
    this.keys = new Uint8Array(this.#capacity * keyStride);
    this.values = new Uint32Array(this.#capacity * 2);
  }

  /** The keys as units for a `KeyIndex`. */
  get units(): KeyUnits {
    return keyUnits(this.keys, this.keyStride);
  }

  /** Makes room for `rows` more. */
  reserve(rows: number): void {
    const needed = this.count + rows;
    if (needed > this.#capacity) this.#resize(Math.max(needed, Math.ceil(this.#capacity * 1.5)));
  }

  /** Where the next `rows` keys are to be written; valid until the next `reserve`. */
  keysFrom(rows: number): Uint8Array {
    const start = this.count * this.keyStride;
    return this.keys.subarray(start, start + rows * this.keyStride);
  }

  /** Takes `rows` rows in, whose keys are written already and whose leaves are in `source`. */
  takeLeaves(form: LeafForm, source: DataView, rows: number): void {
    const { type, copies, stride } = form;
    const values = this.values;
    let index = this.count * 2;
    values.fill(0, index, index + rows * 2);
    for (let row = 0; row < rows; row++, index += 2) {
      const start = row * copies * stride;
      for (let copy = 0; copy < copies; copy++) {
        addLeaf(type, source, start + copy * stride, values, index);
      }
    }
    this.count += rows;
  }

  /** Empties it for the next read; a table that has shrunk gives its memory back after some reads. */
  reset(): void {
    this.#largest = Math.max(this.#largest, this.count);
    this.count = 0;
    if (++this.#reads < SHRINK_AFTER_READS) return;
    const wanted = Math.max(SMALLEST_ROWS, Math.ceil(this.#largest * 1.25));
    if (wanted * 3 < this.#capacity) this.#resize(wanted);
    this.#largest = 0;
    this.#reads = 0;
  }

  #resize(capacity: number): void {
    const keys = new Uint8Array(capacity * this.keyStride);
    keys.set(this.keys.subarray(0, this.count * this.keyStride));
    const values = new Uint32Array(capacity * 2);
    values.set(this.values.subarray(0, this.count * 2));
    this.keys = keys;
    this.values = values;
    this.#capacity = capacity;
  }
}
