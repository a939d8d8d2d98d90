/** What of BPF and kprobes the kernel holds at the moment, whoever made it. */

import { kernelObjects } from "../e2e/kernel_objects.ts";

/** Empty lists where nobody uses BPF or kprobes. */
export interface KernelObjects {
  /** Programs and maps by name. */
  readonly bpf: readonly string[];
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
    bpf: kernelObjects(""),
    kprobes: readLines("/sys/kernel/debug/kprobes/list"),
    namedKprobes: readLines("/sys/kernel/tracing/kprobe_events"),
  };
}

/** The same where nothing is. */
export const NOTHING: KernelObjects = { bpf: [], kprobes: [], namedKprobes: [] };
