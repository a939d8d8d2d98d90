/** Texts of configurations for tests, and the files that hold them. */

/** What a test wants to differ; everything else is the least that starts on any kernel with raw tracepoints. */
export interface ProgramText {
  readonly name?: string;
  /** A table of the code; its metric is `NAME_total`. */
  readonly table?: string;
  /** YAML of the probes, one line each, indented by 4. */
  readonly probes?: string;
  /** C, without indentation. */
  readonly code?: string;
}

/** One entry of `programs:`: counts system calls by nothing, so that it has exactly one series. */
export function programText(options: ProgramText = {}): string {
  const { name = "calls", table = name } = options;
  const {
    probes = "raw_tracepoints: { sys_enter: on_enter }",
    code = `BPF_ARRAY(${table}, u64, 1);
int on_enter(void *ctx) {
    ${table}.increment(0);
    return 0;
}`,
  } = options;
  return `  - name: ${name}
    metrics:
      counters:
        - name: ${name}_total
          help: Calls
          table: ${table}
          labels:
            - { name: key, decoders: [{ name: uint }] }
    ${probes.replaceAll("\n", "\n    ")}
    code: |
      ${code.replaceAll("\n", "\n      ")}
`;
}

/** A whole file of programs. */
export function configText(...programs: readonly ProgramText[]): string {
  return `programs:\n${programs.map(programText).join("")}`;
}

/** Writes `text` to `folder/name` and returns the path. */
export function writeConfig(folder: string, name: string, text: string): string {
  const path = `${folder}/${name}`;
  Deno.writeTextFileSync(path, text);
  return path;
}

/** A FIFO that nobody writes to: whoever opens it for reading waits for ever. */
export function makeFifo(path: string): string {
  const { success } = new Deno.Command("mkfifo", { args: [path] }).outputSync();
  if (!success) throw new Error(`mkfifo ${path} failed`);
  return path;
}

/** Code whose compilation never ends: clang waits for the FIFO's writer. */
export function endlessCode(fifo: string, table = "calls"): string {
  return `#include "${fifo}"
BPF_ARRAY(${table}, u64, 1);
int on_enter(void *ctx) { return 0; }`;
}
