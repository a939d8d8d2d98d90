/** What the compiling parent sends its child on stdin as JSON; the child answers with a `CompiledProgram`. */

/** Where libbcc gets kernel types from: installed headers, BTF, or headers and else BTF. */
export type KernelTypes = "auto" | "headers" | "btf";

/** A program's code and what else its compilation depends on; no kernel state. */
export interface ProgramSource {
  readonly name: string;
  readonly code: string;
  readonly cflags: readonly string[];
}

export interface CompileRequest {
  readonly source: ProgramSource;
  readonly kernelTypes: KernelTypes;
  /** An empty folder of the parent's for the header tree; the parent removes it. */
  readonly folder: string;
}

/** Exit status of a child that could not even try: no libbcc, or no kernel types. */
export const COMPILER_UNAVAILABLE = 3;

/** A line of the child's words: what stands above it is of an attempt that another one has replaced. */
export const NEXT_ATTEMPT = "ebpf_exporter: compiling again with kernel types from BTF";
