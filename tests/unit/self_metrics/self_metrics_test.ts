import assert from "node:assert/strict";
import { OWN_METRICS } from "../../../src/config/names.ts";
import type { TextFormat } from "../../../src/exposition/text_format.ts";
import { openSelfMetrics, type SelfMetrics } from "../../../src/self_metrics/self_metrics.ts";
import { isInstalled } from "../../installed.ts";
import { assertPromtoolContent } from "../../promtool.ts";
import { withProc } from "./fake_proc.ts";

const BUILD = { version: "1.2.3", denoVersion: "2.9.6", platform: "x86_64-unknown-linux-gnu" };

async function textOf(metrics: SelfMetrics, format: TextFormat = "text") {
  return (await metrics.families(format)).map(({ text }) => text).join("");
}

function fill(metrics: SelfMetrics): void {
  metrics.setProgram("timers", true);
  metrics.setProgram("bio", false);
  metrics.setAlternative("bio", 2, 3);
  metrics.setFunctions("bio", [{ name: "trace_done", tag: "a1b2" }]);
  metrics.setProbes("bio", [
    { kind: "tracepoint", probe: "block:done", function: "trace_done", attached: true },
    { kind: "kprobe", probe: "blk_done", function: "trace_done", attached: false },
  ]);
  metrics.setDecoderErrors({
    program: "bio",
    metric: "bio_total",
    label: "disk",
    decoder: "uint",
    total: 3,
  });
  metrics.setScrape("bio", 0.000001, true);
  metrics.setScrape("timers", 0.25, false);
  metrics.setMetricSeries("ebpf_exporter_bio_total", 2_000_000);
  metrics.setMetricExported("bio", "ebpf_exporter_bio_total", true);
  metrics.setMetricExported("bio", "ebpf_exporter_bad_total", false);
}

Deno.test("self metrics: no metric of a config can have one of their names", async () => {
  const metrics = openSelfMetrics(BUILD);
  fill(metrics);
  const own = (await metrics.families("text")).map(({ name }) => name)
    .filter((name) => name.startsWith("ebpf_exporter_"))
    .map((name) => name.slice("ebpf_exporter_".length));
  assert.deepEqual(own, OWN_METRICS);
});

Deno.test("self metrics: the whole text", async () => {
  await withProc(async (procDirectory) => {
    const metrics = openSelfMetrics({ ...BUILD, procDirectory });
    fill(metrics);
    assert.equal(
      await textOf(metrics),
      `# HELP ebpf_exporter_build_info What this exporter was built from and runs on; always 1
# TYPE ebpf_exporter_build_info gauge
ebpf_exporter_build_info{denoversion="2.9.6",platform="x86_64-unknown-linux-gnu",version="1.2.3"} 1
# HELP ebpf_exporter_decoder_errors_total How many times decoders encountered errors; each time a row was left out
# TYPE ebpf_exporter_decoder_errors_total counter
ebpf_exporter_decoder_errors_total{decoder="uint",label="disk",metric="bio_total",program="bio"} 3
# HELP ebpf_exporter_ebpf_programs Info about ebpf programs: the loaded functions and their tags; always 1
# TYPE ebpf_exporter_ebpf_programs gauge
ebpf_exporter_ebpf_programs{function="trace_done",program="bio",tag="a1b2"} 1
# HELP ebpf_exporter_enabled_programs The set of enabled programs: 1 if the program runs, 0 if it failed
# TYPE ebpf_exporter_enabled_programs gauge
ebpf_exporter_enabled_programs{name="bio"} 0
ebpf_exporter_enabled_programs{name="timers"} 1
# HELP ebpf_exporter_metric_exported Whether a metric of a running program is exported (1) or left out for what its table is (0)
# TYPE ebpf_exporter_metric_exported gauge
ebpf_exporter_metric_exported{metric="ebpf_exporter_bad_total",program="bio"} 0
ebpf_exporter_metric_exported{metric="ebpf_exporter_bio_total",program="bio"} 1
# HELP ebpf_exporter_metric_series How many series a metric had at the last scrape
# TYPE ebpf_exporter_metric_series gauge
ebpf_exporter_metric_series{metric="ebpf_exporter_bio_total"} 2e+06
# HELP ebpf_exporter_probe_attached Whether a probe is attached (1) or not (0)
# TYPE ebpf_exporter_probe_attached gauge
ebpf_exporter_probe_attached{function="trace_done",kind="kprobe",probe="blk_done",program="bio"} 0
ebpf_exporter_probe_attached{function="trace_done",kind="tracepoint",probe="block:done",program="bio"} 1
# HELP ebpf_exporter_program_alternative_info Which alternative of a program runs, counted from 1; always 1
# TYPE ebpf_exporter_program_alternative_info gauge
ebpf_exporter_program_alternative_info{alternative="2",alternatives="3",program="bio"} 1
# HELP ebpf_exporter_scrape_duration_seconds How long the last reading of a program's tables took
# TYPE ebpf_exporter_scrape_duration_seconds gauge
ebpf_exporter_scrape_duration_seconds{program="bio"} 1e-06
ebpf_exporter_scrape_duration_seconds{program="timers"} 0.25
# HELP ebpf_exporter_scrape_success Whether the last reading of a program's tables read all of them (1) or not (0)
# TYPE ebpf_exporter_scrape_success gauge
ebpf_exporter_scrape_success{program="bio"} 1
ebpf_exporter_scrape_success{program="timers"} 0
# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total 3.01
# HELP process_max_fds Maximum number of open file descriptors.
# TYPE process_max_fds gauge
process_max_fds 1024
# HELP process_open_fds Number of open file descriptors.
# TYPE process_open_fds gauge
process_open_fds 3
# HELP process_resident_memory_bytes Resident memory size in bytes.
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 1.048576e+06
# HELP process_start_time_seconds Start time of the process since unix epoch in seconds.
# TYPE process_start_time_seconds gauge
process_start_time_seconds 1.70000012345e+09
# HELP process_virtual_memory_bytes Virtual memory size in bytes.
# TYPE process_virtual_memory_bytes gauge
process_virtual_memory_bytes 2.097152e+06
# HELP process_virtual_memory_max_bytes Maximum amount of virtual memory available in bytes.
# TYPE process_virtual_memory_max_bytes gauge
process_virtual_memory_max_bytes 1.8446744073709552e+19
`,
    );
  });
});

