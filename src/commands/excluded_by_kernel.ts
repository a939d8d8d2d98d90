/** Decides whether an alternative is for the running kernel; it must not know what is in it. */

import type { AlternativeConfig } from "../config/config.ts";
import { kernelInRange, parseKernelRange } from "../config/kernel_range.ts";
import { kernelRelease, parseKernelRelease } from "../kernel/kernel_release.ts";

/** Why an alternative with a `kernel:` range is not for this kernel. */
export function excludedByKernel({ kernel }: AlternativeConfig): string | undefined {
  if (kernel === undefined) return undefined;
  const release = kernelRelease();
  return kernelInRange(parseKernelRange(kernel), parseKernelRelease(release))
    ? undefined
    : `it is for kernels ${kernel}, and this is ${release}`;
}
