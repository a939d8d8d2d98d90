/**
 * The label sets of one family with their sums, in the order in which they are written. It must know
 * nothing of keys or tables.
 */

import { WORD } from "../exposition/wide_integer.ts";
import { compareLabelTexts } from "./label_text.ts";

const INITIAL_SERIES = 32;
const INITIAL_TEXT_BYTES = 1024;
/** Low parts carry into high parts before they leave what float64 holds exactly. */
const CARRY_FROM = 2 ** 52;

/** Series are numbered; each has a label text in `bytes` and `cells` sums in two parts. */
export class SeriesStore {
  count = 0;
  /** All label texts in UTF-8; that of a series is from `starts[series]` to `starts[series + 1]`. */
  bytes = new Uint8Array(INITIAL_TEXT_BYTES);
  starts = new Uint32Array(INITIAL_SERIES + 1);
  /** Sums: the value of a cell is `high * 2^32 + low`; the cells of series s start at `s * cells`. */
  low: Float64Array;
  high: Float64Array;
  /** The scrape in which a series was last seen; it exists in that scrape only. */
  seenIn = new Uint32Array(INITIAL_SERIES);
  #capacity = INITIAL_SERIES;
  #slots = new Int32Array(INITIAL_SERIES * 2);
  #order = new Int32Array(0);

  constructor(readonly cells: number) {
    this.low = new Float64Array(INITIAL_SERIES * cells);
    this.high = new Float64Array(INITIAL_SERIES * cells);
  }

  /** Sets all sums to 0. */
  begin(): void {
    this.low.fill(0, 0, this.count * this.cells);
    this.high.fill(0, 0, this.count * this.cells);
  }

  /** Adds to a cell's sum; `high` counts 2^32 each and may be negative. */
  add(cell: number, low: number, high: number): void {
    const sum = this.low[cell] + low;
    if (sum < CARRY_FROM) {
      this.low[cell] = sum;
      this.high[cell] += high;
    } else {
      const carry = Math.floor(sum / WORD);
      this.low[cell] = sum - carry * WORD;
      this.high[cell] += high + carry;
    }
  }

  /** The series with this label text, made if there is none; the text is `source[0..length)`. */
  seriesOf(source: Uint8Array, length: number): number {
    if (this.count * 2 >= this.#slots.length) this.#rehash(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    let slot = hashBytes(source, 0, length) & mask;
    for (;; slot = (slot + 1) & mask) {
      const series = this.#slots[slot] - 1;
      if (series < 0) break;
      if (this.#hasText(series, source, length)) return series;
    }
    this.#slots[slot] = this.count + 1;
    return this.#append(source, length);
  }

  /** All series in the order of their labels' values; new ones have been sorted in. */
  order(): Int32Array {
    const sorted = this.#order;
    if (sorted.length === this.count) return sorted;
    const fresh = Int32Array.from(
      { length: this.count - sorted.length },
      (_, i) => sorted.length + i,
    );
    fresh.sort((a, b) => this.#compare(a, b));
    const merged = new Int32Array(this.count);
    for (let at = 0, i = 0, j = 0; at < merged.length; at++) {
      const takeSorted = j >= fresh.length ||
        (i < sorted.length && this.#compare(sorted[i], fresh[j]) < 0);
      merged[at] = takeSorted ? sorted[i++] : fresh[j++];
    }
    return this.#order = merged;
  }

  /** Number of series that `scrape` has seen. */
  seenCount(scrape: number): number {
    let seen = 0;
    for (let series = 0; series < this.count; series++) if (this.seenIn[series] === scrape) seen++;
    return seen;
  }

  /** Forgets all series that `scrape` has not seen; the answer holds the new number of each old one, or -1. */
  keepSeen(scrape: number): Int32Array {
    const { cells } = this;
    const numbers = new Int32Array(this.count).fill(-1);
    const order = this.#order;
    let kept = 0;
    let end = 0;
    for (let series = 0; series < this.count; series++) {
      if (this.seenIn[series] !== scrape) continue;
      const start = this.starts[series];
      const next = this.starts[series + 1];
      this.bytes.copyWithin(end, start, next);
      this.low.copyWithin(kept * cells, series * cells, (series + 1) * cells);
      this.high.copyWithin(kept * cells, series * cells, (series + 1) * cells);
      this.starts[kept] = end;
      this.seenIn[kept] = scrape;
      numbers[series] = kept++;
      end += next - start;
    }
    this.starts[kept] = end;
    this.count = kept;
    this.#order = order.map((series) => numbers[series]).filter((series) => series >= 0);
    this.#resize(Math.max(INITIAL_SERIES, Math.ceil(kept * 1.25)));
    this.bytes = this.bytes.slice(0, Math.max(INITIAL_TEXT_BYTES, Math.ceil(end * 1.25)));
    let slots = INITIAL_SERIES * 2;
    while (slots < this.#capacity * 2) slots *= 2;
    this.#rehash(slots);
    return numbers;
  }

  #append(source: Uint8Array, length: number): number {
    if (this.count === this.#capacity) this.#resize(Math.ceil(this.#capacity * 1.5));
    const series = this.count++;
    const start = this.starts[series];
    if (start + length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(start + length, Math.ceil(this.bytes.length * 1.5)));
      grown.set(this.bytes.subarray(0, start));
      this.bytes = grown;
    }
    this.bytes.set(source.subarray(0, length), start);
    this.starts[series + 1] = start + length;
    // The place may have been another's before series were forgotten.
    this.low.fill(0, series * this.cells, (series + 1) * this.cells);
    this.high.fill(0, series * this.cells, (series + 1) * this.cells);
    this.seenIn[series] = 0;
    return series;
  }

  #resize(capacity: number): void {
    const { cells } = this;
    this.#capacity = capacity;
    this.low = resized(this.low, new Float64Array(capacity * cells));
    this.high = resized(this.high, new Float64Array(capacity * cells));
    this.starts = resized(this.starts, new Uint32Array(capacity + 1));
    this.seenIn = resized(this.seenIn, new Uint32Array(capacity));
  }

  #rehash(slots: number): void {
    this.#slots = new Int32Array(slots);
    for (let series = 0; series < this.count; series++) {
      let slot = hashBytes(this.bytes, this.starts[series], this.starts[series + 1]) & (slots - 1);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (slots - 1);
      this.#slots[slot] = series + 1;
    }
  }

  #hasText(series: number, source: Uint8Array, length: number): boolean {
    const start = this.starts[series];
    if (this.starts[series + 1] - start !== length) return false;
    for (let i = 0; i < length; i++) if (this.bytes[start + i] !== source[i]) return false;
    return true;
  }

  #compare(a: number, b: number): number {
    const { bytes, starts } = this;
    return compareLabelTexts(bytes, starts[a], starts[a + 1], starts[b], starts[b + 1]);
  }
}

function resized<T extends Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from.subarray(0, to.length) as never);
  return to;
}

/** As with keys: what runs on the host chooses the texts and shall not be able to make them collide. */
const HASH_SEED = crypto.getRandomValues(new Uint32Array(1))[0];

function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = HASH_SEED;
  for (let i = start; i < end; i++) {
    hash = Math.imul(hash ^ bytes[i], 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash ^ (hash >>> 13);
}