Deno.test("self metrics: in OpenMetrics they are sorted by the names that they have there", async () => {
  const metrics = openSelfMetrics(BUILD);
  fill(metrics);
  const names = (await metrics.families("openmetrics")).map(({ name }) => name);
  assert.ok(names.includes("ebpf_exporter_decoder_errors"));
  assert.ok(names.includes("process_cpu_seconds"));
  assert.deepEqual(names, names.toSorted());
});

Deno.test("self metrics: a second text is the same", async () => {
  await withProc(async (procDirectory) => {
    const metrics = openSelfMetrics({ ...BUILD, procDirectory });
    fill(metrics);
    const text = await textOf(metrics);
    assert.equal(await textOf(metrics), text);
  });
});

Deno.test("self metrics: what is set takes the place of what was", async () => {
  const metrics = openSelfMetrics(BUILD);
  fill(metrics);
  metrics.setFunctions("timers", [{ name: "expire", tag: "1" }]);
  metrics.setAlternative("bio", 1, 3);
  metrics.setFunctions("bio", []);
  metrics.setProbes("bio", [
    { kind: "kprobe", probe: "blk_done", function: "trace_done", attached: true },
  ]);
  metrics.setProgram("bio", true);
  const text = await textOf(metrics);
  const lines = (name: string) => text.split("\n").filter((line) => line.startsWith(`${name}{`));
  assert.equal(lines("ebpf_exporter_program_alternative_info").length, 1);
  assert.match(lines("ebpf_exporter_program_alternative_info")[0], /alternative="1"/);
  assert.deepEqual(lines("ebpf_exporter_ebpf_programs"), [
    'ebpf_exporter_ebpf_programs{function="expire",program="timers",tag="1"} 1',
  ]);
  assert.deepEqual(lines("ebpf_exporter_probe_attached"), [
    'ebpf_exporter_probe_attached{function="trace_done",kind="kprobe",probe="blk_done",program="bio"} 1',
  ]);
  assert.match(text, /^ebpf_exporter_enabled_programs\{name="bio"\} 1$/m);
});

Deno.test("self metrics: decoder errors are totals, and never go down", async () => {
  const metrics = openSelfMetrics(BUILD);
  const labels = { program: "p", metric: "m", label: "l", decoder: "uint" };
  const total = async () =>
    /^ebpf_exporter_decoder_errors_total\{.*\} (\S+)$/m.exec(await textOf(metrics))?.[1];
  assert.equal(await total(), undefined);
  for (const [given, shown] of [[0, "0"], [3, "3"], [3, "3"], [5, "5"], [1, "6"], [2, "7"]]) {
    metrics.setDecoderErrors({ ...labels, total: given as number });
    assert.equal(await total(), shown);
  }
});

Deno.test("self metrics: registries do not share", async () => {
  const first = openSelfMetrics(BUILD);
  const second = openSelfMetrics(BUILD);
  first.setProgram("only-first", true);
  assert.ok(!(await textOf(second)).includes("only-first"));
});

Deno.test("self metrics: of this process there are the metrics of every client, and no others", async () => {
  const text = await textOf(openSelfMetrics(BUILD));
  assert.match(text, /^process_resident_memory_bytes [1-9]/m);
  assert.doesNotMatch(text, /nodejs_|NaN/);
});

Deno.test("self metrics: what /proc does not tell is left out", async () => {
  const text = await textOf(openSelfMetrics({ ...BUILD, procDirectory: "/nonexistent" }));
  assert.ok(!text.includes("process_"));
  assert.ok(text.includes("ebpf_exporter_build_info"));
});

Deno.test("self metrics: promtool is content", async () => {
  if (!isInstalled("promtool")) return;
  const metrics = openSelfMetrics(BUILD);
  fill(metrics);
  await assertPromtoolContent(await textOf(metrics));
});
