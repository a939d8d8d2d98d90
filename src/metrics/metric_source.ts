/**
 * One table's part in one metric: adds rows to the series that their keys stand for. Keys are decoded
 * once and then known; it must know nothing of how rows are read or series written.
 */

import type { DecodeNotes } from "../decoders/decoder.ts";
import { TextBuffer } from "../exposition/text_buffer.ts";
import { KeyIndex, type KeyUnits, keyUnits, unitsPerKey } from "../tables/key_index.ts";
import type { TableReader } from "../tables/table_reader.ts";
import type { TableRows } from "../tables/table_rows.ts";
import { decodeLabels, LabelError } from "./decode_labels.ts";
import type { LabelFamily } from "./label_family.ts";
import type { PlannedLabel } from "./label_plan.ts";

/** An unknown answer (a module's function that is not there yet) is asked again after so long. */
const UNKNOWN_MS = 60_000;
/** Keys that are gone are forgotten when they are more than a quarter of the others, and more than this. */
export const FORGET_ABOVE = 64;
const LEFT_OUT = -1;
const MOST_FAILED_KEYS = 10_000;

/** Decoding failures of one decoder of one label since the start. */
export interface DecodeErrors {
  readonly program: string;
  readonly metric: string;
  readonly label: string;
  readonly decoder: string;
  /** Keys left out. */
  count: number;
  /** What was wrong with the first. */
  readonly example: string;
}

/** Where the sums of the known keys are, and what a row adds to. */
export class MetricSource {
  readonly errors = new Map<string, DecodeErrors>();
  readonly #index: KeyIndex;
  readonly #perKey: number;
  /** The cell that a known key's value is added to, or `LEFT_OUT`. */
  #cells = new Int32Array(64);
  /** The scrape in which a known key was last seen. */
  #seenIn = new Uint32Array(64);
  /** The known key that was in each row last time: a hint, the key itself decides. */
  #hints = new Int32Array(0);
  #expiresAtMs = Infinity;
  #generation = "";
  /** Keys that were counted as left out: one that is decoded again is not another. */
  readonly #failed = new Set<string>();

  constructor(
    readonly program: string,
    readonly reader: TableReader,
    readonly labels: readonly PlannedLabel[],
    readonly family: LabelFamily,
  ) {
    this.#index = new KeyIndex(reader.layout.keySize);
    this.#perKey = unitsPerKey(reader.layout.keySize);
  }

  /** Loads what its decoders need. */
  async open(): Promise<void> {
    for (const { chain } of this.labels) for (const decoder of chain) await decoder.open?.();
  }

  /** Forgets all keys whose text may have become wrong. */
  begin(nowMs: number): void {
    const generation = this.labels.flatMap(({ chain }) => chain.map((d) => d.generation?.() ?? 0))
      .join();
    if (generation !== this.#generation || nowMs >= this.#expiresAtMs) {
      this.#index.clear();
      this.#expiresAtMs = Infinity;
    }
    this.#generation = generation;
  }

