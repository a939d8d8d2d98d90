import assert from "node:assert/strict";
import { configText, writeConfig } from "./config_text.ts";
import { runExporter, spawnExporter, startExporter, temporaryFolder } from "./exporter_process.ts";
import project from "../../deno.json" with { type: "json" };

const root = new URL("../../", import.meta.url);
const EXAMPLES = [...Deno.readDirSync(new URL("examples/", root))].map(({ name }) => name)
  .filter((name) => name.endsWith(".yaml")).sort();

Deno.test("--help and -h name every flag of the issue on stdout", async () => {
  for (const flag of ["--help", "-h"]) {
    const { code, stdout, stderr } = await runExporter([flag]);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, "");
    for (
      const name of `config config.file config.check config.strict config.schema examples debug
      compile.jobs compile.timeout web.listen-address web.telemetry-path web.enable-openmetrics
      log.level log.format version help`.split(/\s+/)
    ) assert.match(stdout, new RegExp(`--${RegExp.escape(name)}\\b`));
  }
});

Deno.test("--version prints name and version first", async () => {
  const { code, stdout } = await runExporter(["--version"]);
  assert.equal(code, 0);
  assert.match(
    stdout,
    new RegExp(`^ebpf_exporter, version ${RegExp.escape(project.version)}\n`),
  );
});

for (
  const [args, words] of [
    [["--config.chek"], 'unknown flag "--config.chek"; did you mean "--config.check"'],
    [["--confg", "x"], 'did you mean "--config"'],
    [["--web.listen-adress=:1"], 'did you mean "--web.listen-address"'],
    [["-config.file=x"], 'flags have two dashes: "--config.file"'],
    [["bio.yaml"], "--config bio.yaml"],
    [["--config"], "--config needs a value"],
    [["--log.format=xml"], "logfmt"],
    [["--compile.timeout=5"], "5"],
    [["--compile.jobs=0"], "--compile.jobs"],
    [["--web.listen-address=1.2.3.4"], "the port is missing"],
  ] as const
) {
  Deno.test(`a command line that is not understood ends with 2: ${args.join(" ")}`, async () => {
    const { code, stdout, stderr } = await runExporter(args);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, "");
    assert.ok(stderr.startsWith("ebpf_exporter: "), stderr);
    assert.ok(stderr.includes(words), stderr);
    assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
  });
}

Deno.test("--examples lists them, --examples NAME prints one with or without .yaml", async () => {
  const list = await runExporter(["--examples"], { cwd: "/" });
  assert.equal(list.code, 0, list.stderr);
  assert.deepEqual(list.stdout.trimEnd().split("\n"), EXAMPLES.map((name) => name.slice(0, -5)));
  const text = Deno.readTextFileSync(new URL("examples/bio.yaml", root));
  for (const args of [["--examples", "bio"], ["--examples=bio.yaml"]]) {
    assert.equal((await runExporter(args, { cwd: "/" })).stdout, text);
  }
  const missing = await runExporter(["--examples", "boi"], { cwd: "/" });
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /no example "boi"; there are: bio, /);
});

Deno.test("--config.schema prints a JSON schema that names the config's keys", async () => {
  const { code, stdout } = await runExporter(["--config.schema"], { cwd: "/" });
  assert.equal(code, 0);
  const schema = JSON.parse(stdout);
  assert.match(schema.$schema, /json-schema\.org/);
  for (
    const key of `programs metrics counters histograms kprobes tracepoints raw_tracepoints code
      cflags kaddrs alternatives kernel labels decoders static_map static_decoder_map`.split(/\s+/)
  ) assert.ok(stdout.includes(`"${key}"`), key);
});

Deno.test("--config and --config.file, repeated, and a directory are merged in order", async () => {
  using folder = temporaryFolder();
  const one = writeConfig(folder.path, "one.yaml", configText({ name: "one" }));
  const two = writeConfig(folder.path, "two", configText({ name: "two" }));
  Deno.mkdirSync(`${folder.path}/more`);
  writeConfig(`${folder.path}/more`, "b.yaml", configText({ name: "four" }));
  writeConfig(`${folder.path}/more`, "a.yml", configText({ name: "three" }));
  writeConfig(`${folder.path}/more`, "c.txt", "no configuration");
  const { code, stdout, stderr } = await runExporter(
    ["--config", one, "--config.file", two, `--config=${folder.path}/more/`, "--config.check"],
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /valid: 4 program/);

  await using exporter = await startExporter(
    ["--config.file", two, "--config", `${folder.path}/more`, "--config", one],
  );
  const page = await exporter.get("/");
  const names = [...page.matchAll(/<h2>(\w+) /g)].map(([, name]) => name);
  assert.deepEqual(names, ["two", "three", "four", "one"]);
});

