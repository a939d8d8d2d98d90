import assert from "node:assert/strict";
import { configText, makeFifo, writeConfig } from "./config_text.ts";
import { runExporter, spawnExporter, startExporter, temporaryFolder } from "./exporter_process.ts";

const FIXTURES = new URL("../unit/config/fixtures/", import.meta.url).pathname;
const fixtures = [...Deno.readDirSync(FIXTURES)].map(({ name }) => name).sort();
const bad = fixtures.filter((name) => name.endsWith(".bad.yaml"));
const good = fixtures.filter((name) => name.endsWith(".good.yaml"));

/** Place and words of each problem that a fixture's comments `#! column: words` announce. */
function expectedProblems(file: string): { place: string; words: string }[] {
  return Deno.readTextFileSync(file).split("\n").flatMap((line, index) =>
    [...line.matchAll(/#! (\d+): (.*?)(?= #!|$)/g)].map(([, column, words]) => ({
      place: `${file}:${index + 1}:${column}: error: `,
      words: words.replaceAll("FILE", file),
    }))
  );
}

for (const name of bad) {
  for (const mode of [["--config.check"], []]) {
    Deno.test(`${name}: all problems at once, each with its line and a caret, exit 1 ${mode}`, async () => {
      const file = FIXTURES + name;
      const { code, stdout, stderr } = await runExporter(["--config", file, ...mode]);
      assert.equal(code, 1, stderr);
      assert.equal(stdout, "");
      const expected = expectedProblems(file);
      assert.ok(expected.length > 0);
      const problems = stderr.split("\n").filter((line) => line.includes(": error: "));
      for (const { place, words } of expected) {
        assert.ok(
          problems.some((line) => line.startsWith(place) && line.includes(words)),
          `${place}${words}\n\n${stderr}`,
        );
      }
      assert.equal(problems.length, expected.length, stderr);
      const excerpts = stderr.match(/^ +\d+ \| .*\n +\| \s*\^$/gm) ?? [];
      assert.equal(excerpts.length, expected.length, stderr);
    });
  }
}

for (const name of good) {
  Deno.test(`${name}: its YAML is accepted`, async () => {
    // Its code is no real code: problems there are not problems of the YAML.
    const { stderr } = await runExporter(["--config", FIXTURES + name, "--config.check"]);
    for (const line of stderr.split("\n").filter((line) => line.includes(": error: "))) {
      assert.match(
        line,
        /unknown type name|undeclared|does not define|defines no table|expected|redefinition/,
      );
    }
    assert.doesNotMatch(stderr, /Uncaught/);
  });
}

/** Runs with a hostile file: exit 1, soon and with little memory, with an error at the file. */
async function assertRefused(path: string, words: RegExp): Promise<void> {
  const began = performance.now();
  const { code, stderr: text } = await runExporter(["--config", path, "--config.check"], {
    // Enough for Deno and a file of the largest size, far too little for what the files could become.
    before: ["timeout", "30", "prlimit", `--data=${1 << 30}`],
  });
  assert.equal(code, 1, text);
  assert.match(text, words);
  assert.match(text, /:\d+:\d+: error: /);
  assert.ok(text.length < 5000, `${text.length} characters`);
  assert.ok(performance.now() - began < 10_000);
}

Deno.test("hostile files get an error within seconds: size, bytes, tabs, aliases, nesting", async () => {
  using folder = temporaryFolder();
  const write = (name: string, text: string) => writeConfig(folder.path, name, text);
  const bomb = ["x-0: &a0 [x]"];
  for (let i = 1; i <= 20; i++) {
    bomb.push(`x-${i}: &a${i} [${Array(16).fill(`*a${i - 1}`).join(", ")}]`);
  }
  await assertRefused(
    write("bomb.yaml", `${bomb.join("\n")}\nprograms: *a20\n`),
    /stands for more/,
  );

  const large = `${folder.path}/large.yaml`;
  {
    using file = Deno.openSync(large, { create: true, write: true });
    file.truncateSync(100 * 2 ** 20);
  }
  await assertRefused(large, /the file is larger than 8 MiB/);

  const latin = `${folder.path}/latin.yaml`;
  Deno.writeFileSync(
    latin,
    new Uint8Array([...new TextEncoder().encode("programs:\n - caf"), 0xe9, 0x0a]),
  );
  await assertRefused(
    latin,
    /latin\.yaml:2:7: error: the file is not UTF-8: found the byte 0xe9[^]*\n +2 \| {2}- caf\ufffd\n +\| {7}\^/,
  );

  await assertRefused(
    write("tabs.yaml", "programs:\n\t- name: p\n"),
    /tabs\.yaml:2:1: error: .*tab/,
  );
  await assertRefused(write("deep.yaml", "a: " + "[".repeat(100_000)), /levels of nesting/);
  await assertRefused(write("nothing.yaml", ""), /empty/);
  await assertRefused(write("zeros.yaml", "\0".repeat(7 << 20)), /control character 0x00/);
});

