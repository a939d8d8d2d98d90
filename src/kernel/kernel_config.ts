/** The configuration that the running kernel was built with. */

import { gunzipSync } from "node:zlib";
import { kernelRelease } from "./kernel_release.ts";

/** The kernel's `.config`, or null where neither the kernel nor `/boot` has it. */
export function readKernelConfig(): string | null {
  try {
    return new TextDecoder().decode(gunzipSync(Deno.readFileSync("/proc/config.gz")));
  } catch { /* built without CONFIG_IKCONFIG_PROC */ }
  try {
    return Deno.readTextFileSync(`/boot/config-${kernelRelease()}`) || null;
  } catch {
    return null;
  }
}
