/** Kprobes and kretprobes: by the kprobe PMU (4.17), and by names in tracefs on kernels before it. */

import { ProgramType } from "../kernel/bpf.ts";
import {
  describeErrno,
  EADDRNOTAVAIL,
  EINVAL,
  ENOENT,
  EOPNOTSUPP,
  SystemCallError,
} from "../kernel/errno.ts";
import { findNearFunctions, type NearFunctions } from "../kernel/near_functions.ts";
import type { OwnedFd } from "../kernel/owned_fd.ts";
import {
  type KprobePmu,
  openKprobeEvent,
  openTracepointEvent,
  readKprobePmu,
} from "../kernel/perf_event.ts";
import {
  createNamedKprobe,
  deleteNamedKprobe,
  deleteStaleKprobes,
  isTraceable,
  openTracefs,
  readEventId,
} from "../kernel/tracefs.ts";
import { AttachError, type Attachment, type ProbeType } from "./attachment.ts";

/** Why a name was refused, as far as the kernel's lists tell. */
function explain(kernelFunction: string, errno: number): string {
  const found = readNearFunctions(kernelFunction);
  if (!found) return "";
  const { exists, near } = found;
  const hint = near.length > 0 ? `; near names: ${near.join(", ")}` : "";
  // kprobe_events of newer kernels answers EINVAL.
  if (!exists && [ENOENT, EINVAL].includes(errno)) {
    return `this kernel has no function of that name, or it is inlined everywhere${hint}`;
  }
  if (exists && errno === EADDRNOTAVAIL) {
    return `this kernel has several functions of that name, and a probe could mean any of them${hint}`;
  }
  if (exists && [EINVAL, EOPNOTSUPP].includes(errno)) {
    const why = isBlacklisted(kernelFunction)
      ? "must not be probed (see /sys/kernel/debug/kprobes/blacklist)"
      : isTraceable(kernelFunction) === false
      ? "was compiled without a place for probes (notrace, as each inline function is)"
      : "cannot be probed";
    return `the function is there, but ${why}${hint}`;
  }
  return hint.slice(2);
}

/** Whether the kernel lists the function among those whose probing would bring it down. */
function isBlacklisted(kernelFunction: string): boolean {
  try {
    const list = Deno.readTextFileSync("/sys/kernel/debug/kprobes/blacklist");
    return list.includes(`\t${kernelFunction}\n`);
  } catch {
    return false; // debugfs is not mounted, or not for us
  }
}

/** Undefined where kallsyms cannot be read. */
function readNearFunctions(name: string): NearFunctions | undefined {
  try {
    return findNearFunctions(name);
  } catch {
    return undefined;
  }
}

function failure(words: string, kernelFunction: string, errno: number): AttachError {
  const explanation = explain(kernelFunction, errno);
  return new AttachError(explanation ? `${words}: ${explanation}` : words);
}

function attachByPmu(
  pmu: KprobePmu,
  kernelFunction: string,
  isReturn: boolean,
  functionFd: number,
): Attachment {
  let event: OwnedFd;
  try {
    event = openKprobeEvent(pmu, kernelFunction, isReturn, functionFd);
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    throw failure(error.message, kernelFunction, error.errno);
  }
  return { detach: () => event.close() };
}

const NO_KPROBES =
  "this kernel has no kprobes (CONFIG_KPROBES and CONFIG_KPROBE_EVENTS are off); a tracepoint may do, e.g. as a further entry of `alternatives`";

/** Whether tracefs takes named kprobes; false as well where tracefs cannot be had. */
function hasNamedKprobes(): boolean {
  try {
    return Deno.statSync(`${openTracefs()}/kprobe_events`).isFile;
  } catch {
    return false;
  }
}

/** Kernels before 4.17: a named kprobe, and a perf event on the trace event that it makes. */
function attachByName(
  kernelFunction: string,
  isReturn: boolean,
  functionFd: number,
): Attachment {
  const tracefs = openTracefs();
  let named;
  if (!hasNamedKprobes()) throw new AttachError(NO_KPROBES);
  deleteStaleKprobes(tracefs);
  try {
    named = createNamedKprobe(tracefs, kernelFunction, isReturn);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const errno = Number(message.match(/os error (\d+)/)?.[1] ?? 0);
    throw failure(`kprobe_events: ${describeErrno(errno)}`, kernelFunction, errno);
  }
  try {
    const id = readEventId(tracefs, named.group, named.name);
    if (id === undefined) throw new AttachError("tracefs did not make the event");
    const event = openTracepointEvent(id, functionFd);
    const probe = named;
    let attached = true;
    return {
      detach() {
        if (!attached) return;
        attached = false;
        event.close();
        deleteNamedKprobe(tracefs, probe);
      },
    };
  } catch (error) {
    deleteNamedKprobe(tracefs, named);
    throw error instanceof SystemCallError ? new AttachError(error.message) : error;
  }
}

/** `findPmu` tells how the kprobe PMU is addressed; undefined takes the way of kernels without one. */
export function kprobeType(
  isReturn: boolean,
  findPmu: () => KprobePmu | undefined = readKprobePmu,
): ProbeType {
  return {
    programType: ProgramType.KPROBE,
    findObstacle: () => findPmu() || hasNamedKprobes() ? undefined : NO_KPROBES,
    attach(name, functionFd) {
      const pmu = findPmu();
      return pmu
        ? attachByPmu(pmu, name, isReturn, functionFd)
        : attachByName(name, isReturn, functionFd);
    },
  };
}
