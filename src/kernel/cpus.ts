/** CPU counts as the kernel sees them, from `/sys/devices/system/cpu`. */

/** Numbers in a kernel CPU list, e.g. `0-3,8` (Documentation/admin-guide/cputopology.rst). */
export function parseCpuList(text: string): number[] {
  const cpus: number[] = [];
  for (const part of text.trim().split(",")) {
    const [first, last = first] = part.split("-").map(Number);
    if (part === "" || !Number.isInteger(first) || !Number.isInteger(last)) continue;
    for (let cpu = first; cpu <= last; cpu++) cpus.push(cpu);
  }
  return cpus;
}

let possible: number | undefined;

/** How many leaves a per-CPU map has: possible CPUs, not online ones. */
export function possibleCpuCount(): number {
  possible ??= parseCpuList(Deno.readTextFileSync("/sys/devices/system/cpu/possible")).length;
  return possible;
}

/** A CPU that is online, for perf events that the kernel fires on every CPU all the same. */
export function onlineCpu(): number {
  return parseCpuList(Deno.readTextFileSync("/sys/devices/system/cpu/online"))[0] ?? 0;
}
