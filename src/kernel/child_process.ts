/**
 * A child that does one piece of work: a JSON request on its stdin, an answer on its stdout, words on its stderr. It never
 * outlives its parent, and the parent never waits longer than it wants. It does not know what the work is.
 */

import { bindToParent, killGroup } from "./libc.ts";

/** What to start. */
export interface ChildCommand {
  readonly path: string;
  readonly args: readonly string[];
}

export interface ChildOptions {
  readonly timeoutMs: number;
  /** Ends the child at once. */
  readonly signal?: AbortSignal | undefined;
}

/** How a child ended; it is reaped. */
export interface ChildEnd {
  readonly code: number;
  /** The signal that ended it. */
  readonly endedBy: Deno.Signal | null;
  readonly timedOut: boolean;
  readonly stdout: Uint8Array<ArrayBuffer>;
  readonly stderr: string;
}

/** What every request carries. */
interface Bound {
  readonly parentPid: number;
}

/** Runs a child to its end. Rejects only when it cannot be started and when `signal` is aborted. */
export async function runChild(
  command: ChildCommand,
  request: object,
  { timeoutMs, signal }: ChildOptions,
): Promise<ChildEnd> {
  signal?.throwIfAborted();
  const child = new Deno.Command(command.path, {
    args: [...command.args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    // Its own process group from the start: Ctrl-C in a terminal is for the exporter to handle.
    detached: true,
  }).spawn();
  // Not the signal option of the command, which asks politely: a child that is stopped would not hear it.
  const kill = () => killGroup(child.pid);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, timeoutMs);
  signal?.addEventListener("abort", kill, { once: true });
  try {
    const bound: Bound = { ...request, parentPid: Deno.pid };
    const writer = child.stdin.getWriter();
    const sent = writer.write(new TextEncoder().encode(JSON.stringify(bound)))
      .then(() => writer.close())
      .catch(() => {/* the child ended before it read; its status tells */});
    const { code, signal: endedBy, stdout, stderr } = await child.output();
    await sent;
    signal?.throwIfAborted();
    return { code, endedBy, timedOut, stdout, stderr: new TextDecoder().decode(stderr).trim() };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", kill);
  }
}

/** In the child: the request; undefined when the parent is gone, so that there is nobody to work for. */
export async function readRequest<Request extends object>(): Promise<Request | undefined> {
  const text = await new Response(Deno.stdin.readable).text();
  if (text === "") return undefined; // the parent was killed before it wrote
  const request: Request & Bound = JSON.parse(text);
  return bindToParent(request.parentPid) ? request : undefined;
}
