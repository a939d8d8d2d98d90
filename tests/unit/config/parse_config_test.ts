/** What a configuration means, dialect by dialect, down to the plain data that the others get. */

import assert from "node:assert/strict";
import type { AlternativeConfig, LabelConfig } from "../../../src/config/config.ts";
import { loadConfig } from "../../../src/config/load_config.ts";
import { parseConfig } from "../../../src/config/parse_config.ts";

function fixture(name: string) {
  const text = Deno.readTextFileSync(new URL(`./fixtures/${name}`, import.meta.url));
  const { config, problems } = parseConfig(text, name);
  assert.deepEqual(problems, []);
  return config!;
}

/** Decoders without their places. */
function chain(label: LabelConfig) {
  return label.decoders.map(({ place: _, ...decoder }) => decoder);
}

function probes(alternative: AlternativeConfig) {
  return alternative.probes.map(({ kind, name, target }) => `${kind} ${name} ${target}`);
}

Deno.test("the dialect before 1.0 of the original", () => {
  const [program] = fixture("dialects.good.yaml").programs;
  const [counter] = program.counters;
  assert.deepEqual(counter.labels.map(chain), [
    [{ name: "static_map", staticMap: [["0x2", "write"], ["0x1", "read"], ["1", "decimal"]] }],
    [{ name: "uint" }],
    [],
  ]);
  assert.deepEqual(program.alternatives.length, 1);
  const [alternative] = program.alternatives;
  assert.deepEqual(probes(alternative), [
    "raw_tracepoint sched_switch on_switch",
    "raw_tracepoint timer_start on_timer",
  ]);
  assert.deepEqual(alternative.cflags, ["-I/include/path", "-DNAME=1"]);
  assert.deepEqual(alternative.kaddrs, ["init_net"]);
  assert.equal("kernel" in alternative, false);
  assert.equal(alternative.code.text.split("\n").length, 3);
});

Deno.test("the dialect after 1.0 of the original", () => {
  const [, program, last] = fixture("dialects.good.yaml").programs;
  const [histogram] = program.histograms;
  assert.equal(histogram.help, "5");
  assert.deepEqual(
    [histogram.bucketType, histogram.bucketMin, histogram.bucketMax, histogram.bucketMultiplier],
    ["linear", 0, 16, 1],
  );
  assert.deepEqual(histogram.labels.map(({ name, size, padding }) => [name, size, padding]), [
    ["disk", 32, 4],
    ["op", 8, undefined],
    ["le", 8, undefined],
  ]);
  assert.deepEqual(chain(histogram.labels[0])[1], {
    name: "regexp",
    regexps: ["^sd[a-z]$", "nvme"],
  });
  assert.deepEqual(chain(histogram.labels[1])[1], {
    name: "static_map",
    staticMap: [["1", "yes"], ["2", "~"], ["3", "0x10"], ["4", "null"], ["5", ""]],
    allowUnknown: true,
  });
  assert.deepEqual(probes(program.alternatives[0]), [
    "kprobe do_thing.part.0 enter",
    "kretprobe do_thing leave",
    "tracepoint block:block_rq_issue issue",
  ]);
  assert.deepEqual([last.name, last.counters, last.histograms], ["without_metrics", [], []]);
});

Deno.test("alternatives inherit the program's code, flags and symbols", () => {
  const [program] = fixture("alternatives.good.yaml").programs;
  const [first, second] = program.alternatives;
  assert.equal(first.kernel, ">=5.8 <6.6");
  assert.match(first.code.text, /for every alternative/);
  assert.deepEqual(first.cflags, ["-DALL", "-DOLD"]);
  assert.deepEqual(first.kaddrs, ["init_task", "init_net"]);
  assert.deepEqual(probes(first), ["kprobe old_name count"]);
  assert.match(second.code.text, /int count/);
  assert.deepEqual(second.cflags, ["-DALL"]);
  assert.deepEqual(probes(second), ["tracepoint block:block_rq_issue count"]);
});

Deno.test("anchors, merge keys and several documents", () => {
  const { programs } = fixture("anchors.good.yaml");
  assert.deepEqual(programs.map(({ name }) => name), ["first", "second"]);
  assert.deepEqual(programs[0].counters.map(({ name, help, table }) => [name, help, table]), [
    ["a_total", "From the anchor", "counts"],
    ["b_total", "From the anchor", "counts"],
    ["c_total", "Nearest wins", "counts"],
  ]);
  assert.deepEqual(chain(programs[0].counters[2].labels[0]), [{ name: "string" }]);
});

