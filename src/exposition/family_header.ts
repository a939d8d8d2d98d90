/** The HELP and TYPE lines above a family's samples; it must know nothing of tables. */

import { escapeHelp } from "./escape.ts";
import type { TextFormat } from "./text_format.ts";

/** What a family can be here. */
export type FamilyType = "counter" | "gauge" | "histogram";

/** What a body in OpenMetrics ends with; whoever puts the families together writes it. */
export const OPENMETRICS_END = "# EOF\n";

/**
 * Name of a counter's samples: OpenMetrics demands `_total`, the older format takes the name as it is.
 */
export function counterSampleName(name: string, format: TextFormat): string {
  return format === "openmetrics" && !name.endsWith("_total") ? `${name}_total` : name;
}

/** What the format calls the family `name`: in OpenMetrics a counter's has no `_total`. */
export function familyName(name: string, type: FamilyType, format: TextFormat): string {
  return format === "openmetrics" && type === "counter" ? name.replace(/_total$/, "") : name;
}

/** HELP and TYPE of the family `name`. */
export function familyHeader(
  name: string,
  type: FamilyType,
  help: string,
  format: TextFormat,
): string {
  const family = familyName(name, type, format);
  return `# HELP ${family} ${escapeHelp(help, format)}\n# TYPE ${family} ${type}\n`;
}
