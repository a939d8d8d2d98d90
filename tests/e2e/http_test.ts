/** Paths, methods, encodings and formats as clients see them, and what is served while programs are loading. */

import assert from "node:assert/strict";
import { eventually, spawnExporter, temporaryFolder } from "./exporter_process.ts";
import {
  assertSamples,
  configYaml,
  type FillProgram,
  samples,
  setRow,
  startWithConfig,
  triggerFill,
} from "./fill.ts";
import { gunzip, rawRequest } from "./raw_http.ts";

const program: FillProgram = {
  name: "calls",
  metrics: `
    counters:
      - { name: calls_total, help: Calls, table: calls, labels: [{ name: kind, decoders: [{ name: uint }] }] }
    histograms:
      - name: size_bytes
        help: Sizes
        table: sizes
        bucket_type: exp2
        bucket_max: 2
        bucket_multiplier: 1024
        labels: [{ name: slot, decoders: [{ name: uint }] }]
  `,
  tables: "BPF_HASH(calls, u32);\nBPF_HISTOGRAM(sizes, int);",
  fill: `calls.increment(3);\n${setRow("sizes", "int", "key = 1;", "5")}`,
};
const TEXT = "text/plain; version=0.0.4; charset=utf-8";
const OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/** What Prometheus sends. */
const PROMETHEUS_ACCEPT =
  "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4," +
  "text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

Deno.test("paths and methods", async (t) => {
  await using exporter = await startWithConfig(configYaml(program));
  triggerFill();
  const request = (path: string, method = "GET", headers: Record<string, string> = {}) =>
    rawRequest(exporter.url, path, { method, headers });
  const text = (body: Uint8Array) => new TextDecoder().decode(body);

  await t.step("/metrics is text format 0.0.4, whatever Accept says", async () => {
    for (const accept of ["*/*", PROMETHEUS_ACCEPT, "application/json", ""]) {
      const { status, headers, body } = await request("/metrics", "GET", { accept });
      assert.equal(status, 200);
      assert.equal(headers.get("content-type"), TEXT);
      assertSamples(text(body), "calls_total", `calls_total{kind="3"} 1`);
    }
  });
  await t.step("gzip where it is asked for, and only there", async () => {
    const plain = await request("/metrics");
    assert.equal(plain.headers.get("content-encoding"), undefined);
    const packed = await request("/metrics", "GET", { "accept-encoding": "gzip, deflate" });
    assert.equal(packed.headers.get("content-encoding"), "gzip");
    assert.equal(packed.headers.get("content-length"), String(packed.body.length));
    assert.ok(packed.body.length < plain.body.length);
    assertSamples(await gunzip(packed.body), "calls_total", `calls_total{kind="3"} 1`);
    const refused = await request("/metrics", "GET", { "accept-encoding": "gzip;q=0" });
    assert.equal(refused.headers.get("content-encoding"), undefined);
  });
  await t.step("/ is a page that links /metrics, but no /tables without --debug", async () => {
    const { status, headers, body } = await request("/");
    assert.equal(status, 200);
    assert.equal(headers.get("content-type"), "text/html; charset=utf-8");
    assert.match(text(body), /<a href="\/metrics">/);
    assert.doesNotMatch(text(body), /\/tables/);
    assert.match(text(body), /calls <span class="state running">running/);
  });
  await t.step("/-/healthy and /-/ready", async () => {
    assert.equal((await request("/-/healthy")).status, 200);
    assert.equal((await request("/-/ready")).status, 200);
  });
  await t.step("HEAD has the head of GET and no body", async () => {
    for (const path of ["/", "/metrics", "/-/healthy", "/-/ready"]) {
      const get = await request(path);
      const head = await request(path, "HEAD");
      assert.equal(head.status, 200, path);
      assert.equal(head.body.length, 0, path);
      assert.equal(head.headers.get("content-type"), get.headers.get("content-type"), path);
      assert.match(head.headers.get("content-length") ?? "", /^[1-9]\d*$/, path);
    }
  });
  await t.step("every other method is 405 and says what is allowed", async () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
      for (const path of ["/", "/metrics", "/-/ready"]) {
        const { status, headers } = await request(path, method);
        assert.equal(status, 405, `${method} ${path}`);
        assert.equal(headers.get("allow"), "GET, HEAD");
      }
    }
  });
  await t.step("what is not there is 404, /tables without --debug too", async () => {
    for (const path of ["/nope", "/metrics/", "/tables", "/favicon.ico", "//", "/-/"]) {
      assert.equal((await request(path)).status, 404, path);
    }
  });
  await t.step("a query does not change the path", async () => {
    assert.equal((await request("/metrics?collect=all")).status, 200);
  });
});

Deno.test("--web.telemetry-path moves the metrics", async () => {
  await using exporter = await startWithConfig(configYaml(program), "--web.telemetry-path=/probe");
  triggerFill();
  assertSamples(await exporter.get("/probe"), "calls_total", `calls_total{kind="3"} 1`);
  assert.equal((await rawRequest(exporter.url, "/metrics")).status, 404);
  assert.match(await exporter.get("/"), /<a href="\/probe">/);
});

