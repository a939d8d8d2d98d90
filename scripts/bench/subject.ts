/** An exporter under measure: started, filled, scraped, stopped. It knows nothing of how results are shown. */

import { PROGRAM_NAME, SERIES_PREFIX } from "./fixture.ts";
import { readMetrics } from "./scrape.ts";

/** How to start an exporter. */
export interface SubjectCommand {
  readonly name: string;
  readonly path: string;
  /** The arguments for a config file and a port of 127.0.0.1. */
  args(configFile: string, port: number): string[];
}

/** A running exporter; `stop` ends it. */
export interface Subject {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  /** From its start to the first scrape that shows the program running. */
  readonly startMs: number;
  /** Throws unless a scrape shows all of the table's keys. */
  checkKeys(keys: number): Promise<void>;
  stop(): Promise<void>;
}

const START_DEADLINE_MS = 120_000;
const POLL_MS = 10;
const RUNNING = `ebpf_exporter_enabled_programs{name="${PROGRAM_NAME}"} 1\n`;
/** 503 while programs are loading; the original opens its port later and answers every path. */
const READY_PATH = "/-/ready";

/** A port that nobody listens on now. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

async function isReady(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${READY_PATH}`);
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false; // nobody listens yet
  }
}

/** Starts an exporter and waits until its program runs. Throws with its words when it ends before. */
export async function startSubject(command: SubjectCommand, configFile: string): Promise<Subject> {
  const { name } = command;
  const port = freePort();
  const begunMs = performance.now();
  const child = new Deno.Command(command.path, {
    args: command.args(configFile, port),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const words = new Response(child.stderr).text();
  let ended = false;
  void child.status.then(() => ended = true);
  async function stop(): Promise<void> {
    if (!ended) child.kill("SIGTERM");
    await child.status;
    await words;
  }
  while (!await isReady(port)) {
    if (ended) throw new Error(`${name} ended before it served; it said:\n${await words}`);
    if (performance.now() - begunMs > START_DEADLINE_MS) {
      await stop();
      throw new Error(`${name} did not run the program in time; it said:\n${await words}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const metrics = await readMetrics(port);
  const startMs = performance.now() - begunMs;
  if (!metrics.includes(RUNNING)) {
    await stop();
    throw new Error(`${name} does not run the program; it said:\n${await words}`);
  }
  async function checkKeys(keys: number): Promise<void> {
    const shown = (await readMetrics(port)).split(`\n${SERIES_PREFIX}`).length - 1;
    if (shown !== keys) throw new Error(`${name} shows ${shown} series, expected ${keys}`);
  }
  return { name, pid: child.pid, port, startMs, checkKeys, stop };
}
