/** What of BPF and kprobes the kernel holds at the moment, whoever made it. */

import { bpf } from "../../src/kernel/libc.ts";

/** Commands of bpf(2), `include/uapi/linux/bpf.h`. */
const BPF_PROG_GET_NEXT_ID = 11, BPF_MAP_GET_NEXT_ID = 12;
const ENOENT = 2;

function listIds(command: number): number[] {
  const attr = new Uint8Array(16);
  const view = new DataView(attr.buffer);
  const ids: number[] = [];
  for (;;) {
    const result = bpf(command, attr);
    if (result === -ENOENT) return ids;
    if (result < 0) throw new Error(`bpf command ${command}: errno ${-result}`);
    ids.push(view.getUint32(4, true));
    view.setUint32(0, ids.at(-1)!, true);
  }
}

/** Empty lists where nobody uses BPF or kprobes. */
export interface KernelObjects {
  readonly functions: readonly number[];
  readonly tables: readonly number[];
  /** Lines of the list of kprobes, however they were made. */
  readonly kprobes: readonly string[];
  /** Lines of `kprobe_events`: kprobes with a name, which stay until somebody deletes them. */
  readonly namedKprobes: readonly string[];
}

function readLines(path: string): string[] {
  return Deno.readTextFileSync(path).split("\n").filter(Boolean);
}

/** Takes stock. */
export function listKernelObjects(): KernelObjects {
  return {
    functions: listIds(BPF_PROG_GET_NEXT_ID),
    tables: listIds(BPF_MAP_GET_NEXT_ID),
    kprobes: readLines("/sys/kernel/debug/kprobes/list"),
    namedKprobes: readLines("/sys/kernel/tracing/kprobe_events"),
  };
}

/** The same where nothing is. */
export const NOTHING: KernelObjects = { functions: [], tables: [], kprobes: [], namedKprobes: [] };
