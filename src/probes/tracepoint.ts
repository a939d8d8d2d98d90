/** Tracepoints `category:name`: a perf event on the trace event of that name. */

import { ProgramType } from "../kernel/bpf.ts";
import { describeErrno, ENOENT } from "../kernel/errno.ts";
import { openTracepointEvent } from "../kernel/perf_event.ts";
import { listEvents, openTracefs, readEventId } from "../kernel/tracefs.ts";
import { AttachError, type ProbeType } from "./attachment.ts";

/** How much of the longer name the two have in common at its ends, 0 to 1: a slip of the hand leaves most of it. */
function likeness(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let start = 0, end = 0;
  while (start < shorter && a[start] === b[start]) start++;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return (start + end) / Math.max(a.length, b.length);
}

/** Events of a like name, and those of the same category whose name holds this one; nearest first, for a hint. */
export function nearEvents(category: string, name: string, events: readonly string[]): string[] {
  const LIKE = 0.75;
  const core = name.replace(/^(sys_enter_|sys_exit_|sched_|block_)/, "");
  return events.map((event): [string, number] => {
    const [otherCategory, otherName = ""] = event.split(":");
    const near = likeness(name, otherName);
    const holds = otherCategory === category &&
      (otherName.includes(core) || core.includes(otherName));
    return [event, near >= LIKE ? near : holds ? LIKE / 2 : 0];
  }).filter(([, near]) => near > 0).sort(([, a], [, b]) => b - a).slice(0, 5)
    .map(([event]) => event);
}

function missing(category: string, name: string): string {
  const near = nearEvents(category, name, listEvents());
  return `this kernel has no such tracepoint${
    near.length > 0 ? `; near names: ${near.join(", ")}` : ""
  }`;
}

export const tracepointType: ProbeType = {
  programType: ProgramType.TRACEPOINT,
  findObstacle(name) {
    const [category, event] = name.split(":");
    try {
      const id = readEventId(openTracefs(), category, event);
      return id === undefined ? missing(category, event) : undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  },
  attach(name, functionFd) {
    const [category, event] = name.split(":");
    try {
      const id = readEventId(openTracefs(), category, event);
      if (id === undefined) {
        throw new AttachError(
          `${describeErrno(ENOENT)}: ${missing(category, event)}`,
        );
      }
      const attached = openTracepointEvent(id, functionFd);
      return { detach: () => attached.close() };
    } catch (error) {
      if (error instanceof AttachError) throw error;
      throw new AttachError(error instanceof Error ? error.message : String(error));
    }
  },
};
