/** Checks a program where one value alone cannot tell that it is wrong; it must not know the kernel. */

import { checkMetric } from "./check_metric.ts";
import { parseKernelRange } from "./kernel_range.ts";
import { quote } from "./problem.ts";
import type { Source } from "./source.ts";
import {
  entryAt,
  isNull,
  itemsAt,
  pathText,
  type SourceNode,
  type SourcePath,
  textAt,
} from "./source_node.ts";

/** The keys that hold probes, in the order in which they are attached. */
export const PROBE_KEYS = ["kprobes", "kretprobes", "tracepoints", "raw_tracepoints"] as const;

/** Checks a program, its alternatives and its metrics; types and single values are the schema's. */
export function checkProgram(source: Source, program: SourceNode, path: SourcePath): void {
  if (program.kind !== "map") return;
  const name = textAt(program, "name");
  if (name !== undefined && /[\r\n\t]/.test(name)) {
    source.report(
      entryAt(program, "name")!.value.offset,
      pathText([...path, "name"]),
      `found the program name ${quote(name)}, expected one line without tabs`,
    );
  }
  const alternatives = entryAt(program, "alternatives");
  if (alternatives === undefined || isNull(alternatives.value)) {
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
  const offset = entryAt(node, "name")?.value.offset ?? node.offset;
  const code = entryAt(node, "code")?.value;
  if (code === undefined || isNull(code)) {
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
  // A key of the original's that is not supported is reported by itself.
  if (entryAt(node, "perf_events") !== undefined) return;
  const given = PROBE_KEYS.some((key) => {
    const probes = entryAt(node, key)?.value;
    return probes !== undefined && !isNull(probes) &&
      !(probes.kind === "map" && probes.entries.size === 0);
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

function checkKernel(source: Source, alternative: SourceNode, path: SourcePath): void {
  const range = textAt(alternative, "kernel");
  if (range === undefined) return;
  try {
    parseKernelRange(range);
  } catch (error) {
    const offset = entryAt(alternative, "kernel")!.value.offset;
    source.report(offset, pathText([...path, "kernel"]), (error as Error).message);
  }
}
