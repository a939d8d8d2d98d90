/** Gets ready to compile a configuration's programs, for serving and for checking; it compiles nothing itself. */

import { removeStaleFolders, temporaryFolder } from "../compiler/compile_program.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../log.ts";
import type { ProgramOptions } from "./args.ts";
import { type CompileAlternative, createCompileAlternative } from "./compile_alternative.ts";
import { openProgress, type Progress } from "./progress.ts";

/** How alternatives are compiled, and what a terminal shows meanwhile. */
export interface Compiling {
  readonly compile: CompileAlternative;
  readonly progress: Progress;
}

/** Removes what killed compilers have left, and opens the gate for new ones; `signal` ends them. */
export function openCompiling(
  config: Config,
  options: ProgramOptions,
  log: Log,
  signal: AbortSignal,
): Compiling {
  removeStaleFolders(temporaryFolder());
  const progress = openProgress(config.programs.length);
  return { compile: createCompileAlternative(options, log, progress, signal), progress };
}
