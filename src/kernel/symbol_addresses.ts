/** Addresses of kernel symbols by name. */

import { readKallsyms } from "./kallsyms_file.ts";

/** Addresses of the named symbols; a name that is not there, or hidden (all addresses 0), is missing in the answer. */
export function readSymbolAddresses(
  names: ReadonlySet<string>,
  path = "/proc/kallsyms",
): Map<string, bigint> {
  const found = new Map<string, bigint>();
  if (names.size === 0) return found;
  readKallsyms(path, (symbol) => {
    if (symbol.high === 0 && symbol.low === 0) return;
    const name = symbol.name();
    if (!names.has(name) || found.has(name)) return;
    found.set(name, BigInt(symbol.high) << 32n | BigInt(symbol.low));
  });
  return found;
}
