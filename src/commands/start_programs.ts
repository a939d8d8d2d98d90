/** Starts the programs of a configuration as serving and checking both do, and logs what became of each. */

import type { AlternativeConfig, Config } from "../config/config.ts";
import { kernelInRange, parseKernelRange } from "../config/kernel_range.ts";
import { formatProblem } from "../config/problem.ts";
import { removeStaleFolders, temporaryFolder } from "../compiler/compile_program.ts";
import { type Exporter, openExporter } from "../exporter.ts";
import { kernelRelease, parseKernelRelease } from "../kernel/kernel_release.ts";
import { mountedTracefs } from "../kernel/tracefs.ts";
import type { Log } from "../log.ts";
import type { ProgramState } from "../program_run.ts";
import type { ProgramOptions } from "./args.ts";
import { createCompileAlternative } from "./compile_alternative.ts";
import { openProgress } from "./progress.ts";
import { withSourceLine } from "./source_line.ts";

/** Why an alternative with a `kernel:` range is not for this kernel. */
export function excludedByKernel({ kernel }: AlternativeConfig): string | undefined {
  if (kernel === undefined) return undefined;
  const release = kernelRelease();
  return kernelInRange(parseKernelRange(kernel), parseKernelRelease(release))
    ? undefined
    : `it is for kernels ${kernel}, and this is ${release}`;
}

function logProgram(state: ProgramState, log: Log): void {
  const { config, alternative, reason, probes, kernelTypes } = state;
  if (alternative === 0) {
    log.error("program failed", { program: config.name, reason });
    return;
  }
  for (const { probe, reason } of probes) {
    if (reason !== undefined) {
      const { file, line, column } = probe.place;
      log.warn("probe not attached", {
        program: config.name,
        probe: `${probe.kind}:${probe.name}`,
        place: `${file}:${line}:${column}`,
        reason,
      });
    }
  }
  const count = config.alternatives.length;
  if (reason !== undefined) {
    log.info("alternatives passed over", { program: config.name, reason });
  }
  log.info("program running", {
    program: config.name,
    ...(count > 1 ? { alternative: `${alternative} of ${count}` } : {}),
    probes: probes.filter(({ attached }) => attached)
      .map(({ probe }) => `${probe.kind}:${probe.name}`).join(" "),
    kernel_types: kernelTypes,
  });
}

/** Starts all programs; rejects only when `signal` is aborted. `onProgram` is told of each as it is decided. */
export async function startPrograms(
  config: Config,
  options: ProgramOptions,
  log: Log,
  signal: AbortSignal,
  onProgram: (state: ProgramState) => void,
): Promise<Exporter> {
  removeStaleFolders(temporaryFolder());
  const progress = openProgress(config.programs.length);
  const tracefsBefore = mountedTracefs();
  const exporter = await openExporter(config, {
    strict: options.strict,
    compile: createCompileAlternative(options, log, progress, signal),
    excluded: excludedByKernel,
    signal,
    onProgram(state) {
      progress.clear();
      onProgram(state);
      logProgram(state, log);
    },
    onVerifierLog(program, verifierLog) {
      if (options.debug) log.info("verifier log", { program: program.name, log: verifierLog });
    },
  });
  const tracefs = mountedTracefs();
  if (tracefs !== tracefsBefore) log.info("mounted tracefs, which tracepoints need", { tracefs });
  for (const problem of exporter.problems) {
    log.error("metric left out", { reason: formatProblem(withSourceLine(problem)) });
  }
  return exporter;
}
