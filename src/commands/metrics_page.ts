/** The text of `/metrics`: table families and the exporter's own, in the order of their names. */

import { OPENMETRICS_END } from "../exposition/family_header.ts";
import { TextBuffer } from "../exposition/text_buffer.ts";
import type { TextFormat } from "../exposition/text_format.ts";
import { lendBytes, type LentBytes } from "../http/lent_bytes.ts";
import type { Log } from "../log.ts";
import type { ScrapePlan, ScrapeReport } from "../metrics/scrape_plan.ts";
import type { SelfMetrics } from "../self_metrics/self_metrics.ts";

/** Makes one page; `plan` is absent while programs are being started. Calls must not overlap. */
export type MetricsPage = (
  plan: ScrapePlan | undefined,
  format: TextFormat,
) => Promise<LentBytes>;

/** Seconds and success by program: a program is as good as the worst of its tables. */
function sumByProgram({ tables }: ScrapeReport): Map<string, { seconds: number; ok: boolean }> {
  const programs = new Map<string, { seconds: number; ok: boolean }>();
  for (const { program, seconds, ok } of tables) {
    const sum = programs.get(program) ?? { seconds: 0, ok: true };
    programs.set(program, { seconds: sum.seconds + seconds, ok: sum.ok && ok });
  }
  return programs;
}

/** Writes to the log what has newly gone wrong; what goes on is in the metrics. */
function createReportLog(log: Log): (report: ScrapeReport) => void {
  const failing = new Map<string, string>();
  const decoding = new Set<string>();
  return ({ tables, decodeErrors }) => {
    for (const { program, table, error } of tables) {
      const id = `${program}/${table}`;
      if (error === undefined) {
        if (failing.delete(id)) log.info("table is read again", { program, table });
      } else if (failing.get(id) !== error) {
        failing.set(id, error);
        log.error("table not read", { program, table, reason: error });
      }
    }
    for (const { program, metric, label, decoder, example } of decodeErrors) {
      const id = `${program}/${metric}/${label}/${decoder}`;
      if (decoding.has(id)) continue;
      decoding.add(id);
      log.error("key left out", { program, metric, label, decoder, reason: example });
    }
  };
}

/** Writes to the log, once, which families a page in OpenMetrics lacks. */
function createClashLog(log: Log): (plan: ScrapePlan) => void {
  const told = new Set<string>();
  return ({ clashingNames }) => {
    for (const metric of clashingNames) {
      if (told.has(metric)) continue;
      told.add(metric);
      log.warn("metric left out of OpenMetrics", {
        metric,
        reason: `${metric}_total has the same name there`,
        remedy: "give one of them another name",
      });
    }
  };
}

/** Opens the page; its buffer is kept from scrape to scrape, unless a slow client still reads the last one. */
export function openMetricsPage(selfMetrics: SelfMetrics, log: Log): MetricsPage {
  let spare: TextBuffer | undefined;
  const logReport = createReportLog(log);
  const logClashes = createClashLog(log);
  return async (plan, format) => {
    if (plan) {
      const report = await plan.read();
      for (const [program, { seconds, ok }] of sumByProgram(report)) {
        selfMetrics.setScrape(program, seconds, ok);
      }
      for (const { count, ...labels } of report.decodeErrors) {
        selfMetrics.setDecoderErrors({ ...labels, total: count });
      }
      for (const { metric, series } of report.series) selfMetrics.setMetricSeries(metric, series);
      logReport(report);
      if (format === "openmetrics") logClashes(plan);
    }
    const own = await selfMetrics.families(format);
    const names = plan?.familyNames ?? [];
    let written = 0;
    const text = spare ?? new TextBuffer();
    spare = undefined;
    text.reset();
    for (const { name, text: family } of own) {
      while (written < names.length && names[written] < name) {
        plan!.writeFamily(written++, text, format);
      }
      text.writeText(family);
    }
    while (written < names.length) plan!.writeFamily(written++, text, format);
    if (format === "openmetrics") text.writeText(OPENMETRICS_END);
    return lendBytes(text.written(), () => spare = text);
  };
}
