/** Serves: configuration, programs, listening sockets and signals, in the order of a start and of a shutdown. */

import type { Config } from "../config/config.ts";
import { formatProblem } from "../config/problem.ts";
import type { Exporter } from "../exporter.ts";
import { buildRoutes } from "../http/routes.ts";
import { formatAddress, openServer, type Server } from "../http/server.ts";
import { raiseOpenFiles } from "../kernel/libc.ts";
import { type Log, openLog } from "../log.ts";
import type { ProgramState } from "../program_run.ts";
import { openSelfMetrics, type SelfMetrics } from "../self_metrics/self_metrics.ts";
import type { ServeCommand } from "./args.ts";
import { openMetricsPage } from "./metrics_page.ts";
import { pageProgram } from "./page_program.ts";
import { readConfig } from "./read_config.ts";
import { startPrograms } from "./start_programs.ts";
import { readBuildInfo } from "./version.ts";

/** A scrape in progress may take this long after a signal; what follows stays below 2 s in all, on a busy host too. */
const SHUTDOWN_DEADLINE_MS = 1_200;

/** Aborts the returned signal at the first SIGTERM or SIGINT; `stop` takes the handlers away. */
function listenForSignals(): { signal: AbortSignal; name(): string; stop(): void } {
  const abort = new AbortController();
  let received = "";
  const handlers = (["SIGTERM", "SIGINT"] as const).map((name) => {
    const handler = () => {
      received ||= name;
      abort.abort();
    };
    Deno.addSignalListener(name, handler);
    return () => Deno.removeSignalListener(name, handler);
  });
  return {
    signal: abort.signal,
    name: () => received,
    stop: () => handlers.forEach((remove) => remove()),
  };
}

/** Resolves when the signal is aborted. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** What all programs are at this moment, for the page and the metrics. */
interface Status {
  readonly states: Map<string, ProgramState>;
  config?: Config;
  exporter?: Exporter;
}

function openRoutes(command: ServeCommand, status: Status, selfMetrics: SelfMetrics, log: Log) {
  const metricsPage = openMetricsPage(selfMetrics, log);
  return buildRoutes({
    telemetryPath: command.telemetryPath,
    openMetrics: command.openMetrics,
    metrics: (format) => metricsPage(status.exporter?.plan, format),
    ...(command.debug ? { tables: () => status.exporter?.plan.tables() ?? noTables() } : {}),
    programs: () =>
      (status.config?.programs ?? []).map((program) =>
        pageProgram(program, status.states.get(program.name))
      ),
    isReady: () => status.exporter !== undefined,
    version: readBuildInfo().version,
    log,
  });
}

/** What `/tables` shows while programs are being started. */
async function* noTables(): AsyncGenerator<string> {}

/** Runs until a signal; returns the exit status. */
export async function serve(command: ServeCommand): Promise<number> {
  const log = openLog({ level: command.logLevel, format: command.logFormat });
  const signals = listenForSignals();
  raiseOpenFiles();
  const selfMetrics = openSelfMetrics(readBuildInfo());
  const status: Status = { states: new Map() };
  let server: Server | undefined;
  try {
    server = await openServer({
      addresses: command.listenAddresses,
      routes: openRoutes(command, status, selfMetrics, log),
      onError: (error) => log.error("serving HTTP failed, it goes on", { error: String(error) }),
    });
    const { config, problems } = await readConfig(command.configs, log, signals.signal);
    if (!config) {
      for (const problem of problems) console.error(formatProblem(problem));
      return 1;
    }
    status.config = config;
    const exporter = await startPrograms(config, command, log, signals.signal, (state) => {
      status.states.set(state.config.name, state);
      describeProgram(state, selfMetrics);
    });
    for (const { program, metric, planned } of exporter.metrics) {
      selfMetrics.setMetricExported(program, `ebpf_exporter_${metric}`, planned);
    }
    status.exporter = exporter;
    if (!exporter.programs.some(({ alternative }) => alternative > 0)) {
      log.error("no program runs, so there is nothing to serve");
      return 1;
    }
    for (const address of server.addresses) {
      log.info("serving", { address: formatAddress(address), path: command.telemetryPath });
    }
    await aborted(signals.signal);
    log.info("stopping", { signal: signals.name() });
    return 0;
  } catch (error) {
    if (signals.signal.aborted) return 0;
    log.error(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    await server?.close(SHUTDOWN_DEADLINE_MS);
    status.exporter?.close();
    signals.stop();
  }
}

/** Tells the exporter's own metrics what became of a program. */
function describeProgram(state: ProgramState, selfMetrics: SelfMetrics): void {
  const { name, alternatives } = state.config;
  selfMetrics.setProgram(name, state.alternative > 0);
  if (state.alternative > 0) {
    selfMetrics.setAlternative(name, state.alternative, alternatives.length);
  }
  selfMetrics.setFunctions(name, state.functions);
  selfMetrics.setProbes(
    name,
    state.probes.map(({ probe, attached }) => ({
      kind: probe.kind,
      probe: probe.name,
      function: probe.target,
      attached,
    })),
  );
}
