import assert from "node:assert/strict";
import { configText, programText, writeConfig } from "./config_text.ts";
import {
  eventually,
  runExporter,
  seriesValue,
  startExporter,
  temporaryFolder,
} from "./exporter_process.ts";
import { kernelObjects } from "./kernel_objects.ts";

const ANY_PORT = "--web.listen-address=127.0.0.1:0";

/** Starts what must not run: exit 1, and the reason in the log. */
async function failedReason(text: string, ...args: string[]): Promise<string> {
  using folder = temporaryFolder();
  const config = writeConfig(folder.path, "c.yaml", text);
  const { code, stderr } = await runExporter([
    ANY_PORT,
    "--log.format=json",
    "--config",
    config,
    ...args,
  ]);
  assert.equal(code, 1, stderr);
  const records = stderr.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.ok(records.some(({ msg }) => msg.startsWith("no program runs")), stderr);
  return records.find(({ msg }) => msg === "program failed").reason;
}

function hasKprobes(): boolean {
  try {
    return Deno.statSync("/sys/bus/event_source/devices/kprobe").isDirectory;
  } catch {
    return false;
  }
}

const REFUSED = `BPF_HASH(calls, u32);
int on_enter(void *ctx) {
    u32 key = 1;
    ${"key = key * 7 + bpf_get_smp_processor_id();\n    ".repeat(30)}u64 *leaf = calls.lookup(&key);
    *leaf += 1;
    return 0;
}`;

Deno.test("what the verifier refuses: the telling part, the cause and the function", async () => {
  const reason = await failedReason(configText({ code: REFUSED }));
  const [first, ...log] = reason.split("\n");
  assert.equal(
    first,
    'the verifier refused function "on_enter" with EACCES (Permission denied): the result of a lookup is used without a check for NULL',
  );
  assert.match(log.at(-1)!, /invalid mem access 'map_value_or_null'/);
  assert.ok(log.length <= 12, `${log.length} lines`);
  assert.doesNotMatch(reason, /processed \d+ insns/);
});

Deno.test("--debug logs the verifier's whole words", async () => {
  using folder = temporaryFolder();
  const config = writeConfig(folder.path, "c.yaml", configText({ code: REFUSED }));
  const { code, stderr } = await runExporter(
    [ANY_PORT, "--debug", "--log.format=json", "--config", config],
  );
  assert.equal(code, 1);
  const records = stderr.trimEnd().split("\n").map((line) => JSON.parse(line));
  const { log, program } = records.find(({ msg }) => msg === "verifier log");
  assert.equal(program, "calls");
  assert.match(log, /processed \d+ insns/);
  assert.ok(log.split("\n").length > 60, log);
});

