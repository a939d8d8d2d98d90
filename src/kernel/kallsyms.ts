/** Kernel symbols from `/proc/kallsyms`: addresses to function names and near names for hints. */

/** The functions of the running kernel by address. */
export interface KernelSymbols {
  /** The name of the function that contains the address; undefined where none does. */
  resolve(address: bigint): string | undefined;
  /** Moves when modules came or went, so that answers may have changed. */
  generation(): number;
}

/** The file read once: parallel arrays ascending by address; names stay in the file's bytes. */
interface Index {
  readonly addresses: BigUint64Array;
  readonly nameOffsets: Uint32Array;
  readonly isFunction: Uint8Array;
  readonly bytes: Uint8Array;
}

/** An address further than this behind the last symbol belongs to nothing: no kernel function is that long. */
const LONGEST_FUNCTION = 16n << 20n;
/** The index takes some 12 MB, which nobody needs between two scrapes with new addresses. */
const INDEX_IDLE_MS = 10_000;
const MODULES_EVERY_MS = 1_000;
const NEWLINE = 10, SPACE = 32, TAB = 9;

function hexDigit(byte: number): number {
  return byte <= 57 ? byte - 48 : byte - 87;
}

/** Parses kallsyms text: `ADDRESS TYPE NAME[\t[MODULE]]` a line (kernel/kallsyms.c, s_show). */
function parseKallsyms(bytes: Uint8Array): Index {
  let lines = 1; // the last one may have no line break
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  const halves = new Uint32Array(lines * 2);
  const nameOffsets = new Uint32Array(lines);
  const isFunction = new Uint8Array(lines);
  let count = 0;
  for (let at = 0; at < bytes.length && count < lines;) {
    let high = 0, low = 0;
    for (; bytes[at] !== SPACE; at++) {
      high = (high << 4) | (low >>> 28);
      low = (low << 4) | hexDigit(bytes[at]);
    }
    halves[count * 2] = low;
    halves[count * 2 + 1] = high;
    const type = bytes[at + 1] | 32;
    isFunction[count] = type === 116 || type === 119 ? 1 : 0; // t, T, w, W
    nameOffsets[count] = at + 3;
    count++;
    at = bytes.indexOf(NEWLINE, at) + 1;
    if (at === 0) break;
  }
  const addresses = new BigUint64Array(halves.buffer, 0, count);
  if (isAscending(addresses)) return { addresses, nameOffsets, isFunction, bytes };
  // Modules' symbols follow the kernel's own in the file, though they may lie below them. A stable sort keeps the
  // file's order among equal addresses.
  const order = Array.from(addresses.keys()).sort((a, b) =>
    addresses[a] < addresses[b] ? -1 : addresses[a] > addresses[b] ? 1 : a - b
  );
  return {
    addresses: BigUint64Array.from(order, (index) => addresses[index]),
    nameOffsets: Uint32Array.from(order, (index) => nameOffsets[index]),
    isFunction: Uint8Array.from(order, (index) => isFunction[index]),
    bytes,
  };
}

function isAscending(addresses: BigUint64Array): boolean {
  for (let index = 1; index < addresses.length; index++) {
    if (addresses[index - 1] > addresses[index]) return false;
  }
  return true;
}

function nameAt(bytes: Uint8Array, offset: number): string {
  let end = offset;
  while (end < bytes.length && bytes[end] !== NEWLINE && bytes[end] !== TAB) end++;
  return new TextDecoder().decode(bytes.subarray(offset, end));
}

function findName(index: Index, address: bigint): string | undefined {
  const { addresses } = index;
  let low = 0, high = addresses.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (addresses[middle] <= address) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return undefined;
  const start = addresses[low - 1];
  // kptr_restrict hides addresses by printing zeros.
  if (start === 0n || address - start > LONGEST_FUNCTION) return undefined;
  // Of several names for one address the first function in the file is the one that the linker saw first.
  let first = low - 1;
  while (first > 0 && addresses[first - 1] === start) first--;
  for (let at = first; at < low; at++) {
    if (index.isFunction[at]) return nameAt(index.bytes, index.nameOffsets[at]);
  }
  return undefined;
}

/** Opens the symbols of the running kernel. Reads the file when first asked, and forgets it when idle. */
export function openKernelSymbols(
  path = "/proc/kallsyms",
  modulesPath = "/proc/modules",
  nowMs: () => number = () => performance.now(),
): KernelSymbols {
  let index: Index | undefined;
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
      index ??= parseKallsyms(Deno.readFileSync(path));
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

/** Addresses of the named symbols; a name that is not there, or hidden (all addresses 0), is missing in the answer. */
export function readSymbolAddresses(
  names: ReadonlySet<string>,
  path = "/proc/kallsyms",
): Map<string, bigint> {
  const found = new Map<string, bigint>();
  if (names.size === 0) return found;
  for (const line of Deno.readTextFileSync(path).split("\n")) {
    const name = line.slice(19).split("\t")[0];
    if (!names.has(name) || found.has(name)) continue;
    const address = BigInt(`0x${line.slice(0, 16)}`);
    if (address !== 0n) found.set(name, address);
  }
  return found;
}

/** What a name is to kallsyms, and functions with a like name. */
export interface NearFunctions {
  readonly exists: boolean;
  /** At most five, nearest first: split-off parts, then other prefixes, then names that contain it. */
  readonly near: readonly string[];
}

/** Looks for functions that a probe may have meant. */
export function findNearFunctions(wanted: string, path = "/proc/kallsyms"): NearFunctions {
  const core = wanted.replace(/^_+/, "");
  const ranked = new Map<string, number>();
  let exists = false;
  for (const line of Deno.readTextFileSync(path).split("\n")) {
    if (!/^[tTwW]$/.test(line[17] ?? "")) continue;
    const name = line.slice(19).split("\t")[0];
    if (name === wanted) exists = true;
    else if (name.startsWith(`${wanted}.`)) ranked.set(name, 0);
    else if (name.replace(/^_+/, "") === core) ranked.set(name, 1);
    else if (name.startsWith("__pfx_") || name.startsWith("__cfi_")) continue;
    else if (core.length >= 6 && name.includes(core)) ranked.set(name, 2);
    else if (core.length >= 8 && sharedWords(name, core)) ranked.set(name, 3);
  }
  const near = [...ranked].sort(([a, rankA], [b, rankB]) => rankA - rankB || a.length - b.length)
    .slice(0, 5).map(([name]) => name);
  return { exists, near };
}

/** Whether all but one of the underscore-separated words of `wanted` stand in `name`, in order. */
function sharedWords(name: string, wanted: string): boolean {
  const words = wanted.split("_");
  if (words.length < 3) return false;
  const present = name.split("_");
  let at = 0, hits = 0;
  for (const word of words) {
    const found = present.indexOf(word, at);
    if (found < 0) continue;
    hits++;
    at = found + 1;
  }
  return hits >= words.length - 1 && present.length <= words.length + 1;
}
