/** Where tracefs is mounted and what it says of trace events. */

import { describeErrno } from "./errno.ts";
import { mountPseudo, processExists } from "./libc.ts";

/** `/sys/kernel/debug/tracing` is the older place; libbcc prefers it as well where it exists. */
const PLACES = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

/** Where tracefs is mounted already; undefined where it is not, or not for this process. */
export function mountedTracefs(): string | undefined {
  for (const place of PLACES) {
    try {
      Deno.statSync(`${place}/events`);
      return place;
    } catch { /* not mounted here, or not for us */ }
  }
  return undefined;
}

/** tracefs as this process sees it, mounted at its usual place if nobody did that yet; throws with the remedy. */
export function openTracefs(): string {
  const mounted = mountedTracefs();
  if (mounted) return mounted;
  const result = mountPseudo("tracefs", PLACES[0]);
  const place = mountedTracefs();
  if (place) return place;
  throw new Error(
    `tracefs is not to be had at ${PLACES.join(" or ")}${
      result < 0 ? `, and mounting it failed: ${describeErrno(-result)}` : ""
    }; run \`mount -t tracefs tracefs ${PLACES[0]}\` as root, or give the container that mount`,
  );
}

/** The id of a trace event, or undefined where the kernel has no such event. */
export function readEventId(tracefs: string, category: string, name: string): number | undefined {
  try {
    return Number(Deno.readTextFileSync(`${tracefs}/events/${category}/${name}/id`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The fields of a trace event as tracefs describes them; empty where the kernel has no such event. */
export function readEventFormat(tracefs: string, category: string, name: string): string {
  try {
    return Deno.readTextFileSync(`${tracefs}/events/${category}/${name}/format`);
  } catch {
    return "";
  }
}

/** All events as `category:name`, for hints; empty where the list cannot be read. */
export function listEvents(): string[] {
  try {
    return Deno.readTextFileSync(`${openTracefs()}/available_events`).split("\n").filter(Boolean);
  } catch {
    return [];
  }
}

/** Whether the kernel can trace the function (and so lets a kprobe on it); undefined where it does not tell. */
export function isTraceable(kernelFunction: string): boolean | undefined {
  try {
    // A line is a name, and its module in brackets (Documentation/trace/ftrace.rst).
    const list = Deno.readTextFileSync(`${openTracefs()}/available_filter_functions`);
    return `\n${list}`.includes(`\n${kernelFunction}\n`) ||
      `\n${list}`.includes(`\n${kernelFunction} `);
  } catch {
    return undefined;
  }
}

const GROUP = "ebpf_exporter_";

/** A named kprobe in tracefs, for kernels before 4.17; it stays until it is deleted. */
export interface NamedKprobe {
  readonly group: string;
  readonly name: string;
}

/**
 * Makes a named kprobe (Documentation/trace/kprobetrace.rst); throws a `Deno.errors` error whose text ends in the kernel's errno.
 * The group carries this process's id, so that the next start can tell what a killed one left.
 */
export function createNamedKprobe(
  tracefs: string,
  kernelFunction: string,
  isReturn: boolean,
): NamedKprobe {
  const group = `${GROUP}${Deno.pid}`;
  const name = `${isReturn ? "r" : "p"}_${kernelFunction.replace(/\W/g, "_")}`;
  Deno.writeTextFileSync(
    `${tracefs}/kprobe_events`,
    `${isReturn ? "r" : "p"}:${group}/${name} ${kernelFunction}\n`,
    { append: true, create: false },
  );
  return { group, name };
}

/** Deletes a named kprobe; one that is in use or gone is left as it is. */
export function deleteNamedKprobe(tracefs: string, { group, name }: NamedKprobe): void {
  try {
    Deno.writeTextFileSync(`${tracefs}/kprobe_events`, `-:${group}/${name}\n`, {
      append: true,
      create: false,
    });
  } catch { /* somebody else deleted it */ }
}

/** Deletes the named kprobes of exporters that no longer run. */
export function deleteStaleKprobes(tracefs: string): void {
  let events: string;
  try {
    events = Deno.readTextFileSync(`${tracefs}/kprobe_events`);
  } catch {
    return;
  }
  for (const [, pid, name] of events.matchAll(/^[pr]\d*:ebpf_exporter_(\d+)\/(\S+)/gm)) {
    if (!processExists(Number(pid))) deleteNamedKprobe(tracefs, { group: `${GROUP}${pid}`, name });
  }
}