Deno.test("a bucket_multiplier of 0 is 1, as where there is none", () => {
  const program = (name: string, more: string) =>
    `  - name: ${name}
    metrics:
      histograms:
        - { name: h, table: t, bucket_type: exp2, bucket_max: 3${more}, labels: [{ name: b }] }
    kprobes: { f: g }
    code: int g(void *ctx) { return 0; }
`;
  const text = "programs:\n" + program("none", "") + program("zero", ", bucket_multiplier: 0");
  const { config, problems } = parseConfig(text, "p.yaml");
  assert.deepEqual(problems, []);
  assert.deepEqual(
    config!.programs.map(({ histograms }) => histograms[0].bucketMultiplier),
    [1, 1],
  );
});

Deno.test("every place names the line that holds what it is the place of", () => {
  const name = "dialects.good.yaml";
  const lines = Deno.readTextFileSync(new URL(`./fixtures/${name}`, import.meta.url)).split("\n");
  const at = ({ line, column }: { line: number; column: number }) =>
    lines[line - 1].slice(column - 1);
  for (const program of fixture(name).programs) {
    assert.ok(at(program.place).startsWith(program.name));
    for (const probe of program.alternatives.flatMap((alternative) => alternative.probes)) {
      assert.ok(at(probe.place).includes(`${probe.name}: ${probe.target}`));
    }
    for (const metric of [...program.counters, ...program.histograms]) {
      assert.ok(at(metric.place).startsWith(metric.name));
      assert.ok(at(metric.tablePlace).startsWith(metric.table));
      assert.ok(at(metric.labelsPlace).startsWith("labels:"));
      for (const label of metric.labels) {
        assert.ok(at(label.place).startsWith(label.name));
        for (const decoder of label.decoders) assert.ok(at(decoder.place).startsWith(decoder.name));
      }
    }
  }
});

Deno.test("an unknown key's hint is the near key, else where it belongs, else what is known", () => {
  const text = `programs:
  - name: p
    kprobe: { f: g }
    kprobes: { f: g }
    code: x
    kernel: ">=5"
    metrics: { gauges: [] }
    perf_events: []
`;
  const hints = parseConfig(text, "p.yaml").problems.map(({ path, hint }) => [path, hint]);
  assert.deepEqual(hints, [
    ["programs[0].kprobe", 'did you mean "kprobes"'],
    ["programs[0].kernel", '"kernel" is a key of an alternative'],
    ["programs[0].metrics.gauges", "the keys that are known here: counters, histograms"],
    ["programs[0].perf_events", "use kprobes, kretprobes, tracepoints or raw_tracepoints"],
  ]);
});

const reference = new URL("../../../../shared/reference/", import.meta.url);

for (const name of ["bio", "cachestat"]) {
  Deno.test(`the original's ${name}.yaml is taken as it is`, () => {
    const url = new URL(`${name}.yaml`, reference);
    let text: string;
    try {
      text = Deno.readTextFileSync(url);
    } catch (error) {
      if (Deno.env.get("CI") === "true") throw error;
      console.error(`LEFT OUT: ${url.pathname} is not there`);
      return;
    }
    const { config, problems } = loadConfig([url.pathname]);
    assert.deepEqual(problems, []);
    const [program] = config!.programs;
    assert.equal(program.name, name);
    const { code, probes } = program.alternatives[0];
    // The code is the rest of the file, less its indentation.
    const rest = text.slice(text.indexOf("code: |\n") + "code: |\n".length);
    assert.equal(code.text.trim(), rest.replace(/^ {6}/gm, "").trim());
    if (name === "bio") {
      assert.deepEqual(
        program.histograms.map((histogram) => [
          histogram.name,
          histogram.table,
          histogram.bucketMax,
          histogram.bucketMultiplier,
        ]),
        [["bio_latency_seconds", "io_latency", 26, 1e-6], ["bio_size_bytes", "io_size", 15, 1024]],
      );
      assert.equal(probes.length, 3);
    } else {
      assert.deepEqual(program.counters.map(({ name }) => name), ["page_cache_ops_total"]);
      assert.equal(probes.length, 4);
    }
  });
}
