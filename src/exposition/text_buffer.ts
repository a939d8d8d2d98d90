/** Growable bytes that a scrape's text is written into; it must know nothing of metrics. */

const INITIAL_BYTES = 16 * 1024;
/** Buffers above this size are given back when they have been mostly empty for some scrapes. */
const SHRINK_ABOVE_BYTES = 256 * 1024;
const SHRINK_AFTER_RESETS = 8;
/** Below this length a loop beats the allocation of a subarray. */
const LOOP_COPY_BYTES = 160;

const encoder = new TextEncoder();

/** UTF-8 bytes, `length` of them written; `bytes` may be replaced by any write. */
export class TextBuffer {
  bytes = new Uint8Array(INITIAL_BYTES);
  length = 0;
  #largest = 0;
  #resets = 0;

  /** Makes room for `sizeBytes` more, so that the caller may write to `bytes` at `length` itself. */
  reserve(sizeBytes: number): void {
    const needed = this.length + sizeBytes;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  /** Appends text as UTF-8; a lone surrogate becomes U+FFFD. */
  writeText(text: string): void {
    const size = text.length;
    this.reserve(size * 3);
    const bytes = this.bytes;
    let at = this.length;
    for (let i = 0; i < size; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) {
        this.length = at +
          encoder.encodeInto(i === 0 ? text : text.slice(i), bytes.subarray(at)).written;
        return;
      }
      bytes[at++] = unit;
    }
    this.length = at;
  }

  /** Appends `source[start..end)`. */
  writeBytes(source: Uint8Array, start = 0, end = source.length): void {
    this.reserve(end - start);
    const bytes = this.bytes;
    let at = this.length;
    if (end - start < LOOP_COPY_BYTES) {
      for (let i = start; i < end; i++) bytes[at++] = source[i];
    } else {
      bytes.set(source.subarray(start, end), at);
      at += end - start;
    }
    this.length = at;
  }

  /** Appends one byte. */
  writeByte(byte: number): void {
    this.reserve(1);
    this.bytes[this.length++] = byte;
  }

  /** What was written; borrowed until the buffer is used again. */
  written(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }

  /** What was written, as text. */
  toString(): string {
    return new TextDecoder().decode(this.bytes.subarray(0, this.length));
  }

  /** Empties the buffer for its next use and gives memory back that the last uses did not need. */
  reset(): void {
    this.#largest = Math.max(this.#largest, this.length);
    this.length = 0;
    if (++this.#resets < SHRINK_AFTER_RESETS) return;
    if (this.bytes.length > SHRINK_ABOVE_BYTES && this.#largest * 4 < this.bytes.length) {
      this.bytes = new Uint8Array(Math.max(INITIAL_BYTES, this.#largest * 2));
    }
    this.#largest = 0;
    this.#resets = 0;
  }
}
