/** Finds calls that libbcc compiles without a word and that count nothing. */

import type { CompiledTable } from "./compiled_program.ts";
import { MapType } from "../kernel/bpf.ts";

/** Hash forms in which `increment` only adds to keys that are there (b_frontend_action.cc of libbcc: only HASH adds keys). */
const WITHOUT_NEW_KEYS: ReadonlySet<number> = new Set([
  MapType.PERCPU_HASH,
  MapType.LRU_HASH,
  MapType.LRU_PERCPU_HASH,
]);

/** Tables that the code increments though `increment` and `atomic_increment` never make a key there. */
export function findLostIncrements(code: string, tables: readonly CompiledTable[]): string[] {
  return tables.filter(({ name, type }) =>
    WITHOUT_NEW_KEYS.has(type) &&
    new RegExp(`\\b${name}\\s*\\.\\s*(?:atomic_)?increment\\s*\\(`).test(code)
  ).map(({ name }) => name);
}
