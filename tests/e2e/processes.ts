/** What `/proc` says of a process and its children. */

export interface ChildProcess {
  readonly pid: number;
  /** One letter: `R`, `S`, `T` stopped, `Z` zombie, … (proc_pid_stat(5)). */
  readonly state: string;
  readonly command: string;
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return ""; // ended meanwhile
  }
}

/** State letter of a process, or undefined when there is none of that id. */
export function processState(pid: number): string | undefined {
  // The name in parentheses may hold anything but ends with the last one.
  return read(`/proc/${pid}/stat`).match(/\) (\S)/s)?.[1];
}

/** The children that any thread of a process has, zombies included. */
export function childrenOf(pid: number): ChildProcess[] {
  const children: ChildProcess[] = [];
  let threads: string[];
  try {
    threads = [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => name);
  } catch {
    return [];
  }
  for (const thread of threads) {
    for (const child of read(`/proc/${pid}/task/${thread}/children`).split(" ").filter(Boolean)) {
      const state = processState(Number(child));
      if (state === undefined) continue;
      const command = read(`/proc/${child}/cmdline`).replaceAll("\0", " ").trim();
      children.push({ pid: Number(child), state, command });
    }
  }
  return children;
}

/** The child of `pid` that runs as `compile-child` or `config-child`. */
export function childOfKind(
  pid: number,
  kind: "compile-child" | "config-child",
): ChildProcess | undefined {
  return childrenOf(pid).find(({ command, state }) => state !== "Z" && command.endsWith(kind));
}

/** Whether a process is gone, or only its status is left for its parent. */
export function hasEnded(pid: number): boolean {
  const state = processState(pid);
  return state === undefined || state === "Z";
}

/** How many fds a process has open. */
export function countFds(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

/** All processes whose environment has `NAME=VALUE`, zombies left out: a start's whole family, orphans included. */
export function processesWithEnv(variable: string): number[] {
  const found: number[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    if (read(`/proc/${name}/environ`).split("\0").includes(variable)) found.push(Number(name));
  }
  return found;
}