Deno.test("--web.enable-openmetrics: OpenMetrics for who prefers it", async (t) => {
  await using exporter = await startWithConfig(configYaml(program), "--web.enable-openmetrics");
  triggerFill();
  const { headers, body } = await rawRequest(exporter.url, "/metrics", {
    headers: { accept: PROMETHEUS_ACCEPT },
  });
  const text = new TextDecoder().decode(body);

  await t.step("content type, names, bounds and the end", () => {
    assert.equal(headers.get("content-type"), OPENMETRICS);
    assert.match(headers.get("vary") ?? "", /accept/i);
    assert.ok(
      text.includes(
        `# HELP ebpf_exporter_calls Calls
# TYPE ebpf_exporter_calls counter
ebpf_exporter_calls_total{kind="3"} 1
`.replace(/^# HELP.*\n/, ""),
      ),
      text,
    );
    assert.ok(
      text.includes(
        `ebpf_exporter_size_bytes_bucket{le="1024.0"} 0
ebpf_exporter_size_bytes_bucket{le="2048.0"} 5
ebpf_exporter_size_bytes_bucket{le="4096.0"} 5
ebpf_exporter_size_bytes_bucket{le="+Inf"} 5
ebpf_exporter_size_bytes_sum 0.0
ebpf_exporter_size_bytes_count 5
`,
      ),
      text,
    );
    assert.ok(text.endsWith("\n# EOF\n"));
  });
  await t.step("text format for who does not ask for it", async () => {
    const plain = await rawRequest(exporter.url, "/metrics", { headers: { accept: "*/*" } });
    assert.equal(plain.headers.get("content-type"), TEXT);
    assert.ok(!new TextDecoder().decode(plain.body).includes("# EOF"));
  });
  await t.step("the parser of Prometheus' own Python client reads it", async () => {
    const families = await parseOpenMetrics(text);
    if (families === undefined) return;
    assert.deepEqual(families["ebpf_exporter_calls"], {
      type: "counter",
      samples: [["ebpf_exporter_calls_total", { kind: "3" }, 1]],
    });
    assert.equal(families["ebpf_exporter_size_bytes"].samples.length, 6);
    assert.equal(families["process_cpu_seconds"].type, "counter");
  });
});

type Families = Record<
  string,
  { type: string; samples: [string, Record<string, string>, number][] }
>;

/** Parses with PyPI's prometheus-client; undefined, and said so, where it cannot be had. */
async function parseOpenMetrics(text: string): Promise<Families | undefined> {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  const folder = `${cache}/ebpf_exporter/prometheus-client-0.25.0`;
  const run = async (args: string[], input = "") => {
    const child = new Deno.Command("python3", {
      args,
      env: { PYTHONPATH: folder },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input)).catch(() => {});
    await writer.close().catch(() => {});
    const { success, stdout, stderr } = await child.output();
    return {
      success,
      stdout: new TextDecoder().decode(stdout),
      stderr: new TextDecoder().decode(stderr),
    };
  };
  const installed = await run(["-c", "import prometheus_client.openmetrics.parser"]);
  if (!installed.success) {
    const { success, stderr } = await run([
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"],
      ...["--target", folder, "prometheus-client==0.25.0"],
    ]);
    if (!success) {
      assert.notEqual(
        Deno.env.get("CI"),
        "true",
        `pip cannot install prometheus-client: ${stderr}`,
      );
      console.warn(`!!! LEFT OUT: the OpenMetrics parser in Python, pip says: ${stderr}`);
      return undefined;
    }
  }
  const script = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
print(json.dumps({f.name: {"type": f.type, "samples": [[s.name, s.labels, s.value] for s in f.samples]}
    for f in text_string_to_metric_families(sys.stdin.read())}))`;
  const { success, stdout, stderr } = await run(["-c", script], text);
  assert.ok(success, `the parser refuses the text: ${stderr}`);
  return JSON.parse(stdout);
}

/** A port that was free a moment ago. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test("while a program is compiling: alive, not ready, and already on the page", async () => {
  using folder = temporaryFolder();
  const header = `${folder.path}/slow.h`;
  // The compiler waits at this include until somebody writes into it.
  assert.ok((await new Deno.Command("mkfifo", { args: [header] }).output()).success);
  const slow = { ...program, name: "slow", tables: `#include "${header}"\n${program.tables}` };
  Deno.writeTextFileSync(`${folder.path}/test.yaml`, configYaml(slow));
  const url = `http://127.0.0.1:${freePort()}`;
  await using exporter = spawnExporter([
    `--web.listen-address=${new URL(url).host}`,
    "--config",
    `${folder.path}/test.yaml`,
  ]);
  const starting = await eventually("the page lists the program", async () => {
    const response = await rawRequest(url, "/").catch(() => undefined);
    const page = response && new TextDecoder().decode(response.body);
    return page?.includes("slow") ? page : undefined;
  });
  assert.match(starting, /slow <span class="state starting">starting/);
  assert.equal((await rawRequest(url, "/-/healthy")).status, 200);
  assert.equal((await rawRequest(url, "/-/ready")).status, 503);
  const early = await rawRequest(url, "/metrics");
  assert.equal(early.status, 200);
  assert.deepEqual(samples(new TextDecoder().decode(early.body), "calls_total"), []);

  const fifo = await Deno.open(header, { write: true });
  Deno.writeTextFileSync(`${folder.path}/real.h`, "\n");
  Deno.renameSync(`${folder.path}/real.h`, header);
  await fifo.write(new TextEncoder().encode("\n"));
  fifo.close();
  await exporter.waitForLog(/msg=serving/);
  assert.equal((await rawRequest(url, "/-/ready")).status, 200);
  triggerFill();
  const ready = await rawRequest(url, "/metrics");
  assertSamples(new TextDecoder().decode(ready.body), "calls_total", `calls_total{kind="3"} 1`);
});
