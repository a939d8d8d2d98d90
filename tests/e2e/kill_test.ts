import assert from "node:assert/strict";
import { configText, endlessCode, makeFifo, writeConfig } from "./config_text.ts";
import {
  eventually,
  runExporter,
  spawnExporter,
  startExporter,
  temporaryFolder,
} from "./exporter_process.ts";
import { kernelObjects } from "./kernel_objects.ts";
import { assertNothingLeft } from "./nothing_left.ts";
import { childOfKind, childrenOf, processesWithEnv } from "./processes.ts";

const ANY_PORT = "--web.listen-address=127.0.0.1:0";

Deno.test("kill -9 while the config is read leaves no child", async () => {
  using folder = temporaryFolder();
  const mark = `e2eka${Deno.pid}`;
  const programs = Array.from({ length: 300 }, (_, i) => ({ name: `${mark}_${i}` }));
  const config = writeConfig(folder.path, "c.yaml", configText(...programs));
  await using exporter = spawnExporter([ANY_PORT, "--config", config], { env: { E2E_MARK: mark } });
  await eventually("the config child", () => childOfKind(exporter.pid, "config-child"));
  assert.equal((await exporter.stop("SIGKILL")).signal, "SIGKILL");
  await assertNothingLeft(mark);
});

Deno.test("kill -9 while one program compiles and another runs leaves no child, program or map; the next start sweeps the folder", async () => {
  using folder = temporaryFolder();
  const temporary = `${folder.path}/tmp`;
  Deno.mkdirSync(temporary);
  // Not ours to remove: another's name, a living exporter's, a file.
  const namespace = Deno.readLinkSync("/proc/self/ns/pid").replace(/\D/g, "");
  Deno.mkdirSync(`${temporary}/ebpf_exporter_compile_${namespace}_${Deno.pid}_living`);
  Deno.mkdirSync(`${temporary}/something_else`);
  Deno.writeTextFileSync(`${temporary}/ebpf_exporter_compile_${namespace}_1234_file`, "");
  const before = [...Deno.readDirSync(temporary)].map(({ name }) => name).sort();

  const mark = `e2ekb${Deno.pid}`;
  const fifo = makeFifo(`${folder.path}/endless.h`);
  const config = writeConfig(
    folder.path,
    "c.yaml",
    configText({ name: mark }, { name: "endless", code: endlessCode(fifo, `${mark}e`) }),
  );
  const env = { E2E_MARK: mark, TMPDIR: temporary };
  await using exporter = spawnExporter([ANY_PORT, "--config", config, "--compile.jobs=2"], { env });
  await exporter.waitForLog(/msg="program running"/);
  const child = childOfKind(exporter.pid, "compile-child");
  assert.ok(child);
  assert.ok(kernelObjects(mark).length >= 1);
  await exporter.stop("SIGKILL");
  await assertNothingLeft(mark);
  assert.equal([...Deno.readDirSync(temporary)].length, before.length + 1);

  const { code, stderr } = await runExporter(["--config.check", "--config=timers"], { env });
  assert.equal(code, 0, stderr);
  assert.deepEqual([...Deno.readDirSync(temporary)].map(({ name }) => name).sort(), before);
});

Deno.test("kill -9 while serving leaves no program and no map", async () => {
  using folder = temporaryFolder();
  const mark = `e2ekc${Deno.pid}`;
  const config = writeConfig(folder.path, "c.yaml", configText({ name: mark }));
  await using exporter = await startExporter(["--config", config], { env: { E2E_MARK: mark } });
  assert.deepEqual(kernelObjects(mark).filter((name) => name.startsWith("map")).length, 1);
  await exporter.stop("SIGKILL");
  await assertNothingLeft(mark);
});

Deno.test("kill -9 at any moment of a start leaves nothing", async () => {
  using folder = temporaryFolder();
  const mark = `e2ekd${Deno.pid}`;
  const config = writeConfig(
    folder.path,
    "c.yaml",
    configText({ name: mark }, { name: `${mark}b` }),
  );
  const env = { E2E_MARK: mark, TMPDIR: folder.path };
  // As long as a start takes here and now, divided: the stages pass by one after the other.
  const began = performance.now();
  await using whole = await startExporter(["--config", config], { env });
  const startMs = performance.now() - began;
  await whole.stop("SIGKILL");
  const MOMENTS = 10;
  for (let moment = 0; moment < MOMENTS; moment++) {
    await using exporter = spawnExporter([ANY_PORT, "--config", config], { env });
    const end = performance.now() + startMs * moment / MOMENTS;
    // The kill must come when the time is over, whatever the start is doing.
    while (performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 1));
    await exporter.stop("SIGKILL");
    await assertNothingLeft(mark);
  }
});

Deno.test("nothing is left of a start but one process: no zombie, no temporary folder", async () => {
  using folder = temporaryFolder();
  const mark = `e2eke${Deno.pid}`;
  const config = writeConfig(
    folder.path,
    "c.yaml",
    configText({ name: mark }, { name: "bad", code: "#error bad" }),
  );
  Deno.mkdirSync(`${folder.path}/tmp`);
  const env = { E2E_MARK: mark, TMPDIR: `${folder.path}/tmp` };
  await using exporter = await startExporter(["--config", config], { env });
  assert.deepEqual(childrenOf(exporter.pid), []);
  assert.deepEqual(processesWithEnv(`E2E_MARK=${mark}`), [exporter.pid]);
  assert.deepEqual([...Deno.readDirSync(`${folder.path}/tmp`)], []);
});
