/**
 * All metrics of all programs over their tables: reads each table once a scrape, adds its rows to the
 * series of every metric on it, writes families. It must know nothing of HTTP or of how programs are loaded.
 */

import type { ConfigProblem, CounterConfig, HistogramConfig } from "../config/config.ts";
import type { DecoderContext } from "../decoders/decoder.ts";
import { familyName } from "../exposition/family_header.ts";
import type { TextBuffer } from "../exposition/text_buffer.ts";
import type { TextFormat } from "../exposition/text_format.ts";
import { openPause } from "../tables/pause.ts";
import type { TableReader } from "../tables/table_reader.ts";
import { writeFamily } from "./family_text.ts";
import { buildFamily, type LabelFamily } from "./label_family.ts";
import { buildLabelPlan } from "./label_plan.ts";
import { type DecodeErrors, FORGET_ABOVE, MetricSource } from "./metric_source.ts";
import { tablesText } from "./tables_text.ts";

/** Rows between two looks at the clock: well under a millisecond of known keys. */
const ROWS_PER_LOOK = 512;

/** A metric of a program and the table that it shows; metrics on one table share its reader. */
export interface PlanSource {
  readonly program: string;
  readonly metric: CounterConfig | HistogramConfig;
  readonly reader: TableReader;
}

/** How reading one table went. */
export interface TableReport {
  readonly program: string;
  readonly table: string;
  readonly ok: boolean;
  /** Why it could not be read. */
  readonly error?: string;
  readonly seconds: number;
}

/** How a scrape went. */
export interface ScrapeReport {
  readonly tables: readonly TableReport[];
  /** Since the start. */
  readonly decodeErrors: readonly Readonly<DecodeErrors>[];
  /** Label sets of each metric (name with its prefix) in this scrape. */
  readonly series: readonly { readonly metric: string; readonly series: number }[];
}

/** What a scrape does, prepared. */
export interface ScrapePlan {
  /** Names with their prefix, sorted; `writeFamily` counts along them. */
  readonly familyNames: readonly string[];
  /** Those that OpenMetrics pages lack: without its `_total` another counter is named the same there. */
  readonly clashingNames: readonly string[];
  /**
   * Reads all tables. A table that cannot be read is in the report and its rows are missing; it never
   * rejects for one. Calls are run one after another.
   */
  read(): Promise<ScrapeReport>;
  /** Appends a family as of the last `read`, which must have ended; nothing where it has no series or no name. */
  writeFamily(index: number, text: TextBuffer, format: TextFormat): void;
  /** The text of `/tables`, read as it is asked for, a few hundred rows at a time. */
  tables(): AsyncIterable<string>;
}

/**
 * Prepares scrapes of `sources`. A metric whose labels do not match its table is left out with its problems; the
 * others stay. Metrics of one name are one family: the configuration has been checked for that. Pure but
 * for `clock` (milliseconds), which tests replace.
 */
export function buildScrapePlan(
  sources: readonly PlanSource[],
  context: DecoderContext,
  clock: () => number = () => performance.now(),
): { plan: ScrapePlan; problems: ConfigProblem[]; leftOut: PlanSource[] } {
  const problems: ConfigProblem[] = [];
  const leftOut: PlanSource[] = [];
  const families = new Map<string, LabelFamily>();
  const tables = new Map<TableReader, MetricSource[]>();
  for (const source of sources) {
    const { metric, reader, program } = source;
    const labelPlan = buildLabelPlan(metric, reader, context);
    if (labelPlan.problems.length > 0) {
      problems.push(...labelPlan.problems);
      leftOut.push(source);
      continue;
    }
    const family = families.get(metric.name) ?? buildFamily(metric);
    families.set(metric.name, family);
    const metricSource = new MetricSource(program, reader, labelPlan.labels, family);
    tables.set(reader, [...tables.get(reader) ?? [], metricSource]);
  }
  const sorted = [...families.values()].sort((a, b) => a.fullName < b.fullName ? -1 : 1);
  return { plan: openPlan(tables, sorted, clock), problems, leftOut };
}

/** A page in OpenMetrics has each family's name once; whose name is whole in both formats gives way. */
function findClashing(families: readonly LabelFamily[]): Set<LabelFamily> {
  const nameOf = ({ fullName, type }: LabelFamily) => familyName(fullName, type, "openmetrics");
  const shortened = new Set(
    families.filter((family) => nameOf(family) !== family.fullName).map(nameOf),
  );
  return new Set(
    families.filter((family) =>
      nameOf(family) === family.fullName && shortened.has(family.fullName)
    ),
  );
}

function openPlan(
  tables: ReadonlyMap<TableReader, MetricSource[]>,
  families: readonly LabelFamily[],
  clock: () => number,
): ScrapePlan {
  const allSources = [...tables.values()].flat();
  const clashing = findClashing(families);
  let opened: Promise<unknown> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let scrape = 0;

  function open(): Promise<unknown> {
    return opened ??= Promise.all(allSources.map((source) => source.open()));
  }

  function read(): Promise<ScrapeReport> {
    const reading = last.then(readAll);
    last = reading.catch(() => undefined);
    return reading;
  }

  async function readAll(): Promise<ScrapeReport> {
    await open();
    scrape++;
    for (const { store } of families) store.begin();
    const reports: TableReport[] = [];
    for (const [reader, sources] of tables) reports.push(await readTable(reader, sources));
    const series = families.map(({ fullName, store }) => ({
      metric: fullName,
      series: store.seenCount(scrape),
    }));
    families.forEach((family, index) => forgetSeries(family, series[index].series));
    return {
      tables: reports,
      decodeErrors: allSources.flatMap(({ errors }) => [...errors.values()]),
      series,
    };
  }

  async function readTable(reader: TableReader, sources: MetricSource[]): Promise<TableReport> {
    const begunMs = performance.now();
    const nowMs = clock();
    const about = { program: sources[0].program, table: reader.name };
    const seconds = () => (performance.now() - begunMs) / 1000;
    for (const source of sources) source.begin(nowMs);
    try {
      const rows = await reader.read();
      const pause = openPause();
      for (const source of sources) {
        for (let row = 0; row < rows.count; row += ROWS_PER_LOOK) {
          source.add(rows, row, Math.min(row + ROWS_PER_LOOK, rows.count), scrape, nowMs);
          const paused = pause();
          if (paused !== undefined) await paused;
        }
        if (source.hasStaleKeys(rows.count)) source.keepSeen(scrape);
      }
      return { ...about, ok: true, seconds: seconds() };
    } catch (error) {
      const message = (error as Error).message;
      return { ...about, ok: false, error: message, seconds: seconds() };
    }
  }

  /** Gives the memory of series back that are gone, when they have become many. */
  function forgetSeries(family: LabelFamily, seen: number): void {
    if (family.store.count - seen <= (seen >> 2) + FORGET_ABOVE) return;
    const numbers = family.store.keepSeen(scrape);
    for (const source of allSources) {
      if (source.family === family) source.keepSeen(scrape, numbers);
    }
  }

  return {
    familyNames: families.map(({ fullName }) => fullName),
    clashingNames: [...clashing].map(({ fullName }) => fullName),
    read,
    writeFamily(index, text, format) {
      const family = families[index];
      if (format === "openmetrics" && clashing.has(family)) return;
      writeFamily(family, scrape, text, format);
    },
    async *tables() {
      await open();
      yield* tablesText(tables);
    },
  };
}
