/** Chooses between the two text formats by a request's `Accept`; knows nothing of what is in them. */

import { parseQualityValues } from "./quality_values.ts";

export type MetricsFormat = "text" | "openmetrics";

/** As Prometheus' exposition format 0.0.4 and OpenMetrics 1.0.0 name themselves, byte for byte. */
export const METRICS_CONTENT_TYPES: Readonly<Record<MetricsFormat, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/**
 * The format that a client wants. OpenMetrics needs to be asked for by its name and to be wanted at
 * least as much as text; a wildcard is content with text, and so is a client that accepts neither:
 * a scrape that shows something beats a 406.
 */
export function chooseMetricsFormat(accept: string | null): MetricsFormat {
  if (accept === null) return "text";
  let openmetrics = 0;
  let text = 0;
  // The most specific range that matches text counts (RFC 9110, 12.5.1).
  let textSpecificity = 0;
  for (const { value, parameters, quality } of parseQualityValues(accept)) {
    const version = parameters.get("version");
    if (value === "application/openmetrics-text") {
      if (version === undefined || version === "1.0.0") {
        openmetrics = Math.max(openmetrics, quality);
      }
      continue;
    }
    const specificity = textRangeSpecificity(value, version);
    if (specificity > textSpecificity) {
      textSpecificity = specificity;
      text = quality;
    } else if (specificity > 0 && specificity === textSpecificity) {
      text = Math.max(text, quality);
    }
  }
  return openmetrics > 0 && openmetrics >= text ? "openmetrics" : "text";
}

/** 0: the range does not match text 0.0.4. */
function textRangeSpecificity(value: string, version: string | undefined): number {
  if (value === "*/*") return 1;
  if (value === "text/*") return 2;
  if (value !== "text/plain") return 0;
  if (version === undefined) return 3;
  return version === "0.0.4" ? 4 : 0;
}