Deno.test("a program name in two files is an error that names both places", async () => {
  using folder = temporaryFolder();
  const one = writeConfig(folder.path, "one.yaml", configText({ name: "same" }));
  const two = writeConfig(
    folder.path,
    "two.yaml",
    configText({ name: "first" }, { name: "same", table: "t" }),
  );
  const line = Deno.readTextFileSync(two).split("\n").indexOf("  - name: same") + 1;
  const { code, stderr } = await runExporter(["--config", one, "--config", two]);
  assert.equal(code, 1);
  assert.ok(
    stderr.includes(
      `${two}:${line}:11: error: the program name "same" is used twice, first at ${one}:2:11`,
    ),
    stderr,
  );
});

for (const name of ["timers", "timers.yaml"]) {
  Deno.test(`--config ${name} takes the example where no such file is, and says so`, async () => {
    await using exporter = await startExporter(["--config", name], { cwd: "/" });
    assert.match(
      exporter.log(),
      new RegExp(`using the example.* config=${name} example=examples/timers.yaml`),
    );
  });
}

Deno.test("a file goes before the example of its name", async () => {
  using folder = temporaryFolder();
  writeConfig(folder.path, "bio.yaml", "programs: [] # mine\n");
  const { code, stderr } = await runExporter(["--config", "bio.yaml"], { cwd: folder.path });
  assert.equal(code, 1);
  assert.match(stderr, /^bio\.yaml:1:1: error: /m);
  assert.doesNotMatch(stderr, /example/);
});

Deno.test("without --config the block I/O default runs, and the log says so", async () => {
  await using exporter = await startExporter([], { cwd: "/" });
  assert.match(exporter.log(), /no --config given, using the default.* example=bio\b/);
  const metrics = await exporter.get("/metrics");
  assert.match(metrics, /^ebpf_exporter_enabled_programs\{name="bio"\} 1$/m);
});

Deno.test("all listen addresses answer, IPv6 in brackets too", async () => {
  using folder = temporaryFolder();
  const config = writeConfig(folder.path, "c.yaml", configText({}));
  await using exporter = await startExporter(
    ["--web.listen-address=[::1]:0", "--config", config, "--web.telemetry-path=/m"],
  );
  await exporter.waitForLog(/msg=serving address=\[/);
  const addresses = [...exporter.log().matchAll(/msg=serving address=(\S+) path=\/m$/gm)]
    .map(([, address]) => address);
  assert.equal(addresses.length, 2, exporter.log());
  assert.match(addresses[1], /^\[::1\]:\d+$/);
  for (const address of addresses) {
    assert.match(await (await fetch(`http://${address}/m`)).text(), /ebpf_exporter_build_info/);
    const other = await fetch(`http://${address}/metrics`);
    assert.equal(other.status, 404);
    await other.body?.cancel();
  }
});

Deno.test(":port means IPv4 and IPv6", async () => {
  using folder = temporaryFolder();
  const config = writeConfig(folder.path, "c.yaml", configText({}));
  await using exporter = spawnExporter(["--web.listen-address=:0", "--config", config]);
  const port = (await exporter.waitForLog(/msg=serving/)).match(/address=:(\d+)/)?.[1];
  for (const host of ["127.0.0.1", "[::1]"]) {
    const response = await fetch(`http://${host}:${port}/-/ready`);
    assert.equal(response.status, 200);
    await response.body?.cancel();
  }
});

Deno.test("a port in use ends the start with 1 and says what to do", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${listener.addr.port}`;
  const { code, stderr } = await runExporter(
    ["--web.listen-address=127.0.0.1:0", `--web.listen-address=${address}`, "--config=timers"],
  );
  assert.equal(code, 1);
  assert.ok(stderr.includes(address), stderr);
  assert.match(stderr, /another process listens there/);
  assert.doesNotMatch(stderr, /program running/);
});

Deno.test("--log.format json writes one object a line; --log.level drops what is below", async () => {
  using folder = temporaryFolder();
  const config = writeConfig(
    folder.path,
    "c.yaml",
    configText({}, { name: "bad", code: "int on_enter(void *ctx) { return nope; }" }),
  );
  await using exporter = spawnExporter(
    ["--web.listen-address=127.0.0.1:0", "--config", config, "--log.format=json"],
  );
  await exporter.waitForLog(/"serving"/);
  const records = exporter.log().trimEnd().split("\n").map((line) => JSON.parse(line));
  const failed = records.find(({ msg }) => msg === "program failed");
  assert.equal(failed.level, "error");
  assert.equal(failed.program, "bad");
  assert.match(failed.reason, /c\.yaml:\d+:\d+: error: use of undeclared identifier 'nope'\n/);
  assert.ok(records.every(({ time, level, msg }) => time && level && msg));

  await using quiet = spawnExporter(
    ["--web.listen-address=127.0.0.1:0", "--config", config, "--log.level=error"],
  );
  await quiet.waitForLog(/msg="program failed"/);
  const { stderr } = await quiet.stop();
  assert.deepEqual(stderr.match(/level=\w+/g), ["level=error"], stderr);
});
