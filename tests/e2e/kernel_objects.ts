/** Which BPF programs and maps the kernel has, by name: the oracle for what a killed exporter leaves. */

import { addressOf, bpf, closeFd, processExists } from "../../src/kernel/libc.ts";

const BPF_PROG_GET_NEXT_ID = 11, BPF_MAP_GET_NEXT_ID = 12;
const BPF_PROG_GET_FD_BY_ID = 13, BPF_MAP_GET_FD_BY_ID = 14, BPF_OBJ_GET_INFO_BY_FD = 15;

// Opens libc before any test, which would else be charged with it as a leak.
processExists(Deno.pid);

/** Name's offset in `struct bpf_prog_info` and `struct bpf_map_info` (include/uapi/linux/bpf.h). */
const PROG_NAME_OFFSET = 64, MAP_NAME_OFFSET = 24, NAME_SIZE = 16;

/** Names of all programs and maps that contain `part`, e.g. `program on_enter`; names have at most 15 characters. */
export function kernelObjects(part: string): string[] {
  return [
    ...names(BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID, PROG_NAME_OFFSET)
      .map((name) => `program ${name}`),
    ...names(BPF_MAP_GET_NEXT_ID, BPF_MAP_GET_FD_BY_ID, MAP_NAME_OFFSET)
      .map((name) => `map ${name}`),
  ].filter((name) => name.includes(part));
}

function names(nextId: number, fdById: number, nameOffset: number): string[] {
  const found: string[] = [];
  const attr = new Uint8Array(16);
  const view = new DataView(attr.buffer);
  for (let id = 0;;) {
    attr.fill(0);
    view.setUint32(0, id, true);
    if (bpf(nextId, attr) < 0) return found;
    id = view.getUint32(4, true);
    attr.fill(0);
    view.setUint32(0, id, true);
    const fd = bpf(fdById, attr);
    if (fd < 0) continue; // gone meanwhile
    found.push(nameOf(fd, nameOffset));
    closeFd(fd);
  }
}

function nameOf(fd: number, nameOffset: number): string {
  const info = new Uint8Array(nameOffset + NAME_SIZE);
  const attr = new Uint8Array(16);
  const view = new DataView(attr.buffer);
  view.setUint32(0, fd, true);
  view.setUint32(4, info.length, true);
  view.setBigUint64(8, addressOf(info), true);
  if (bpf(BPF_OBJ_GET_INFO_BY_FD, attr) < 0) return "";
  const name = info.subarray(nameOffset);
  return new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
}
