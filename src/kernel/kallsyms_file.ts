/** Lines of `/proc/kallsyms`, read in pieces: the file is 8 MB and more, and nobody needs it whole. */

/** A line, good until the visitor returns. `ADDRESS TYPE NAME[\t[MODULE]]` (kernel/kallsyms.c, s_show). */
export interface KallsymsLine {
  /** The upper and the lower 32 bits of the address; both 0 where kptr_restrict hides it. */
  readonly high: number;
  readonly low: number;
  /** The ASCII code of the type's letter, as nm(1) has it. */
  readonly type: number;
  /** The name without the module, in these bytes. */
  readonly bytes: Uint8Array;
  readonly nameStart: number;
  readonly nameEnd: number;
  /** The name as text. */
  name(): string;
}

const NEWLINE = 10, SPACE = 32, TAB = 9;
const PIECE_BYTES = 1 << 16;
const decoder = new TextDecoder();

/** Whether the symbol is text: t, T, w, W. */
export function isFunction({ type }: KallsymsLine): boolean {
  const lower = type | 32;
  return lower === 116 || lower === 119;
}

function hexDigit(byte: number): number {
  return byte <= 57 ? byte - 48 : byte - 87;
}

class Line implements KallsymsLine {
  high = 0;
  low = 0;
  type = 0;
  nameStart = 0;
  nameEnd = 0;
  readonly bytes = new Uint8Array(PIECE_BYTES);

  name(): string {
    return decoder.decode(this.bytes.subarray(this.nameStart, this.nameEnd));
  }

  /** Takes the line from `start` to `end` apart. */
  parse(start: number, end: number): void {
    const { bytes } = this;
    let high = 0, low = 0, at = start;
    for (; at < end && bytes[at] !== SPACE; at++) {
      high = (high << 4) | (low >>> 28);
      low = (low << 4) | hexDigit(bytes[at]);
    }
    this.high = high >>> 0;
    this.low = low >>> 0;
    this.type = bytes[at + 1];
    this.nameStart = at + 3;
    let nameEnd = this.nameStart;
    while (nameEnd < end && bytes[nameEnd] !== TAB) nameEnd++;
    this.nameEnd = nameEnd;
  }
}

/** Calls `visit` for each line in the file's order. Throws the system's error when the file cannot be read. */
export function readKallsyms(path: string, visit: (line: KallsymsLine) => void): void {
  const line = new Line();
  const { bytes } = line;
  using file = Deno.openSync(path);
  let filled = 0;
  for (;;) {
    const read = file.readSync(bytes.subarray(filled));
    if (read === null || read === 0) break;
    filled += read;
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, start);
      if (end < 0 || end >= filled) break;
      line.parse(start, end);
      visit(line);
      start = end + 1;
    }
    bytes.copyWithin(0, start, filled);
    filled -= start;
  }
  if (filled > 0) {
    line.parse(0, filled);
    visit(line);
  }
}
