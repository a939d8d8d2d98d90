/** The running kernel's version and machine. */

/** What `uname -r` says. */
export function kernelRelease(): string {
  return Deno.osRelease();
}

/** Major, minor and patch of a release such as `6.1.0-18-amd64`. */
export function parseKernelRelease(release: string): [number, number, number] {
  const [, major = "0", minor = "0", patch = "0"] = release.match(/^(\d+)\.(\d+)(?:\.(\d+))?/) ??
    [];
  return [Number(major), Number(minor), Number(patch)];
}

/**
 * `LINUX_VERSION_CODE` of the running kernel. Debian and Ubuntu keep `uname -r` at patch 0 and say the true version
 * elsewhere: `uname -v` (here by `/proc/version`) and `/proc/version_signature`.
 */
export function kernelVersionCode(
  release = kernelRelease(),
  version = readText("/proc/version"),
  signature = readText("/proc/version_signature"),
): number {
  const debian = version.match(/ Debian (\d+\.\d+\.\d+)/)?.[1];
  const ubuntu = signature.match(/ (\d+\.\d+\.\d+)\s*$/)?.[1];
  const [major, minor, patch] = parseKernelRelease(debian ?? ubuntu ?? release);
  // include/linux/version.h: a patch level above 255 would run into the minor one.
  return (major << 16) + (minor << 8) + Math.min(patch, 255);
}

/** `uname -m`. */
export function machine(): string {
  return Deno.build.arch;
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
