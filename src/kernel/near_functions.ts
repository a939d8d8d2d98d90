/** Functions of the running kernel whose names are like a wanted one, for hints. */

import { isFunction, readKallsyms } from "./kallsyms_file.ts";

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
  readKallsyms(path, (symbol) => {
    if (!isFunction(symbol)) return;
    const name = symbol.name();
    if (name === wanted) exists = true;
    else if (name.startsWith(`${wanted}.`)) ranked.set(name, 0);
    else if (name.replace(/^_+/, "") === core) ranked.set(name, 1);
    else if (name.startsWith("__pfx_") || name.startsWith("__cfi_")) return;
    else if (core.length >= 6 && name.includes(core)) ranked.set(name, 2);
    else if (core.length >= 8 && sharedWords(name, core)) ranked.set(name, 3);
  });
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
