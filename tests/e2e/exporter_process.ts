/**
 * Starts the real program for a test: under `deno run`, or the binary that EBPF_EXPORTER_BINARY names. Waits for what the
 * program says, never for time to pass.
 */

import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url).pathname;
const BINARY = Deno.env.get("EBPF_EXPORTER_BINARY");

/** The compiled binary is under test, not the source. */
export const IS_COMPILED = BINARY !== undefined;

/** How the program is started. */
export function exporterCommand(): [string, ...string[]] {
  return BINARY
    ? [BINARY]
    : [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", "--quiet", `${ROOT}main.ts`];
}

export interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** A command that runs the program as its arguments, e.g. `prlimit --data=1000000`. */
  readonly before?: readonly string[];
}

/** Runs a command line to its end. */
export async function runExporter(
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ended> {
  const { before = [], ...rest } = options;
  const [path, ...first] = [...before, ...exporterCommand()];
  const { code, signal, stdout, stderr } = await new Deno.Command(path, {
    args: [...first, ...args],
    stdin: "null",
    ...rest,
  }).output();
  const text = new TextDecoder();
  return { code, signal, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** A running exporter; `await using` stops it. */
export interface ExporterProcess extends AsyncDisposable {
  readonly pid: number;
  /** `http://127.0.0.1:PORT` of its first address. */
  readonly url: string;
  /** All that it has written to stderr so far. */
  log(): string;
  /** Resolves when the log has a line that matches; rejects when the process ends before. */
  waitForLog(pattern: RegExp): Promise<string>;
  /** The text of a path, which must be answered with 200. */
  get(path: string, headers?: Record<string, string>): Promise<string>;
  /** Sends a signal and waits for the end; all children are gone then, or the test fails. */
  stop(signal?: Deno.Signal): Promise<Ended & { readonly seconds: number }>;
}

/** Starts serving on a free port and waits until the programs are loaded. */
export async function startExporter(
  args: readonly string[],
  options: RunOptions = {},
): Promise<ExporterProcess> {
  const exporter = spawnExporter(["--web.listen-address=127.0.0.1:0", ...args], options);
  try {
    const serving = await exporter.waitForLog(/msg=serving address=(\S+)/);
    const address = serving.match(/msg=serving address=(\S+)/)![1];
    return Object.assign(exporter, { url: `http://${address}` });
  } catch (error) {
    await exporter.stop("SIGKILL");
    throw error;
  }
}

/** Starts the program without waiting for anything; `url` is empty. */
export function spawnExporter(args: readonly string[], options: RunOptions = {}): ExporterProcess {
  const { before = [], ...rest } = options;
  const [path, ...first] = [...before, ...exporterCommand()];
  const child = new Deno.Command(path, {
    args: [...first, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...rest,
  }).spawn();
  let log = "";
  let ended = false;
  let notify = () => {};
  let changed = new Promise<void>((resolve) => notify = resolve);
  const signalChange = () => {
    notify();
    changed = new Promise<void>((resolve) => notify = resolve);
  };
  const reading = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      log += text;
      signalChange();
    }
  })();
  const stdout = new Response(child.stdout).text();
  const status = child.status.then(async (status) => {
    await reading;
    ended = true;
    signalChange();
    return status;
  });
  const exporter: ExporterProcess = {
    pid: child.pid,
    url: "",
    log: () => log,
    async waitForLog(pattern) {
      for (;;) {
        const line = log.split("\n").find((line) => pattern.test(line));
        if (line !== undefined) return line;
        if (ended) {
          throw new Error(`the exporter ended without saying ${pattern}; it said:\n${log}`);
        }
        await changed;
      }
    },
    async get(path, headers = {}) {
      const response = await fetch(`${this.url}${path}`, { headers });
      const text = await response.text();
      assert.equal(response.status, 200, text);
      return text;
    },
    async stop(signal = "SIGTERM") {
      const began = performance.now();
      if (!ended) child.kill(signal);
      const { code, signal: by } = await status;
      const seconds = (performance.now() - began) / 1000;
      return { code, signal: by, stdout: await stdout, stderr: log, seconds };
    },
    async [Symbol.asyncDispose]() {
      await exporter.stop("SIGKILL");
    },
  };
  return exporter;
}

/** Polls until `look` gives something else than undefined: for what the kernel or a process does without saying so. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  deadlineMs = 20_000,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() > end) throw new Error(`not seen within ${deadlineMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A folder that is gone with the test's end. */
export function temporaryFolder(): { path: string } & Disposable {
  const path = Deno.makeTempDirSync({ prefix: "ebpf_exporter_test_" });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

/** Value of the one series with exactly that name and these labels, e.g. `x_total{a="b"}`; undefined if absent. */
export function seriesValue(metrics: string, series: string): string | undefined {
  return metrics.split("\n").find((line) => line.startsWith(`${series} `))?.slice(
    series.length + 1,
  );
}
