/**
 * Escaping of the text formats (Prometheus text format 0.0.4, OpenMetrics 1.0); it must know nothing
 * of metrics.
 */

import type { TextFormat } from "./text_format.ts";

/** A label's value between its quotes: `\`, `"` and line feed are escaped. */
export function escapeLabelValue(value: string): string {
  return /[\\"\n]/.test(value) ? value.replace(/[\\"\n]/g, escapeOne) : value;
}

/** The text of a HELP line: OpenMetrics escapes quotes too, the older format does not. */
export function escapeHelp(help: string, format: TextFormat): string {
  return format === "openmetrics" ? escapeLabelValue(help) : help.replace(/[\\\n]/g, escapeOne);
}

function escapeOne(character: string): string {
  return character === "\n" ? "\\n" : `\\${character}`;
}
