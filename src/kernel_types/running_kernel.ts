/** Asks the running kernel what its header tree needs; it does not know what is made of the answers. */

import { gunzipSync } from "node:zlib";

export const BTF_PATH = "/sys/kernel/btf/vmlinux";

export interface RunningKernel {
  /** `uname -r`. */
  readonly release: string;
  /** `uname -m`. */
  readonly machine: string;
  /** `LINUX_VERSION_CODE` of the kernel's own build. */
  readonly versionCode: number;
  readonly btf: Uint8Array;
  /** Its `.config`, or null where none can be read. */
  readonly configText: string | null;
}

/** Reads all of it. Throws one sentence with the remedy where there is no BTF. */
export function readRunningKernel(): RunningKernel {
  const release = Deno.readTextFileSync("/proc/sys/kernel/osrelease").trim();
  const version = Deno.readTextFileSync("/proc/sys/kernel/version").trim();
  return {
    release,
    machine: Deno.build.arch,
    versionCode: vdsoVersionCode() ??
      versionCode(release, version, tryText("/proc/version_signature")),
    btf: readBtfFile(release),
    configText: configText(release),
  };
}

function readBtfFile(release: string): Uint8Array {
  try {
    return Deno.readFileSync(BTF_PATH);
  } catch (error) {
    throw new Error(
      `no kernel types for libbcc: neither headers in /lib/modules/${release}/build nor BTF in ${BTF_PATH} ` +
        `(${error instanceof Error ? error.message : error}); install linux-headers-${release}, ` +
        "or run a kernel built with CONFIG_DEBUG_INFO_BTF=y",
    );
  }
}

/**
 * `LINUX_VERSION_CODE` from what the kernel says of itself in words. Debian's release stays at `5.10.0-32-amd64`
 * while the sublevel grows, which only `uname -v` tells (`#1 SMP Debian 5.10.223-1 (…)`); Ubuntu's is the last
 * word of `/proc/version_signature`. Throws where the release begins with no version.
 */
export function versionCode(release: string, version: string, signature: string | null): number {
  const match = /(\d+)\.(\d+)\.(\d+)\s*$/.exec(signature ?? "") ??
    /\bDebian (\d+)\.(\d+)\.(\d+)/.exec(version) ??
    /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(release);
  if (match === null) {
    throw new Error(`the kernel's release "${release}" begins with no version such as 5.10.0`);
  }
  const [major, patchlevel, sublevel] = match.slice(1).map((part) => Number(part ?? 0));
  return major << 16 | patchlevel << 8 | Math.min(255, sublevel);
}

/**
 * The number itself: the kernel maps a small shared object into every process, whose ELF note of the name `Linux`
 * holds LINUX_VERSION_CODE (arch/x86/entry/vdso/vdso-note.S and its arm64 sister). Null where it cannot be read.
 */
export function vdsoVersionCode(): number | null {
  const range = /^([0-9a-f]+)-([0-9a-f]+) .*\[vdso\]$/m.exec(tryText("/proc/self/maps") ?? "");
  if (range === null) return null;
  const start = Number.parseInt(range[1], 16);
  const bytes = new Uint8Array(Number.parseInt(range[2], 16) - start);
  try {
    using memory = Deno.openSync("/proc/self/mem");
    memory.seekSync(start, Deno.SeekMode.Start);
    memory.readSync(bytes);
  } catch {
    return null;
  }
  return linuxNote(bytes);
}

/** The description of the ELF note named `Linux` of type 0 (elf(5), Notes), or null. */
export function linuxNote(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = new TextEncoder().encode("Linux\0");
  for (let at = 0; at + 24 <= bytes.length; at += 4) {
    if (view.getUint32(at, true) !== name.length || view.getUint32(at + 4, true) !== 4) continue;
    if (view.getUint32(at + 8, true) !== 0) continue;
    if (name.every((byte, i) => bytes[at + 12 + i] === byte)) return view.getUint32(at + 20, true);
  }
  return null;
}

function configText(release: string): string | null {
  try {
    return new TextDecoder().decode(gunzipSync(Deno.readFileSync("/proc/config.gz")));
  } catch {
    return tryText(`/boot/config-${release}`);
  }
}

function tryText(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return null;
  }
}
