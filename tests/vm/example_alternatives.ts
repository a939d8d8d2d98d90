/** Every alternative of the examples as a program of its own, so that all of them run side by side. */

import { parse } from "yaml";

const EXAMPLES = new URL("../../examples/", import.meta.url);

interface Metric {
  name: string;
}

interface Program {
  name: string;
  metrics: { counters?: Metric[]; histograms?: Metric[] };
  alternatives?: object[];
}

/** The example's program `NAME` becomes `NAME_1`, `NAME_2`, …, and its metric `M` becomes `alternative_1_M`, …. */
export function separateAlternatives(example: string): object[] {
  const { programs } = parse(
    Deno.readTextFileSync(new URL(`${example}.yaml`, EXAMPLES)),
  ) as { programs: Program[] };
  return programs.flatMap(({ name, metrics, alternatives = [] }) =>
    alternatives.map((alternative, index) => {
      const rename = (metrics: readonly Metric[] = []) =>
        metrics.map((metric) => ({ ...metric, name: `alternative_${index + 1}_${metric.name}` }));
      return {
        name: `${name}_${index + 1}`,
        metrics: { counters: rename(metrics.counters), histograms: rename(metrics.histograms) },
        alternatives: [alternative],
      };
    })
  );
}
