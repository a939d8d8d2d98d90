/** What the page says to the log besides its text. */

import assert from "node:assert/strict";
import { openMetricsPage } from "../../../src/commands/metrics_page.ts";
import type { TextFormat } from "../../../src/exposition/text_format.ts";
import type { Log } from "../../../src/log.ts";
import { buildScrapePlan } from "../../../src/metrics/scrape_plan.ts";
import { openSelfMetrics } from "../../../src/self_metrics/self_metrics.ts";
import { counter, reader, symbols } from "../metrics/configs.ts";
import { integerBytes, openFakeMap } from "../tables/fake_map.ts";

function openPage(...names: string[]) {
  const lines: string[] = [];
  const write = (level: string) => (message: string, fields?: unknown) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  };
  const log: Log = {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
  };
  const shared = reader(openFakeMap().set(integerBytes(1, 4), 3), '"unsigned int"');
  const { plan } = buildScrapePlan(
    names.map((name) => ({
      program: "p",
      metric: counter(name, [["a", "uint"]]),
      reader: shared,
    })),
    symbols(),
  );
  const selfMetrics = openSelfMetrics({ version: "1", denoVersion: "2", platform: "p" });
  const page = openMetricsPage(selfMetrics, log);
  const textOf = async (format: TextFormat) => {
    const { bytes, keepUntil } = await page(plan, format);
    keepUntil(Promise.resolve());
    return new TextDecoder().decode(bytes);
  };
  return { textOf, lines };
}

Deno.test("metrics page: a family that OpenMetrics has no name for is told once, when it is first left out", async () => {
  const { textOf, lines } = openPage("foo", "foo_total", "bar");
  const text = await textOf("text");
  assert.match(text, /^ebpf_exporter_foo\{a="1"\} 3$/m);
  assert.match(text, /^ebpf_exporter_foo_total\{a="1"\} 3$/m);
  assert.deepEqual(lines, []);
  for (let again = 0; again < 2; again++) {
    const openMetrics = await textOf("openmetrics");
    for (const name of ["foo", "bar"]) {
      assert.equal(openMetrics.split(`# TYPE ebpf_exporter_${name} counter\n`).length, 2, name);
      assert.equal(openMetrics.split(`\nebpf_exporter_${name}_total{`).length, 2, name);
    }
    assert.match(openMetrics, /# EOF\n$/);
  }
  assert.equal(lines.length, 1, lines.join("\n"));
  assert.match(lines[0], /^warn .*OpenMetrics.*"ebpf_exporter_foo".*ebpf_exporter_foo_total/);
});

Deno.test("metrics page: names that differ in OpenMetrics too are no matter for the log", async () => {
  const { textOf, lines } = openPage("foo", "bar_total");
  await textOf("openmetrics");
  assert.deepEqual(lines, []);
});
