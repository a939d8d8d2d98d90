/** The kernel's own lists of its functions, read afresh: oracles that share nothing with the exporter's reading. */

/** How often each function's name stands in kallsyms. */
export function listKernelFunctions(): Map<string, number> {
  const functions = new Map<string, number>();
  const text = Deno.readTextFileSync("/proc/kallsyms");
  for (const [, name] of text.matchAll(/^[0-9a-f]+ [tTwW] (\S+)/gm)) {
    functions.set(name, (functions.get(name) ?? 0) + 1);
  }
  return functions;
}

/** Names of functions that must not be probed. */
export function readBlacklist(): string[] {
  const text = Deno.readTextFileSync("/sys/kernel/debug/kprobes/blacklist");
  return [...text.matchAll(/\t(\S+)$/gm)].map(([, name]) => name);
}
