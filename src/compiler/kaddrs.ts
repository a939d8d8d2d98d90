/** Addresses of kernel symbols as compiler flags: `kaddrs: [foo]` gives the code a `kaddr_foo`. */

import { readSymbolAddresses } from "../kernel/kallsyms.ts";

/** One flag a symbol; throws an error that names the symbols that are missing or hidden. */
export function kaddrFlags(names: readonly string[]): string[] {
  const addresses = readSymbolAddresses(new Set(names));
  const missing = names.filter((name) => !addresses.has(name));
  if (missing.length > 0) {
    throw new Error(
      `kaddrs: /proc/kallsyms has no address of ${
        missing.map((name) => `"${name}"`).join(", ")
      }; the symbol is not in this kernel, or addresses are hidden (run as root, see /proc/sys/kernel/kptr_restrict)`,
    );
  }
  return names.map((name) => `-Dkaddr_${name}=0x${addresses.get(name)!.toString(16)}ULL`);
}
