/**
 * bpf(2): maps and programs. Layouts of `union bpf_attr` are those of `include/uapi/linux/bpf.h`; fields that a
 * kernel does not know stay 0, which every kernel accepts whatever size it expects.
 */

import { E2BIG, EINVAL, ENOSPC, EPERM, SystemCallError } from "./errno.ts";
import { addressOf, bpf, cString, holding, raiseMemlock } from "./libc.ts";
import { OwnedFd } from "./owned_fd.ts";

const BPF_MAP_CREATE = 0, BPF_PROG_LOAD = 5, BPF_OBJ_GET_INFO_BY_FD = 15;
const BPF_RAW_TRACEPOINT_OPEN = 17;
/** A name holds 15 characters and a NUL. */
const BPF_OBJ_NAME_LEN = 16;

/** `enum bpf_map_type`, those that the exporter reads or treats apart. */
export const MapType = {
  HASH: 1,
  ARRAY: 2,
  PROG_ARRAY: 3,
  PERF_EVENT_ARRAY: 4,
  PERCPU_HASH: 5,
  PERCPU_ARRAY: 6,
  LRU_HASH: 9,
  LRU_PERCPU_HASH: 10,
  ARRAY_OF_MAPS: 12,
  HASH_OF_MAPS: 13,
} as const;

/** `enum bpf_prog_type`, those that probes here run. */
export const ProgramType = { KPROBE: 2, TRACEPOINT: 5, RAW_TRACEPOINT: 17 } as const;
export type ProgramType = typeof ProgramType[keyof typeof ProgramType];

/** What helps where bpf(2) gives EPERM. */
export const REMEDY_EPERM =
  "run as root or with CAP_BPF and CAP_PERFMON (before Linux 5.8: CAP_SYS_ADMIN), outside a seccomp profile that refuses bpf(2)";

/** Letters that the kernel allows in the names of BPF objects. */
function objectName(name: string): Uint8Array {
  return cString(name.replace(/[^A-Za-z0-9_.]/g, "_").slice(0, BPF_OBJ_NAME_LEN - 1));
}

/**
 * Runs an attempt again with what older kernels and tighter hosts need: RLIMIT_MEMLOCK raised where the kernel
 * charges BPF memory to it (EPERM before 5.11), the name left out where it knows none (EINVAL or E2BIG
 * before 4.15).
 */
function withRetries(attempt: (named: boolean) => number): number {
  let result = attempt(true);
  if (result === -EPERM && raiseMemlock()) result = attempt(true);
  if (result === -EINVAL || result === -E2BIG) result = attempt(false);
  return result;
}

export interface MapDefinition {
  readonly name: string;
  readonly type: number;
  readonly keySize: number;
  readonly leafSize: number;
  readonly maxEntries: number;
  readonly flags: number;
}

/** Creates a map. The caller owns the fd; throws `SystemCallError`. */
export function createMap(definition: MapDefinition): OwnedFd {
  const { name, type, keySize, leafSize, maxEntries, flags } = definition;
  const attr = new Uint8Array(72);
  const view = new DataView(attr.buffer);
  [type, keySize, leafSize, maxEntries, flags].forEach((field, index) =>
    view.setUint32(index * 4, field, true)
  );
  const MAP_NAME_OFFSET = 28;
  const fd = withRetries((named) => {
    attr.fill(0, MAP_NAME_OFFSET, MAP_NAME_OFFSET + BPF_OBJ_NAME_LEN);
    if (named) attr.set(objectName(name), MAP_NAME_OFFSET);
    return bpf(BPF_MAP_CREATE, attr);
  });
  if (fd < 0) {
    throw new SystemCallError(
      `creating table "${name}" (type ${type}, key ${keySize} bytes, leaf ${leafSize} bytes, ${maxEntries} entries)`,
      -fd,
      fd === -EPERM ? REMEDY_EPERM : undefined,
    );
  }
  return new OwnedFd(fd);
}

