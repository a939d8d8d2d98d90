/** Addresses of kernel symbols as compiler flags: `kaddrs: [foo]` gives the code a `kaddr_foo`. */

import { readSymbolAddresses } from "../kernel/symbol_addresses.ts";

/** Addresses that are not to be had; `areHidden`: from this process, whatever the kernel has. */
export class KaddrError extends Error {
  override readonly name = "KaddrError";
  constructor(message: string, readonly areHidden: boolean) {
    super(message);
  }
}

/** In every kernel, whatever its architecture (`include/asm-generic/sections.h`). */
const SURE_SYMBOL = "_stext";

/** One flag a symbol; throws `KaddrError` that names the symbols that are missing or hidden. */
export function kaddrFlags(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const addresses = readSymbolAddresses(new Set([...names, SURE_SYMBOL]));
  const missing = names.filter((name) => !addresses.has(name));
  if (missing.length > 0) {
    const areHidden = !addresses.has(SURE_SYMBOL);
    const quoted = missing.map((name) => `"${name}"`).join(", ");
    throw new KaddrError(
      areHidden
        ? `kaddrs: /proc/kallsyms hides the address of ${quoted} from this process; run as root, see /proc/sys/kernel/kptr_restrict`
        : `kaddrs: this kernel has no symbol ${quoted}, as /proc/kallsyms tells`,
      areHidden,
    );
  }
  return names.map((name) => `-Dkaddr_${name}=0x${addresses.get(name)!.toString(16)}ULL`);
}
