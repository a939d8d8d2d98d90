/** The HELP and TYPE lines above a family's samples; it must know nothing of tables. */

import { escapeHelp } from "./escape.ts";

/** The two text formats: Prometheus 0.0.4 and OpenMetrics 1.0. */
export type TextFormat = "text" | "openmetrics";

/** What a body in OpenMetrics ends with; whoever puts the families together writes it. */
export const OPENMETRICS_END = "# EOF\n";

/**
 * Name of a counter's samples: OpenMetrics demands `_total`, the older format takes the name as it is.
 */
export function counterSampleName(name: string, format: TextFormat): string {
  return format === "openmetrics" && !name.endsWith("_total") ? `${name}_total` : name;
}

/** HELP and TYPE of the family `name`; in OpenMetrics a counter's family has no `_total`. */
export function familyHeader(
  name: string,
  type: "counter" | "histogram",
  help: string,
  format: TextFormat,
): string {
  const family = format === "openmetrics" && type === "counter"
    ? name.replace(/_total$/, "")
    : name;
  return `# HELP ${family} ${escapeHelp(help, format)}\n# TYPE ${family} ${type}\n`;
}