Deno.test("what is no file gets an error and no hang: FIFO, device, directory without YAML, link to itself", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  await assertRefused(
    makeFifo(`${path}/fifo.yaml`),
    /fifo\.yaml:1:1: error: found a FIFO, expected a regular file/,
  );
  await assertRefused("/dev/zero", /found a device/);
  Deno.symlinkSync("/dev/zero", `${path}/zero.yaml`);
  await assertRefused(`${path}/zero.yaml`, /found a device/);
  Deno.mkdirSync(`${path}/empty`);
  await assertRefused(`${path}/empty`, /the directory has no file \*\.yaml or \*\.yml/);
  Deno.symlinkSync("self.yaml", `${path}/self.yaml`);
  await assertRefused(`${path}/self.yaml`, /cannot be read/);
  await assertRefused(`${path}/fifo.yml`, /no such file[^]*hint: did you mean ".*fifo\.yaml"/);
});

Deno.test("of a directory every file's problems are told, beside those of a FIFO in it", async () => {
  using folder = temporaryFolder();
  writeConfig(folder.path, "a.yaml", configText({ name: "a" }).replace("help:", "halp:"));
  makeFifo(`${folder.path}/b.yaml`);
  writeConfig(folder.path, "c.yml", configText({ name: "c" }).replace("code:", "cod:"));
  const { code, stderr } = await runExporter(["--config", folder.path]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /a\.yaml:6:11: error: unknown key "halp"\n.*\n.*\n +hint: did you mean "help"/,
  );
  assert.match(stderr, /b\.yaml:1:1: error: found a FIFO/);
  assert.match(
    stderr,
    /c\.yml:\d+:5: error: unknown key "cod"\n.*\n.*\n +hint: did you mean "code"/,
  );
});

Deno.test("names from a file reach the terminal without their control characters", async () => {
  using folder = temporaryFolder();
  const path = writeConfig(
    folder.path,
    "c.yaml",
    configText({}).replace("help: Calls", 'help: Calls\n          "\\e[2Jx": 1'),
  );
  const { code, stderr } = await runExporter(["--config", path]);
  assert.equal(code, 1);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(stderr, /[\x00-\x08\x0b-\x1f\x7f]/);
});

Deno.test("the shorthand, the list at the top and the comment-only document of old configs start", async () => {
  using folder = temporaryFolder();
  const text = configText({}).replace(
    "{ name: key, decoders: [{ name: uint }] }",
    "name: key\n              decoder: static_map\n              static_decoder_map:\n                0x0: zero\n",
  ).replace(/^/gm, "  ").replace("  programs:", "- programs:");
  const path = writeConfig(folder.path, "old.yaml", text);
  await using exporter = await startExporter(["--config", path]);
  assert.match(await exporter.get("/metrics"), /^ebpf_exporter_calls_total\{key="zero"\} \d+$/m);
});

Deno.test("a config that is replaced while it is read does not change what was started", async () => {
  using folder = temporaryFolder();
  const path = writeConfig(folder.path, "c.yaml", configText({}));
  await using exporter = spawnExporter(["--web.listen-address=127.0.0.1:0", "--config", path]);
  await exporter.waitForLog(/msg="program running"/);
  Deno.removeSync(path);
  await exporter.waitForLog(/msg=serving/);
});
