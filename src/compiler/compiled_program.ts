/**
 * What the compiler makes of a program: plain data that a process without libbcc loads. It crosses a
 * process boundary as JSON; it must hold no fd and no pointer.
 */

/** Changed whenever a reader of the old form would misread the new one. */
export const COMPILED_PROGRAM_FORMAT = 1;

export interface CompiledProgram {
  readonly format: typeof COMPILED_PROGRAM_FORMAT;
  /** The code's `BPF_LICENSE`, or libbcc's default, `GPL`. */
  readonly license: string;
  /** LINUX_VERSION_CODE as the kernel before 5.0 demands it of kprobe programs. */
  readonly kernVersion: number;
  /** Where the kernel types came from, in words for the log: `headers /lib/…` or `BTF`. */
  readonly kernelTypes: string;
  readonly functions: readonly CompiledFunction[];
  readonly tables: readonly CompiledTable[];
}

export interface CompiledFunction {
  readonly name: string;
  /** `struct bpf_insn` after `struct bpf_insn`, base64; map references hold 0 as their fd. */
  readonly instructions: string;
  /** For each `ld_imm64` that names a map: index of the instruction, index into `tables`. */
  readonly tableReferences: readonly (readonly [number, number])[];
}

export interface CompiledTable {
  readonly name: string;
  /** `enum bpf_map_type`. */
  readonly type: number;
  readonly keySize: number;
  readonly leafSize: number;
  readonly maxEntries: number;
  /** `BPF_F_*` of map creation. */
  readonly flags: number;
  /** libbcc's JSON description of the key, e.g. `["key_t", [["ip", "unsigned long long"]], "struct"]`. */
  readonly keyDescription: string;
  /** The same for the leaf. */
  readonly leafDescription: string;
}