Deno.test("a kprobe that cannot be: the kernel's own reason", async () => {
  const name = hasKprobes() ? "vfs_raed_of_e2e" : "vfs_read";
  const reason = await failedReason(configText({ probes: `kprobes: { ${name}: on_enter }` }));
  assert.ok(reason.startsWith(`kprobe "${name}": `), reason);
  assert.match(
    reason,
    hasKprobes()
      ? /ENOENT .*no function of that name/
      : /this kernel has no kprobes \(CONFIG_KPROBES.*tracepoint/,
  );
});

for (
  const [probes, words] of [
    [
      "tracepoints: { sched:sched_swich: on_enter }",
      /^tracepoint "sched:sched_swich": this kernel has no such tracepoint; near names: sched:sched_switch\b/,
    ],
    [
      "tracepoints: { shced:sched_switch: on_enter }",
      /no such tracepoint; near names: sched:sched_switch\b/,
    ],
    [
      "raw_tracepoints: { sys_entr: on_enter }",
      /^raw_tracepoint "sys_entr": ENOENT \(No such file or directory\): this kernel has no such tracepoint; near names: sys_enter\b/,
    ],
  ] as const
) {
  Deno.test(`an unknown tracepoint is told with near names: ${probes}`, async () => {
    assert.match(await failedReason(configText({ probes })), words);
  });
}

Deno.test("a target that is no function of the code is told at its place", async () => {
  const reason = await failedReason(
    configText({ probes: "raw_tracepoints: { sys_enter: on_exit }" }),
  );
  assert.match(
    reason,
    /c\.yaml:10:24: error: the raw tracepoint "sys_enter" names the function "on_exit"/,
  );
});

/** Both names of an event that was renamed, as one config for many kernels has them. */
const RENAMED = {
  name: "renamed",
  probes: "raw_tracepoints:\n  sys_enter_of_old: on_enter\n  sys_enter: on_enter",
};

Deno.test("one function with an old and a new probe name starts; log, page and metric tell which", async () => {
  using folder = temporaryFolder();
  const config = writeConfig(folder.path, "c.yaml", configText(RENAMED));
  await using exporter = await startExporter(["--config", config]);
  assert.match(
    exporter.log(),
    new RegExp(
      `level=warn msg="probe not attached" program=renamed probe=raw_tracepoint:sys_enter_of_old place=${config}:11:7 reason="ENOENT`,
    ),
  );
  const metrics = await exporter.get("/metrics");
  const attached = (probe: string) =>
    metrics.match(
      new RegExp(`^ebpf_exporter_probe_attached\\{[^}]*probe="${probe}"[^}]*\\} (\\d)$`, "m"),
    )?.[1];
  assert.equal(attached("sys_enter"), "1", metrics);
  assert.equal(attached("sys_enter_of_old"), "0", metrics);
  assert.equal(seriesValue(metrics, 'ebpf_exporter_enabled_programs{name="renamed"}'), "1");
  const page = await exporter.get("/");
  assert.match(page, /sys_enter_of_old[^]*missing">no<[^]*this kernel has no such tracepoint/);
});

Deno.test("--config.strict refuses a program with a probe missing, and leaves nothing attached", async () => {
  const name = `e2es${Deno.pid}`;
  const reason = await failedReason(configText({ ...RENAMED, name }), "--config.strict");
  assert.match(
    reason,
    /^--config\.strict: .*c\.yaml:11:7: raw_tracepoint "sys_enter_of_old": ENOENT/,
  );
  await eventually("no map", () => kernelObjects(name).length === 0 ? true : undefined);
});

Deno.test("a function of which no probe attaches fails its program, though another function's did", async () => {
  const reason = await failedReason(configText({
    probes:
      "raw_tracepoints:\n  sys_enter: on_enter\n  no_such_e2e: on_other\n  nor_this_e2e: on_other",
    code:
      "BPF_ARRAY(calls, u64, 1);\nint on_enter(void *ctx) { return 0; }\nint on_other(void *ctx) { return 0; }",
  }));
  assert.match(reason, /"no_such_e2e", raw_tracepoint "nor_this_e2e": ENOENT/);
});

Deno.test("one function serves a tracepoint and a raw tracepoint", async () => {
  using folder = temporaryFolder();
  const config = writeConfig(
    folder.path,
    "c.yaml",
    configText({
      probes:
        "tracepoints: { raw_syscalls:sys_enter: on_enter }\nraw_tracepoints: { sched:sched_switch: on_enter }",
    }),
  );
  await using exporter = await startExporter(["--config", config, "--config.strict"]);
  assert.match(
    exporter.log(),
    /probes="tracepoint:raw_syscalls:sys_enter raw_tracepoint:sched_switch"/,
  );
  const functions = (await exporter.get("/metrics")).match(
    /^ebpf_exporter_ebpf_programs\{.*function="on_enter".*\} 1$/gm,
  );
  assert.ok(functions!.length >= 1);
});

Deno.test("of alternatives the first that compiles, loads and attaches runs; the others' reasons are told", async () => {
  using folder = temporaryFolder();
  const ways = [
    ["<3.0", "sys_enter", "nonsense"],
    [">=3.0", "sys_enter", "#error does not compile"],
    ["", "sys_enter", REFUSED],
    ["", "no_such_e2e", "BPF_ARRAY(calls, u64, 1); int on_enter(void *ctx) { return 0; }"],
    [
      ">=3.0 <999.0",
      "sys_enter",
      "BPF_ARRAY(calls, u64, 1); int on_enter(void *ctx) { calls.increment(0); return 0; }",
    ],
    ["", "sys_enter", "#error never reached"],
  ];
  const text =
    `programs:\n${programText({}).replace(/^ {4}raw_tracepoints[^]*/m, "")}    alternatives:\n` +
    ways.map(([kernel, probe, code]) =>
      `      - ${
        kernel ? `kernel: "${kernel}"\n        ` : ""
      }raw_tracepoints: { ${probe}: on_enter }
        code: |
          ${code.replaceAll("\n", "\n          ")}
`
    ).join("");
  const config = writeConfig(folder.path, "c.yaml", text);
  await using exporter = await startExporter(["--config", config]);
  const log = exporter.log();
  assert.match(log, /msg="program running" program=calls alternative="5 of 6"/);
  const passed = log.match(/msg="alternatives passed over".* reason="(.*)"/)![1];
  assert.match(passed, /alternative 1: it is for kernels <3\.0, and this is /);
  assert.match(
    passed,
    /alternative 2: the code does not compile\\n.*c\.yaml:\d+:\d+: error: .*does not compile/,
  );
  assert.match(passed, /alternative 3: the verifier refused function/);
  assert.match(passed, /alternative 4: raw_tracepoint \\"no_such_e2e\\": ENOENT/);
  assert.doesNotMatch(log, /never reached/);
  const metrics = await exporter.get("/metrics");
  const info =
    'ebpf_exporter_program_alternative_info{alternative="5",alternatives="6",program="calls"}';
  assert.equal(seriesValue(metrics, info), "1");
  assert.ok(Number(seriesValue(metrics, 'ebpf_exporter_calls_total{key="0"}')) > 0, metrics);
  assert.match(await exporter.get("/"), /Alternative: 5 of 6/);
});

Deno.test("programs that fail in every way leave the others running; log, page and metrics say which", async () => {
  using folder = temporaryFolder();
  const config = writeConfig(
    folder.path,
    "c.yaml",
    configText(
      { name: "uncompiled", code: "int on_enter(void *ctx) { return nope; }" },
      { name: "refused", table: "calls", code: REFUSED },
      { name: "unattached", probes: "raw_tracepoints: { no_such_e2e: on_enter }" },
      { name: "tableless", code: "int on_enter(void *ctx) { return 0; }" },
      { name: "fine" },
    ),
  );
  await using exporter = await startExporter(["--config", config]);
  const metrics = await exporter.get("/metrics");
  const page = await exporter.get("/");
  for (
    const [name, state, words] of [
      ["uncompiled", 0, "use of undeclared identifier"],
      ["refused", 0, "the verifier refused function"],
      ["unattached", 0, "this kernel has no such tracepoint"],
      ["tableless", 1, ""],
      ["fine", 1, ""],
    ] as const
  ) {
    assert.equal(
      seriesValue(metrics, `ebpf_exporter_enabled_programs{name="${name}"}`),
      String(state),
    );
    const section = page.split("<section>").find((part) => part.includes(`<h2>${name} `))!;
    assert.ok(section.includes(state ? "running" : "failed"), section);
    assert.ok(section.includes(words), section);
    assert.match(
      exporter.log(),
      new RegExp(`msg="program ${state ? "running" : "failed"}" program=${name}\\b`),
    );
  }
  // A metric without its table is left out alone, with its place, line and caret.
  assert.match(
    exporter.log(),
    /msg="metric left out" reason=".*defines no table \\"tableless\\"\\n +\d+ \|.*\^/,
  );
  assert.doesNotMatch(metrics, /^ebpf_exporter_tableless_total/m);
  assert.match(metrics, /^ebpf_exporter_fine_total\{key="0"\} \d+$/m);
});

Deno.test("programs with a table of one name each have their own", async () => {
  using folder = temporaryFolder();
  const config = writeConfig(
    folder.path,
    "c.yaml",
    configText(
      {
        name: "one",
        table: "same",
        code: "BPF_ARRAY(same, u64, 1);\nint on_enter(void *ctx) { same.increment(0); return 0; }",
      },
      {
        name: "two",
        table: "same",
        code: "BPF_ARRAY(same, u64, 1);\nint on_enter(void *ctx) { return 0; }",
      },
    ),
  );
  await using exporter = await startExporter(["--config", config]);
  const metrics = await exporter.get("/metrics");
  assert.ok(Number(seriesValue(metrics, 'ebpf_exporter_one_total{key="0"}')) > 0);
  assert.equal(seriesValue(metrics, 'ebpf_exporter_two_total{key="0"}') ?? "0", "0");
});

Deno.test("cflags and kaddrs reach the code", async () => {
  using folder = temporaryFolder();
  const symbol = Deno.readTextFileSync("/proc/kallsyms").match(/^([0-9a-f]+) T (vfs_read)$/m)!;
  const text = configText({
    code: `BPF_ARRAY(calls, u64, 1);
int on_enter(void *ctx) {
    u64 answer = MEANING + (kaddr_vfs_read == 0x${symbol[1]}ULL) + (NUMCPUS >= 1);
    calls.update(&(int){0}, &answer);
    return 0;
}`,
  }).replace("    code:", "    cflags: [-DMEANING=40]\n    kaddrs: [vfs_read]\n    code:");
  const config = writeConfig(folder.path, "c.yaml", text);
  await using exporter = await startExporter(["--config", config]);
  assert.equal(
    seriesValue(await exporter.get("/metrics"), 'ebpf_exporter_calls_total{key="0"}'),
    "42",
  );
});

Deno.test("helpers that call functions and globals are told to be unsupported", async () => {
  const reason = await failedReason(configText({
    code:
      "static int twice = 2;\nBPF_ARRAY(calls, u64, 1);\nint on_enter(void *ctx) { return twice++; }",
  }));
  assert.match(reason, /global or static variable.*libbcc does not support/);
});
