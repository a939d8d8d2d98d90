/** Checks what programs of all files say about one name; it must not know how files are found. */

import { multiplierOf, numberAt } from "./check_metric.ts";
import type { ParsedProgram } from "./parse_programs.ts";
import { quote } from "./problem.ts";
import { entryAt, itemsAt, pathText, type SourceNode, textAt, valueOffset } from "./source_node.ts";

interface NamedMetric {
  readonly program: ParsedProgram;
  readonly offset: number;
  readonly path: string;
  readonly name: string;
  /** What has to be equal for one family: in the words of the message, as comparable text. */
  readonly aspects: Readonly<Record<"kind" | "help" | "labels" | "buckets", string>>;
}

/**
 * Reports, to the later one's source: programs of one name, metrics of one name that cannot be one
 * family, and metrics that have the name of a histogram's own series.
 */
export function checkConflicts(programs: readonly ParsedProgram[]): void {
  const programOf = new Map<string, ParsedProgram>();
  const metricOf = new Map<string, NamedMetric>();
  for (const program of programs) {
    const name = textAt(program.node, "name");
    if (name !== undefined) {
      const first = programOf.get(name);
      if (first === undefined) programOf.set(name, program);
      else {
        program.source.report(
          valueOffset(program.node, "name"),
          pathText([...program.path, "name"]),
          `the program name ${quote(name)} is used twice, first at ${placeText(first, first.node)}`,
          "choose another name for one of them",
        );
      }
    }
    for (const metric of metricsOf(program)) {
      const first = metricOf.get(metric.name);
      if (first === undefined) metricOf.set(metric.name, metric);
      else reportDifferences(first, metric);
    }
  }
  for (const histogram of metricOf.values()) {
    if (histogram.aspects.kind === "histogram") reportSeriesNames(histogram, metricOf);
  }
}

function reportDifferences(first: NamedMetric, second: NamedMetric): void {
  const { aspects } = second;
  const different = (["kind", "help", "labels", "buckets"] as const).filter((aspect) =>
    aspects[aspect] !== first.aspects[aspect]
  );
  // A counter has no buckets: saying so beside the kind says nothing more.
  const telling = different.includes("kind") ? ["kind" as const] : different;
  if (telling.length === 0) return;
  const words = telling.map((aspect) =>
    `${aspect} ${quote(aspects[aspect])}, expected ${quote(first.aspects[aspect])}`
  );
  second.program.source.report(
    second.offset,
    second.path,
    `the metric ${quote(second.name)} is also defined at ${metricPlace(first)}, but here it has ${
      words.join("; ")
    }`,
    "metrics of one name are added up, so they need the same kind, help, labels and buckets",
  );
}

function reportSeriesNames(
  histogram: NamedMetric,
  metricOf: ReadonlyMap<string, NamedMetric>,
): void {
  for (const suffix of ["_bucket", "_sum", "_count"]) {
    const other = metricOf.get(histogram.name + suffix);
    if (other === undefined) continue;
    other.program.source.report(
      other.offset,
      other.path,
      `the metric ${quote(other.name)} has the name of a series of the histogram ${
        quote(histogram.name)
      } at ${metricPlace(histogram)}`,
      "choose another name for one of them",
    );
  }
}

function* metricsOf(program: ParsedProgram): Generator<NamedMetric> {
  const metrics = entryAt(program.node, "metrics")?.value;
  for (const kind of ["counter", "histogram"] as const) {
    for (const [index, node] of itemsAt(metrics, `${kind}s`).entries()) {
      const name = textAt(node, "name");
      if (name === undefined) continue;
      const labels = itemsAt(node, "labels").map((label) => textAt(label, "name") ?? "");
      const exported = kind === "histogram" ? labels.slice(0, -1) : labels;
      yield {
        program,
        offset: valueOffset(node, "name"),
        path: pathText([...program.path, "metrics", `${kind}s`, index, "name"]),
        name,
        aspects: {
          kind,
          help: textAt(node, "help") ?? "",
          labels: exported.toSorted().join(", "),
          buckets: kind === "histogram" ? bucketText(node) : "",
        },
      };
    }
  }
}

function bucketText(node: SourceNode): string {
  const type = textAt(node, "bucket_type") ?? "";
  const numbers = [numberAt(node, "bucket_min", 0), numberAt(node, "bucket_max", NaN)];
  return `${type} ${numbers.join(" to ")} times ${multiplierOf(node)}`;
}

function metricPlace(metric: NamedMetric): string {
  const { file, line, column } = metric.program.source.place(metric.offset);
  return `${file}:${line}:${column}`;
}

function placeText(program: ParsedProgram, node: SourceNode): string {
  const { file, line, column } = program.source.place(valueOffset(node, "name"));
  return `${file}:${line}:${column}`;
}
