import assert from "node:assert/strict";
import { configText, writeConfig } from "./config_text.ts";
import { eventually, startExporter, temporaryFolder } from "./exporter_process.ts";
import { childrenOf, countFds } from "./processes.ts";

Deno.test("50 scrapes leave no fd open and no child", async () => {
  using folder = temporaryFolder();
  const config = writeConfig(
    folder.path,
    "c.yaml",
    configText({ name: "one" }, { name: "two", code: "#error two" }),
  );
  await using exporter = await startExporter(["--config", config, "--debug"]);
  // A client that keeps no connection: how many it would keep is its own affair.
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${exporter.url}${path}`, { client, headers });
    assert.equal(response.status, 200, await response.text());
  };
  // The first ones open what stays open: files of the runtime.
  const round = async () => {
    for (const path of ["/metrics", "/tables", "/", "/-/ready"]) await get(path);
    await get("/metrics", { "accept-encoding": "gzip" });
  };
  await round();
  const before = countFds(exporter.pid);
  for (let scrape = 0; scrape < 50; scrape++) await round();
  await eventually(
    "as many fds as before",
    () => countFds(exporter.pid) <= before ? true : undefined,
  );
  assert.deepEqual(childrenOf(exporter.pid), []);
});

Deno.test("connections that clients drop in the middle leave no fd", async () => {
  using folder = temporaryFolder();
  const config = writeConfig(folder.path, "c.yaml", configText({}));
  await using exporter = await startExporter(["--config", config]);
  await exporter.get("/metrics");
  const before = countFds(exporter.pid);
  const { hostname, port } = new URL(exporter.url);
  const bytes = new TextEncoder().encode("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  for (let connection = 0; connection < 50; connection++) {
    using client = await Deno.connect({ hostname, port: Number(port) });
    await client.write(connection % 2 ? bytes : bytes.subarray(0, 10));
  }
  await eventually(
    "as many fds as before",
    () => countFds(exporter.pid) <= before ? true : undefined,
  );
  await exporter.get("/metrics");
});

Deno.test("more connections than files may be open: the exporter serves again when they are gone", async () => {
  using folder = temporaryFolder();
  const config = writeConfig(folder.path, "c.yaml", configText({}));
  const before = ["prlimit", "--nofile=64:64"];
  await using exporter = await startExporter(["--config", config], { before });
  const { hostname, port } = new URL(exporter.url);
  const connections: Deno.Conn[] = [];
  try {
    // What cannot be accepted waits in the kernel, and is refused or reset once the server has failed.
    for (let count = 0; count < 100; count++) {
      connections.push(await Deno.connect({ hostname, port: Number(port) }));
    }
  } catch (error) {
    const { ConnectionRefused, ConnectionReset } = Deno.errors;
    assert.ok(error instanceof ConnectionRefused || error instanceof ConnectionReset, `${error}`);
  }
  assert.ok(connections.length > 20);
  for (const connection of connections) connection.close();
  const metrics = await eventually(
    "an answer",
    () => exporter.get("/metrics").catch(() => undefined),
  );
  assert.match(metrics, /^ebpf_exporter_enabled_programs\{/m);
  assert.equal((await exporter.stop()).code, 0);
});

Deno.test("a program that failed holds no fd of BPF", async () => {
  using folder = temporaryFolder();
  const fine = configText({ name: "fine" });
  const config = writeConfig(
    folder.path,
    "c.yaml",
    fine + configText({
      name: "idle",
      probes: "raw_tracepoints:\n  sys_enter: on_enter\n  no_such_e2e: on_other",
      code:
        "BPF_ARRAY(idle, u64, 1);\nint on_enter(void *ctx) { return 0; }\nint on_other(void *ctx) { return 0; }",
    }).replace("programs:\n", ""),
  );
  await using exporter = await startExporter(["--config", config]);
  const bpf = [...Deno.readDirSync(`/proc/${exporter.pid}/fd`)]
    .map(({ name }) => {
      try {
        return Deno.readLinkSync(`/proc/${exporter.pid}/fd/${name}`);
      } catch {
        return "";
      }
    }).filter((target) => /bpf|perf_event/.test(target)).sort();
  assert.deepEqual(
    bpf,
    ["anon_inode:bpf-map", "anon_inode:bpf-prog", "anon_inode:bpf_link"].sort(),
  );
});
