/** Kernel addresses to function names, from `/proc/kallsyms`. */

import { isFunction, readKallsyms } from "./kallsyms_file.ts";

/** The functions of the running kernel by address. */
export interface KernelSymbols {
  /** The name of the function that contains the address; undefined where none does. */
  resolve(address: bigint): string | undefined;
  /** Moves when modules came or went, so that answers may have changed. */
  generation(): number;
}

/** An address further than this behind the last symbol belongs to nothing: no kernel function is that long. */
const LONGEST_FUNCTION = 16n << 20n;
/** The index takes some 5 MB; making it anew at each scrape with a new address would cost more, as garbage. */
const INDEX_IDLE_MS = 300_000;
const MODULES_EVERY_MS = 1_000;

/**
 * All symbols by address. An entry is `(address - base) << NUMBER_BITS | number`, so that the runtime's own sort of numbers
 * orders them, modules' symbols too, which stand at the end of the file in any order; equal addresses stay in the
 * file's order.
 */
interface SymbolIndex {
  readonly entries: BigUint64Array;
  readonly base: bigint;
  /** Where a number's name begins and ends in `names`; nothing for what is no function. */
  readonly nameEnds: Uint32Array;
  readonly names: Uint8Array;
}

const NUMBER_BITS = 20;
const MOST_SYMBOLS = 2 ** NUMBER_BITS;
/** Kernel and modules lie within 2 to 128 GB of each other; the index spans 16 TB around the first function. */
const SPAN_HIGH = 2 ** 12;
const SCALE = 2 ** (32 - NUMBER_BITS);

function buildIndex(path: string): SymbolIndex {
  // Room for a usual kernel: pages that stay untouched cost nothing, arrays that are outgrown are garbage.
  let words = new Uint32Array(2 ** 19);
  let nameEnds = new Uint32Array(2 ** 18);
  let names = new Uint8Array(2 ** 22);
  let number = 0, count = 0, nameEnd = 0;
  let baseHigh = -1;
  readKallsyms(path, (symbol) => {
    const { high, low } = symbol;
    const known = isFunction(symbol);
    if (baseHigh < 0 && known && high !== 0) baseHigh = Math.max(0, high - SPAN_HIGH / 2);
    const relativeHigh = high - baseHigh;
    if (baseHigh < 0 || relativeHigh < 0 || relativeHigh >= SPAN_HIGH || number === MOST_SYMBOLS) {
      return;
    }
    if (count * 2 === words.length) {
      words = grown(words, new Uint32Array(words.length * 2));
      nameEnds = grown(nameEnds, new Uint32Array(nameEnds.length * 2));
    }
    words[count * 2] = ((low % SCALE) * MOST_SYMBOLS + number) >>> 0;
    words[count * 2 + 1] = (relativeHigh * MOST_SYMBOLS + Math.floor(low / SCALE)) >>> 0;
    count++;
    if (known) {
      const { bytes, nameStart, nameEnd: end } = symbol;
      if (nameEnd + end - nameStart > names.length) {
        names = grown(names, new Uint8Array(names.length * 2));
      }
      // Byte by byte: a view for each of so many names would be garbage by the megabyte.
      for (let at = nameStart; at < end; at++) names[nameEnd++] = bytes[at];
    }
    nameEnds[number++] = nameEnd;
  });
  const entries = new BigUint64Array(words.buffer, 0, count).sort();
  return { entries, base: BigInt(Math.max(0, baseHigh)) << 32n, nameEnds, names };
}

function grown<T extends Uint32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function findName({ entries, base, nameEnds, names }: SymbolIndex, address: bigint) {
  if (address < base) return undefined;
  const relative = address - base;
  const above = (relative + 1n) << BigInt(NUMBER_BITS);
  let low = 0, high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle] < above) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return undefined;
  const start = entries[low - 1] >> BigInt(NUMBER_BITS);
  if (relative - start > LONGEST_FUNCTION) return undefined;
  // Of several names for one address the first function in the file is the one that the linker saw first.
  let first = low - 1;
  while (first > 0 && entries[first - 1] >> BigInt(NUMBER_BITS) === start) first--;
  for (let at = first; at < low; at++) {
    const number = Number(entries[at] & BigInt(MOST_SYMBOLS - 1));
    const nameStart = number === 0 ? 0 : nameEnds[number - 1];
    if (nameEnds[number] > nameStart) {
      return new TextDecoder().decode(names.subarray(nameStart, nameEnds[number]));
    }
  }
  return undefined;
}

/** Opens the symbols of the running kernel. Reads the file when first asked, and forgets it when idle. */
export function openKernelSymbols(
  path = "/proc/kallsyms",
  modulesPath = "/proc/modules",
  nowMs: () => number = () => performance.now(),
): KernelSymbols {
  let index: SymbolIndex | undefined;
  let idleTimer: ReturnType<typeof setTimeout> | undefined;
  let generation = 0;
  let modules: string | undefined;
  let modulesReadAt = -Infinity;

  const forgetWhenIdle = () => {
    clearTimeout(idleTimer);
    idleTimer = setTimeout(() => index = undefined, INDEX_IDLE_MS);
    Deno.unrefTimer(idleTimer);
  };

  return {
    resolve(address) {
      index ??= buildIndex(path);
      forgetWhenIdle();
      return findName(index, address);
    },
    generation() {
      const now = nowMs();
      if (now - modulesReadAt < MODULES_EVERY_MS) return generation;
      modulesReadAt = now;
      let text = "";
      try {
        text = Deno.readTextFileSync(modulesPath);
      } catch { /* a kernel without modules never changes */ }
      // Reference counts change all the time; names, sizes and addresses tell what is loaded.
      const loaded = text.replace(/^(\S+ \S+) \S+ \S+/gm, "$1");
      if (modules !== undefined && modules !== loaded) {
        generation++;
        index = undefined;
      }
      modules = loaded;
      return generation;
    },
  };
}
