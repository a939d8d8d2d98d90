/** Reads `/metrics` as a reader of the format does; it shares nothing with the exporter's writing. */

/** The sum of all series of a name that have these labels, whatever others they have; 0 where there is none. */
export function sumSeries(
  metrics: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return labelSets(metrics, name)
    .filter(({ labels: had }) => Object.entries(labels).every(([key, value]) => had[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

/** All series of a name. */
export function labelSets(
  metrics: string,
  name: string,
): { labels: Record<string, string>; value: number }[] {
  return metrics.split("\n").flatMap((line) => {
    const [, found, text = "", value] = line.match(/^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/) ?? [];
    if (found !== name) return [];
    const labels = [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, value]) =>
      [key, value] as const
    );
    return [{ labels: Object.fromEntries(labels), value: Number(value) }];
  });
}
