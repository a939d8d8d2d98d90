/** Checks a program where one value alone cannot tell that it is wrong; it must not know the kernel. */

import { checkMetric } from "./check_metric.ts";
import { parseKernelRange } from "./kernel_range.ts";
import { quote } from "./problem.ts";
import type { Source } from "./source.ts";
import {
  entryAt,
  itemsAt,
  pathText,
  presentEntry,
  type SourceNode,
  type SourcePath,
  textAt,
  valueOffset,
} from "./source_node.ts";

/** The keys that hold probes, in the order in which they are attached. */
export const PROBE_KEYS = ["kprobes", "kretprobes", "tracepoints", "raw_tracepoints"] as const;

/** Checks a program, its alternatives and its metrics; types and single values are the schema's. */
export function checkProgram(source: Source, program: SourceNode, path: SourcePath): void {
  if (program.kind !== "map") return;
  const name = textAt(program, "name");
  if (name !== undefined && /[\r\n\t]/.test(name)) {
    source.report(
      valueOffset(program, "name"),
      pathText([...path, "name"]),
      `found the program name ${quote(name)}, expected one line without tabs`,
    );
  }
  if (presentEntry(program, "alternatives") === undefined) {
    checkRunnable(source, program, path, "program", false);
  } else {
    checkAlternatives(source, program, path);
  }
  const metrics = entryAt(program, "metrics")?.value;
  itemsAt(metrics, "counters").forEach((metric, index) =>
    checkMetric(source, metric, [...path, "metrics", "counters", index], "counter")
  );
  itemsAt(metrics, "histograms").forEach((metric, index) =>
    checkMetric(source, metric, [...path, "metrics", "histograms", index], "histogram")
  );
}

function checkAlternatives(source: Source, program: SourceNode, path: SourcePath): void {
  const alternatives = entryAt(program, "alternatives")!;
  const items = itemsAt(program, "alternatives");
  for (const key of PROBE_KEYS) {
    const probes = entryAt(program, key);
    if (probes === undefined) continue;
    source.report(
      probes.keyOffset,
      pathText([...path, key]),
      `found ${quote(key)} in a program that has alternatives`,
      "move it into an alternative",
    );
  }
  if (alternatives.value.kind === "list" && items.length === 0) {
    source.report(
      alternatives.keyOffset,
      pathText([...path, "alternatives"]),
      'found no item in "alternatives", expected at least one',
    );
  }
  const code = entryAt(program, "code");
  items.forEach((item, index) => {
    checkRunnable(
      source,
      item,
      [...path, "alternatives", index],
      "alternative",
      code !== undefined,
    );
    checkKernel(source, item, [...path, "alternatives", index]);
  });
  const unused = items.length > 0 && items.every((item) => entryAt(item, "code") !== undefined);
  if (code !== undefined && unused) {
    source.report(
      code.keyOffset,
      pathText([...path, "code"]),
      'the "code" of the program is never used, each alternative has its own',
    );
  }
}

/** Checks that there are code and probes; `hasCode`: code comes from elsewhere. */
function checkRunnable(
  source: Source,
  node: SourceNode,
  path: SourcePath,
  kind: "program" | "alternative",
  hasCode: boolean,
): void {
  if (node.kind !== "map") return;
  const name = textAt(node, "name");
  const what = name === undefined ? `the ${kind}` : `the ${kind} ${quote(name)}`;
  const offset = valueOffset(node, "name");
  const code = presentEntry(node, "code")?.value;
  if (code === undefined) {
    if (!hasCode) {
      source.report(
        entryAt(node, "code")?.keyOffset ?? offset,
        pathText(path),
        `${what} has no "code"`,
        'give the C code as a block: "code: |"',
      );
    }
  } else if (code.kind === "scalar" && code.text !== "" && code.text.trim() === "") {
    source.report(code.offset, pathText([...path, "code"]), `${what} has empty code`);
  }
  checkRawTracepoints(source, node, path);
  // A key of the original's that is not supported is reported by itself.
  if (entryAt(node, "perf_events") !== undefined) return;
  const given = PROBE_KEYS.some((key) => {
    const probes = presentEntry(node, key)?.value;
    return probes !== undefined && !(probes.kind === "map" && probes.entries.size === 0);
  });
  if (!given) {
    source.report(
      offset,
      pathText(path),
      `${what} has no probes`,
      `give at least one of ${PROBE_KEYS.join(", ")}`,
    );
  }
}

/** The kernel's name of a raw tracepoint, which has no category. */
export function rawTracepointName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

/** With and without its category a raw tracepoint is the same key, which a map has once. */
function checkRawTracepoints(source: Source, node: SourceNode, path: SourcePath): void {
  const probes = entryAt(node, "raw_tracepoints")?.value;
  if (probes?.kind !== "map") return;
  const firstOf = new Map<string, string>();
  for (const [name, { keyOffset }] of probes.entries) {
    const bareName = rawTracepointName(name);
    const first = firstOf.get(bareName);
    if (first === undefined) {
      firstOf.set(bareName, name);
      continue;
    }
    const { line } = source.place(probes.entries.get(first)!.keyOffset);
    source.report(
      keyOffset,
      pathText([...path, "raw_tracepoints", name]),
      `the raw tracepoint ${quote(name)} is given twice, first as ${quote(first)} in line ${line}`,
      "the kernel knows a raw tracepoint by its name without the category",
    );
  }
}

function checkKernel(source: Source, alternative: SourceNode, path: SourcePath): void {
  const range = textAt(alternative, "kernel");
  if (range === undefined) return;
  try {
    parseKernelRange(range);
  } catch (error) {
    source.report(
      valueOffset(alternative, "kernel"),
      pathText([...path, "kernel"]),
      (error as Error).message,
    );
  }
}
