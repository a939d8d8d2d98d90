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
  // The first ones open what stays open: the connection that fetch keeps, files of the runtime.
  const round = async () => {
    for (const path of ["/metrics", "/tables", "/", "/-/ready"]) await exporter.get(path);
    await exporter.get("/metrics", { "accept-encoding": "gzip" });
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
