/**
 * The compile child's life as its parent sees it: started, given the source, bounded in time, reaped. The parent never
 * maps libbcc.
 */

import {
  type ChildCommand,
  type ChildEnd,
  type ChildOptions,
  runChild,
} from "../kernel/child_process.ts";
import { processExists } from "../kernel/libc.ts";
import { COMPILED_PROGRAM_FORMAT, type CompiledProgram } from "./compiled_program.ts";
import {
  COMPILER_UNAVAILABLE,
  type CompileRequest,
  type KernelTypes,
  NEXT_ATTEMPT,
  type ProgramSource,
} from "./compile_request.ts";

export interface CompileOptions extends ChildOptions {
  readonly kernelTypes: KernelTypes;
  /** How to start this program again as a compile child. */
  readonly childCommand: ChildCommand;
}

/** What came of a compilation. `output` is all that clang and libbcc printed. */
export type CompileResult =
  | { readonly compiled: CompiledProgram; readonly output: string }
  | {
    readonly compiled?: undefined;
    readonly reason: string;
    readonly output: string;
    /** The code was not looked at: no libbcc, or no kernel types. */
    readonly unavailable?: true;
  };

/** The last words of C++ and of LLVM. */
const OUT_OF_MEMORY = /std::bad_alloc|LLVM ERROR: out of memory/;

const FOLDER_PREFIX = "ebpf_exporter_compile_";

/** What tells process ids of one container from those of another that shares its temporary files. */
function pidNamespace(): string {
  try {
    return Deno.readLinkSync("/proc/self/ns/pid").replace(/\D/g, "");
  } catch {
    return "0"; // a kernel without CONFIG_PID_NS has one for all
  }
}

/** No compilation takes as long: a folder as old as this is left over, whoever made it. */
const LEFT_OVER_MS = 24 * 3_600_000;

/**
 * Removes the folders of compilations whose exporter was killed. To be called before the first compilation: a folder of this
 * process's own id is another's, since a container gives its first process the same id each time.
 */
export function removeStaleFolders(temporaryFolder: string): void {
  const uid = Deno.uid();
  const namespace = pidNamespace();
  for (const name of listFolder(temporaryFolder)) {
    const [, where, pid] = name.match(`^${FOLDER_PREFIX}(\\d+)_(\\d+)_`) ?? [];
    if (where === undefined) continue;
    const isOver = where === namespace &&
      (Number(pid) === Deno.pid || !processExists(Number(pid)));
    const path = `${temporaryFolder}/${name}`;
    try {
      const { uid: owner, isDirectory, mtime } = Deno.lstatSync(path);
      const isOld = Date.now() - (mtime?.getTime() ?? Date.now()) > LEFT_OVER_MS;
      if (isDirectory && owner === uid && (isOver || isOld)) {
        Deno.removeSync(path, { recursive: true });
      }
    } catch { /* another exporter was faster */ }
  }
}

/** Names in a folder; none where it cannot be read, which the first compilation will tell. */
function listFolder(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map(({ name }) => name);
  } catch {
    return [];
  }
}

/** The folder for temporary files, as the C library's tmpfile users understand it. */
export function temporaryFolder(): string {
  return Deno.env.get("TMPDIR") || "/tmp";
}

/** Compiles one program in a child of its own. Never throws for what the program or libbcc does. */
export async function compileProgram(
  source: ProgramSource,
  options: CompileOptions,
): Promise<CompileResult> {
  let folder: string;
  try {
    // Made with mode 0700 and an unguessable name: nobody else can plant headers in it.
    folder = Deno.makeTempDirSync({
      dir: temporaryFolder(),
      prefix: `${FOLDER_PREFIX}${pidNamespace()}_${Deno.pid}_`,
    });
  } catch (error) {
    const words = error instanceof Error ? error.message.replace(/ \(os error.*/s, "") : error;
    const reason =
      `cannot make a folder in "${temporaryFolder()}": ${words}; name a folder that can be written to in TMPDIR`;
    return { reason, output: "", unavailable: true };
  }
  try {
    const request: CompileRequest = { source, kernelTypes: options.kernelTypes, folder };
    return readAnswer(await runChild(options.childCommand, request, options), options.timeoutMs);
  } finally {
    removeFolder(folder);
  }
}

function removeFolder(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch { /* somebody cleared the temporary files */ }
}

function readAnswer(
  { code, endedBy, timedOut, stdout, stderr }: ChildEnd,
  timeoutMs: number,
): CompileResult {
  // Headers that are too new for libbcc's clang fail in their own lines: what counts is what BTF brought.
  const output = stderr.split(NEXT_ATTEMPT).at(-1)!.trim();
  if (timedOut) {
    const reason = `compiling took longer than ${
      timeoutMs / 1000
    } s (--compile.timeout) and was ended`;
    return { reason, output };
  }
  if (endedBy) {
    const cause = OUT_OF_MEMORY.test(output) ? ": the code takes more memory than it may" : "";
    return { reason: `the compiler was ended by ${endedBy}${cause}`, output };
  }
  if (code === COMPILER_UNAVAILABLE) return { reason: output, output: "", unavailable: true };
  if (code !== 0) return { reason: "the code does not compile", output };
  const compiled = JSON.parse(new TextDecoder().decode(stdout)) as CompiledProgram;
  if (compiled.format !== COMPILED_PROGRAM_FORMAT) {
    return { reason: "the compile child is of another version", output };
  }
  return { compiled, output };
}
