/** Raw tracepoints (4.17): BPF_RAW_TRACEPOINT_OPEN on a bare name. */

import { openRawTracepoint, ProgramType } from "../kernel/bpf.ts";
import { describeErrno, EINVAL, ENOENT } from "../kernel/errno.ts";
import { kernelRelease, parseKernelRelease } from "../kernel/kernel_release.ts";
import { OwnedFd } from "../kernel/owned_fd.ts";
import { listEvents } from "../kernel/tracefs.ts";
import { AttachError, type ProbeType } from "./attachment.ts";
import { nearEvents } from "./tracepoint.ts";

function explain(name: string, errno: number): string {
  if (errno === EINVAL) {
    const [major, minor] = parseKernelRelease(kernelRelease());
    return major > 4 || (major === 4 && minor >= 17)
      ? ": the function reads an argument that this tracepoint does not have"
      : ": raw tracepoints need Linux 4.17";
  }
  if (errno !== ENOENT) return "";
  const near = nearEvents("", name, listEvents()).map((event) => event.split(":")[1]);
  return `: this kernel has no such tracepoint${
    near.length > 0 ? `; near names: ${near.join(", ")}` : ""
  }`;
}

export const rawTracepointType: ProbeType = {
  programType: ProgramType.RAW_TRACEPOINT,
  findObstacle: () => undefined, // only the attempt tells: tracefs lists fewer than there are
  attach(name, functionFd) {
    const result = openRawTracepoint(name, functionFd);
    if (result < 0) {
      throw new AttachError(
        `${describeErrno(-result)}${explain(name, -result)}`,
      );
    }
    const attached = new OwnedFd(result);
    return { detach: () => attached.close() };
  },
};