  /** Adds rows `from` to `to` of `rows` to their series. */
  add(rows: TableRows, from: number, to: number, scrape: number, nowMs: number): void {
    if (this.#hints.length < rows.count) this.#growHints(rows.count);
    const { store } = this.family;
    const { cells } = store;
    const { signed } = this.reader;
    const index = this.#index;
    const perKey = this.#perKey;
    const values = rows.values;
    const hints = this.#hints;
    const units = keyUnits(rows.keys, rows.keyStride);
    for (let row = from; row < to; row++) {
      const at = row * perKey;
      let key = hints[row];
      if (key >= index.count || !index.equals(key, units, at)) {
        key = index.find(units, at);
        if (key < 0) key = this.#learn(rows, row, units, nowMs);
        hints[row] = key;
      }
      this.#seenIn[key] = scrape;
      const cell = this.#cells[key];
      if (cell === LEFT_OUT) continue;
      const high = values[row * 2 + 1];
      store.add(cell, values[row * 2], signed ? high | 0 : high);
      store.seenIn[cells === 1 ? cell : Math.floor(cell / cells)] = scrape;
    }
  }

  /** Whether so many keys are gone that it is time to forget them; `rows`: keys of this scrape. */
  hasStaleKeys(rows: number): boolean {
    return this.#index.count - rows > (rows >> 2) + FORGET_ABOVE;
  }

  /**
   * Forgets the keys that `scrape` has not seen. `numbers`: new numbers of the family's series, where they
   * have changed.
   */
  keepSeen(scrape: number, numbers?: Int32Array): void {
    const { cells } = this.family.store;
    const kept = new Int32Array(this.#index.count);
    let count = 0;
    for (let key = 0; key < this.#index.count; key++) {
      if (this.#seenIn[key] !== scrape) continue;
      let cell = this.#cells[key];
      if (numbers !== undefined && cell !== LEFT_OUT) {
        const series = Math.floor(cell / cells);
        cell += (numbers[series] - series) * cells;
      }
      this.#cells[count] = cell;
      this.#seenIn[count] = scrape;
      kept[count++] = key;
    }
    this.#index.keep(kept.subarray(0, count));
    const capacity = Math.max(64, count + (count >> 2));
    this.#cells = resized(this.#cells, capacity);
    const seenIn = new Uint32Array(capacity);
    seenIn.set(this.#seenIn.subarray(0, Math.min(count, capacity)));
    this.#seenIn = seenIn;
    this.#hints = new Int32Array(0);
  }

  #growHints(rows: number): void {
    const hints = new Int32Array(rows + (rows >> 2));
    // A key's number is its row where nothing is deleted: the best guess for rows never seen.
    for (let row = 0; row < hints.length; row++) hints[row] = row;
    hints.set(this.#hints);
    this.#hints = hints;
  }

  #learn(rows: TableRows, row: number, units: KeyUnits, nowMs: number): number {
    const bytes = rows.keys.subarray(row * rows.keyStride, (row + 1) * rows.keyStride);
    const cell = this.#decode(bytes, nowMs);
    const key = this.#index.add(units, row * this.#perKey);
    if (key >= this.#cells.length) {
      const capacity = key + (key >> 1) + 1;
      this.#cells = resized(this.#cells, capacity);
      const seenIn = new Uint32Array(capacity);
      seenIn.set(this.#seenIn);
      this.#seenIn = seenIn;
    }
    this.#cells[key] = cell;
    return key;
  }

  #decode(key: Uint8Array, nowMs: number): number {
    const notes: DecodeNotes = { expires: false };
    try {
      const texts = decodeLabels(this.labels, key, notes);
      return texts === undefined ? LEFT_OUT : this.family.cellOf(texts, scratch);
    } catch (error) {
      if (!(error instanceof LabelError)) throw error;
      this.#count(error, key);
      return LEFT_OUT;
    } finally {
      if (notes.expires) this.#expiresAtMs = Math.min(this.#expiresAtMs, nowMs + UNKNOWN_MS);
    }
  }

  #count({ label, decoder, message }: LabelError, key: Uint8Array): void {
    const text = key.toBase64();
    if (this.#failed.has(text)) return;
    // A table of nothing but new bad keys shall not take memory for ever.
    if (this.#failed.size >= MOST_FAILED_KEYS) this.#failed.clear();
    this.#failed.add(text);
    const id = `${label} ${decoder}`;
    const known = this.errors.get(id);
    if (known !== undefined) known.count++;
    else {
      const metric = this.family.name;
      this.errors.set(id, {
        program: this.program,
        metric,
        label,
        decoder,
        count: 1,
        example: message,
      });
    }
  }
}

const scratch = new TextBuffer();

function resized(from: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(capacity);
  to.set(from.subarray(0, capacity));
  return to;
}
