/** Whether kernel headers of exactly the running kernel are installed, where libbcc looks for them. */

import { kernelRelease } from "../kernel/kernel_release.ts";

/** The folder of installed headers, or undefined. A `build` link may dangle: in images it often does. */
export function findKernelHeaders(release = kernelRelease()): string | undefined {
  for (const part of ["build", "source"]) {
    const folder = `/lib/modules/${release}/${part}`;
    try {
      if (Deno.statSync(`${folder}/include/linux/kconfig.h`).isFile) return folder;
    } catch { /* not here */ }
  }
  return undefined;
}