export interface ProgramLoad {
  readonly name: string;
  readonly type: ProgramType;
  /** `struct bpf_insn` after `struct bpf_insn`, map references filled in. */
  readonly instructions: Uint8Array<ArrayBuffer>;
  readonly license: string;
  readonly kernVersion: number;
}

/** The verifier refused a function, or the kernel would not even look at it. */
export class ProgramLoadError extends SystemCallError {
  constructor(attempted: string, errno: number, readonly verifierLog: string, remedy?: string) {
    super(attempted, errno, remedy);
  }
}

/** Before 5.2 the kernel takes no larger buffer (UINT_MAX >> 8, kernel/bpf/verifier.c). */
const LONGEST_LOG = (1 << 24) - 1;

/** Loads a function. The caller owns the fd; throws `ProgramLoadError` with the verifier's whole log. */
export function loadFunction(load: ProgramLoad): OwnedFd {
  const attr = new Uint8Array(128);
  const view = new DataView(attr.buffer);
  const license = cString(load.license);
  view.setUint32(0, load.type, true);
  view.setUint32(4, load.instructions.length / 8, true);
  view.setBigUint64(8, addressOf(load.instructions), true);
  view.setBigUint64(16, addressOf(license), true);
  view.setUint32(40, load.kernVersion, true);
  const PROG_NAME_OFFSET = 48;
  const attempt = (named: boolean) => {
    attr.fill(0, PROG_NAME_OFFSET, PROG_NAME_OFFSET + BPF_OBJ_NAME_LEN);
    if (named) attr.set(objectName(load.name), PROG_NAME_OFFSET);
    return holding([load.instructions, license], () => bpf(BPF_PROG_LOAD, attr));
  };
  const fd = withRetries(attempt);
  if (fd >= 0) return new OwnedFd(fd);

  // Only now is a log worth its memory. A log that does not fit gives ENOSPC: ask again with more room.
  let log = "";
  let errno = -fd;
  for (const size of [1 << 20, LONGEST_LOG]) {
    const buffer = new Uint8Array(size);
    view.setUint32(24, 1, true);
    view.setUint32(28, size, true);
    view.setBigUint64(32, addressOf(buffer), true);
    const again = holding([buffer], () => attempt(false));
    if (again >= 0) return new OwnedFd(again);
    log = new TextDecoder().decode(buffer.subarray(0, Math.max(0, buffer.indexOf(0))));
    if (again !== -ENOSPC) {
      errno = -again;
      break;
    }
  }
  throw new ProgramLoadError(
    `loading function "${load.name}"`,
    errno,
    log,
    errno === EPERM && log === "" ? REMEDY_EPERM : undefined,
  );
}

/** Tag (16 hex digits, as bpftool shows it) and id of a loaded function: `struct bpf_prog_info`. */
export function functionInfo(fd: number): { tag: string; id: number } {
  const info = new Uint8Array(16);
  const attr = new Uint8Array(16);
  const view = new DataView(attr.buffer);
  view.setUint32(0, fd, true);
  view.setUint32(4, info.length, true);
  view.setBigUint64(8, addressOf(info), true);
  const result = holding([info], () => bpf(BPF_OBJ_GET_INFO_BY_FD, attr));
  if (result < 0) throw new SystemCallError("asking for a function's tag", -result);
  return { id: new DataView(info.buffer).getUint32(4, true), tag: info.subarray(8).toHex() };
}

/** Attaches a loaded function to a raw tracepoint for as long as the fd is open. Returns it, or a negated errno. */
export function openRawTracepoint(name: string, functionFd: number): number {
  const nameBuffer = cString(name);
  const attr = new Uint8Array(16);
  const view = new DataView(attr.buffer);
  view.setBigUint64(0, addressOf(nameBuffer), true);
  view.setUint32(8, functionFd, true);
  return holding([nameBuffer], () => bpf(BPF_RAW_TRACEPOINT_OPEN, attr));
}
