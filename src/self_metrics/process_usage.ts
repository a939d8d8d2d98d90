/** What the kernel tells of this process in `/proc`; it must know nothing of metrics. */

/** What could be read; the rest is undefined. */
export interface ProcessUsage {
  readonly cpuSeconds: number | undefined;
  readonly openFds: number | undefined;
  readonly maxFds: number | undefined;
  readonly residentBytes: number | undefined;
  readonly virtualBytes: number | undefined;
  readonly virtualMaxBytes: number | undefined;
  readonly startSeconds: number | undefined;
}

/** USER_HZ, in which `/proc` counts: 100 on every architecture that Deno runs on (proc_pid_stat(5)). */
const TICKS_PER_SECOND = 100;

/**
 * Reads proc_pid_stat(5), proc_pid_status(5), proc_pid_limits(5) and proc_pid_fd(5) below `directory`, e.g. `/proc/self`.
 * `bootSeconds`: the host's boot time since the epoch.
 */
export function readProcessUsage(
  directory: string,
  bootSeconds: number | undefined,
): ProcessUsage {
  // The second field is the command in parentheses, with any bytes; the third follows the last one.
  const stat = readText(`${directory}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  const field = (number: number) => finite(fields[number - 3]);
  const ticks = [field(14), field(15)];
  const startTicks = field(22);
  // `status` has memory in kB: no page size to be known.
  const status = readText(`${directory}/status`) ?? "";
  const kilobytes = (name: string) =>
    scaled(finite(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]), 1024);
  const limits = readText(`${directory}/limits`) ?? "";
  // client_golang shows "unlimited" as the largest uint64.
  const limit = (name: string) => {
    const soft = new RegExp(`^${name}\\s+(\\S+)`, "m").exec(limits)?.[1];
    return soft === "unlimited" ? 2 ** 64 : finite(soft);
  };
  return {
    cpuSeconds: ticks[0] === undefined || ticks[1] === undefined
      ? undefined
      : (ticks[0] + ticks[1]) / TICKS_PER_SECOND,
    openFds: countFds(`${directory}/fd`),
    maxFds: limit("Max open files"),
    residentBytes: kilobytes("VmRSS"),
    virtualBytes: kilobytes("VmSize"),
    virtualMaxBytes: limit("Max address space"),
    startSeconds: startTicks === undefined || bootSeconds === undefined
      ? undefined
      : bootSeconds + startTicks / TICKS_PER_SECOND,
  };
}

/** The host's boot time in seconds since the epoch, by proc_stat(5). */
export function readBootSeconds(procDirectory: string): number | undefined {
  return finite(/^btime (\d+)/m.exec(readText(`${procDirectory}/stat`) ?? "")?.[1]);
}

/** Without the one by which the directory itself is read. */
function countFds(directory: string): number | undefined {
  try {
    return [...Deno.readDirSync(directory)].length - 1;
  } catch {
    return undefined;
  }
}

/** Synchronous: `/proc` does not wait for a disk, and a thread pool costs more than the read. */
function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}

function finite(text: string | undefined): number | undefined {
  const value = Number(text);
  return text === undefined || text === "" || !Number.isFinite(value) ? undefined : value;
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}
