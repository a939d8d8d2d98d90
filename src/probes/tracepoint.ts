/** Tracepoints `category:name`: a perf event on the trace event of that name. */

import { ProgramType } from "../kernel/bpf.ts";
import { describeErrno, ENOENT } from "../kernel/errno.ts";
import { openTracepointEvent } from "../kernel/perf_event.ts";
import { listEvents, openTracefs, readEventId } from "../kernel/tracefs.ts";
import { AttachError, type ProbeType } from "./attachment.ts";

/** Events of the same category, or of the same name elsewhere, for a hint. */
export function nearEvents(category: string, name: string, events: readonly string[]): string[] {
  const core = name.replace(/^(sys_enter_|sys_exit_|sched_|block_)/, "");
  return events.filter((event) => {
    const [otherCategory, otherName = ""] = event.split(":");
    return otherName === name ||
      (otherCategory === category && (otherName.includes(core) || core.includes(otherName)));
  }).slice(0, 5);
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
