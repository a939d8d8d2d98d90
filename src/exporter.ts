/** The programs' life: started together, read by every scrape, closed at the end. It does not know who asks. */

import type { Config, ConfigProblem, ProgramConfig } from "./config/config.ts";
import type { CompiledProgram } from "./compiler/compiled_program.ts";
import { type LoadedProgram, loadProgram } from "./loader/load_program.ts";
import { openKernelSymbols } from "./kernel/kallsyms.ts";
import { buildScrapePlan, type PlanSource, type ScrapePlan } from "./metrics/scrape_plan.ts";
import { type ProgramRunOptions, type ProgramState, startProgram } from "./program_run.ts";
import { parseTableLayout } from "./tables/table_layout.ts";
import { openTableReader, type TableReader } from "./tables/table_reader.ts";

export interface ExporterOptions extends ProgramRunOptions {
  /** Told of each program as soon as it runs or has failed. */
  onProgram(state: ProgramState): void;
}

/** All programs of a configuration, started. */
export interface Exporter {
  readonly programs: readonly ProgramState[];
  /** Why metrics are left out of every scrape; their programs run all the same. */
  readonly problems: readonly ConfigProblem[];
  /** Metrics of running programs: whether they fit their tables, so that scrapes have them. */
  readonly metrics: readonly PlannedMetric[];
  readonly plan: ScrapePlan;
  /** Detaches all probes and closes all fds; a second call does nothing. */
  close(): void;
}

/** A metric of the config, and whether it is in the plan. */
export interface PlannedMetric {
  readonly program: string;
  /** Without the prefix. */
  readonly metric: string;
  readonly planned: boolean;
}

/** Readers of a program's tables, one each however many metrics are in it. */
function openSources(
  config: ProgramConfig,
  tables: LoadedProgram["tables"],
): { sources: PlanSource[]; problems: ConfigProblem[] } {
  const sources: PlanSource[] = [];
  const problems: ConfigProblem[] = [];
  const readers = new Map<string, TableReader>();
  for (const metric of [...config.counters, ...config.histograms]) {
    const table = tables.get(metric.table);
    if (!table) {
      problems.push({
        place: metric.tablePlace,
        path: `${metric.name}.table`,
        message: `metric "${metric.name}": the code defines no table "${metric.table}"`,
        hint: `tables of the code: ${[...tables.keys()].join(", ") || "none"}`,
      });
      continue;
    }
    try {
      let reader = readers.get(metric.table);
      if (!reader) {
        const { keyDescription, leafDescription, keySize, leafSize } = table.compiled;
        reader = openTableReader(
          table.map,
          parseTableLayout(keyDescription, leafDescription, keySize, leafSize),
        );
        readers.set(metric.table, reader);
      }
      sources.push({ program: config.name, metric, reader });
    } catch (error) {
      problems.push({
        place: metric.tablePlace,
        path: `${metric.name}.table`,
        message: `metric "${metric.name}": ${
          error instanceof Error ? error.message : String(error)
        }`,
      });
    }
  }
  return { sources, problems };
}

/** Programs' tables, and the plan of scraping them. */
function planScrapes(
  programs: readonly { config: ProgramConfig; tables: LoadedProgram["tables"] }[],
): Pick<Exporter, "plan" | "problems" | "metrics"> {
  const opened = programs.map(({ config, tables }) => openSources(config, tables));
  const sources = opened.flatMap(({ sources }) => sources);
  const built = buildScrapePlan(sources, { kernelSymbols: openKernelSymbols() });
  const planned = new Set(
    sources.filter((source) => !built.leftOut.includes(source)).map(({ metric }) => metric),
  );
  return {
    plan: built.plan,
    problems: [...opened.flatMap(({ problems }) => problems), ...built.problems],
    metrics: programs.flatMap(({ config }) =>
      [...config.counters, ...config.histograms].map((metric) => ({
        program: config.name,
        metric: metric.name,
        planned: planned.has(metric),
      }))
    ),
  };
}

/**
 * What is wrong between a program's metrics and the tables of its compiled code. Creates the tables, which needs the rights
 * for BPF, and closes them.
 */
export function checkMetrics(
  config: ProgramConfig,
  compiled: CompiledProgram,
): readonly ConfigProblem[] {
  const loaded = loadProgram(compiled, []);
  try {
    return planScrapes([{ config, tables: loaded.tables }]).problems;
  } finally {
    loaded.close();
  }
}

/**
 * Starts all programs and plans their scrapes. A program that does not start is left out with its reason. Rejects
 * only when the start is broken off by `signal`; nothing stays attached then.
 */
export async function openExporter(config: Config, options: ExporterOptions): Promise<Exporter> {
  const started: ProgramState[] = [];
  const closeAll = () => started.forEach((state) => state.close());
  try {
    const outcomes = await Promise.allSettled(config.programs.map(async (program) => {
      const state = await startProgram(program, options);
      started.push(state);
      options.onProgram(state);
      return state;
    }));
    options.signal.throwIfAborted();
    const programs = outcomes.map((outcome) => {
      if (outcome.status === "rejected") throw outcome.reason;
      return outcome.value;
    });
    const planned = planScrapes(
      programs.flatMap(({ config, loaded }) => loaded ? [{ config, tables: loaded.tables }] : []),
    );
    return { programs, ...planned, close: closeAll };
  } catch (error) {
    closeAll();
    throw error;
  }
}
