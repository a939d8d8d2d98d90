/** Starts the programs of a configuration and logs what became of each. */

import type { Config } from "../config/config.ts";
import { formatProblem } from "../config/problem.ts";
import { type Exporter, openExporter } from "../exporter.ts";
import { mountedTracefs } from "../kernel/tracefs.ts";
import type { Log } from "../log.ts";
import type { ProgramState } from "../program_run.ts";
import type { ProgramOptions } from "./args.ts";
import { excludedByKernel } from "./excluded_by_kernel.ts";
import { openCompiling } from "./open_compiling.ts";
import { withSourceLine } from "./source_line.ts";

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
  const { compile, progress } = openCompiling(config, options, log, signal);
  const tracefsBefore = mountedTracefs();
  const exporter = await openExporter(config, {
    strict: options.strict,
    compile,
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
