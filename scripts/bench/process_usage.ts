/** What Linux says of a process: memory and CPU time. It knows nothing of exporters. */

export interface Memory {
  /** Pages in RAM, those that other processes have too counted in full. */
  readonly rssMb: number;
  /** The same, each shared page divided by the number of its users. */
  readonly pssMb: number;
}

/** Reads `/proc/PID/smaps_rollup` (proc_pid_smaps(5)), in MB of 1024 × 1024 bytes. */
export function readMemory(pid: number): Memory {
  return parseMemory(Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`));
}

/** Parses the text of `smaps_rollup`. */
export function parseMemory(rollup: string): Memory {
  const megabytes = (name: string) => {
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(rollup)?.[1];
    if (kilobytes === undefined) throw new Error(`no line "${name}" in smaps_rollup`);
    return Number(kilobytes) / 1024;
  };
  return { rssMb: megabytes("Rss"), pssMb: megabytes("Pss") };
}

/** USER_HZ: 100 on every architecture that Deno runs on (proc_pid_stat(5)). */
const TICKS_PER_SECOND = 100;

/** User and system CPU time of a process since its start, all threads; children that ended do not count. */
export function readCpuMs(pid: number): number {
  return parseCpuMs(Deno.readTextFileSync(`/proc/${pid}/stat`));
}

/** Parses the text of `stat`. */
export function parseCpuMs(stat: string): number {
  // The second field is the command in parentheses, with any bytes; the third follows the last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const userTicks = Number(fields[11]);
  const systemTicks = Number(fields[12]);
  return (userTicks + systemTicks) * 1000 / TICKS_PER_SECOND;
}
