import assert from "node:assert/strict";
import { configText, endlessCode, makeFifo, writeConfig } from "./config_text.ts";
import {
  eventually,
  type ExporterProcess,
  spawnExporter,
  startExporter,
  temporaryFolder,
} from "./exporter_process.ts";
import { kernelObjects } from "./kernel_objects.ts";
import { childOfKind, hasEnded, processesWithEnv } from "./processes.ts";

const ANY_PORT = "--web.listen-address=127.0.0.1:0";
const LONGEST_SECONDS = 2;

/** Sends the signal; the exporter must end with 0 in time, and nothing of it may be left. */
async function assertStops(
  exporter: ExporterProcess,
  signal: "SIGTERM" | "SIGINT",
  mark: string,
  objects: string,
): Promise<string> {
  const { code, signal: by, stderr, seconds } = await exporter.stop(signal);
  assert.equal(code, 0, `${code} ${by}\n${stderr}`);
  assert.ok(seconds < LONGEST_SECONDS, `${seconds} s`);
  assert.deepEqual(processesWithEnv(mark), []);
  await eventually(
    "no map and no program",
    () => kernelObjects(objects).length === 0 ? true : undefined,
  );
  assert.doesNotMatch(stderr, /Uncaught|level=error/);
  return stderr;
}

for (const [index, signal] of (["SIGTERM", "SIGINT"] as const).entries()) {
  const objects = `e2et${Deno.pid}${index}`;
  const mark = `E2E_MARK=${objects}`;
  const env = { E2E_MARK: objects };

  Deno.test(`${signal} while the config is read, even by a child that does not react`, async () => {
    using folder = temporaryFolder();
    const programs = Array.from({ length: 300 }, (_, i) => ({ name: `${objects}_${i}` }));
    const config = writeConfig(folder.path, "c.yaml", configText(...programs));
    await using exporter = spawnExporter([ANY_PORT, "--config", config], { env });
    const child = await eventually(
      "the config child",
      () => childOfKind(exporter.pid, "config-child"),
    );
    Deno.kill(child.pid, "SIGSTOP");
    await assertStops(exporter, signal, mark, objects);
    assert.ok(hasEnded(child.pid));
  });

  Deno.test(`${signal} while a program compiles and another runs already`, async () => {
    using folder = temporaryFolder();
    Deno.mkdirSync(`${folder.path}/tmp`);
    const fifo = makeFifo(`${folder.path}/endless.h`);
    const config = writeConfig(
      folder.path,
      "c.yaml",
      configText({ name: objects }, { name: "endless", code: endlessCode(fifo) }),
    );
    await using exporter = spawnExporter([ANY_PORT, "--config", config, "--compile.jobs=2"], {
      env: { ...env, TMPDIR: `${folder.path}/tmp` },
    });
    await exporter.waitForLog(new RegExp(`msg="program running" program=${objects}`));
    assert.ok(kernelObjects(objects).length > 0);
    await assertStops(exporter, signal, mark, objects);
    assert.deepEqual([...Deno.readDirSync(`${folder.path}/tmp`)], []);
  });

  Deno.test(`${signal} while serving, with clients that have begun a request and that do not read`, async () => {
    using folder = temporaryFolder();
    const config = writeConfig(folder.path, "c.yaml", largeConfig(objects));
    await using exporter = await startExporter(["--config", config], { env });
    const { hostname, port } = new URL(exporter.url);
    const connect = () => Deno.connect({ hostname, port: Number(port) });
    const send = (connection: Deno.Conn, text: string) =>
      connection.write(new TextEncoder().encode(text));
    using idle = await connect();
    using halfAsked = await connect();
    await send(halfAsked, "GET /metrics HTTP/1.1\r\nHost:");
    using unread = await connect();
    await send(unread, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    assert.ok((await unread.read(new Uint8Array(1000)))! > 0);
    const log = await assertStops(exporter, signal, mark, objects);
    assert.match(log, new RegExp(`msg=stopping signal=${signal}`));
    assert.ok(idle && halfAsked);
  });
}

/** A table of 200,000 rows: a page of more bytes than sockets hold. */
function largeConfig(name: string): string {
  return configText({
    name,
    code: `BPF_ARRAY(${name}, u64, 200000);\nint on_enter(void *ctx) { return 0; }`,
  });
}

Deno.test("a scrape in progress is finished after SIGTERM, and no new one is taken", async () => {
  using folder = temporaryFolder();
  const config = writeConfig(folder.path, "c.yaml", largeConfig("large"));
  await using exporter = await startExporter(["--config", config]);
  const response = await fetch(`${exporter.url}/metrics`);
  const reader = response.body!.getReader();
  const parts = [(await reader.read()).value!];
  const stopped = exporter.stop("SIGTERM");
  await exporter.waitForLog(/msg=stopping/);
  await assert.rejects(async () => {
    const refused = await fetch(`${exporter.url}/-/healthy`);
    await refused.body?.cancel();
  });
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
  }
  const text = await new Blob(parts).text();
  assert.equal(text.match(/^ebpf_exporter_large_total\{/gm)?.length, 200_000);
  assert.ok(text.endsWith("\n"));
  const { code, seconds } = await stopped;
  assert.equal(code, 0);
  assert.ok(seconds < LONGEST_SECONDS, `${seconds} s`);
});

Deno.test("a second signal changes nothing", async () => {
  using folder = temporaryFolder();
  const config = writeConfig(folder.path, "c.yaml", largeConfig("large"));
  await using exporter = await startExporter(["--config", config]);
  const { hostname, port } = new URL(exporter.url);
  using unread = await Deno.connect({ hostname, port: Number(port) });
  await unread.write(new TextEncoder().encode("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
  await unread.read(new Uint8Array(1000));
  const stopped = exporter.stop("SIGTERM");
  await exporter.waitForLog(/msg=stopping/);
  Deno.kill(exporter.pid, "SIGINT");
  Deno.kill(exporter.pid, "SIGTERM");
  const { code, seconds } = await stopped;
  assert.equal(code, 0);
  assert.ok(seconds < LONGEST_SECONDS, `${seconds} s`);
});
