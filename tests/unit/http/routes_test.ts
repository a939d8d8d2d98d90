import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { lendBytes } from "../../../src/http/lent_bytes.ts";
import { buildRoutes, type RoutesOptions } from "../../../src/http/routes.ts";

const TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
const OPENMETRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN_TYPE = "text/plain; charset=utf-8";

/** Bytes that nobody wants back. */
const given = (bytes: Uint8Array<ArrayBuffer>) => Promise.resolve(lendBytes(bytes, () => {}));

function site(changes: Partial<RoutesOptions> = {}) {
  const logged: [string, unknown][] = [];
  const cutOff = new AbortController();
  const routes = buildRoutes({
    telemetryPath: "/metrics",
    openMetrics: false,
    metrics: (format) => given(new TextEncoder().encode(`# ${format}\n`)),
    programs: () => [{ name: "bio", state: "running", probes: [] }],
    isReady: () => true,
    version: "ebpf_exporter 1.2.3",
    log: { error: (message, properties) => logged.push([message, properties]) },
    ...changes,
  });
  return {
    logged,
    cutOff,
    ask: (path: string, init?: RequestInit, sent = Promise.resolve()) =>
      routes(new Request(`http://host${path}`, init), cutOff.signal, sent),
  };
}

async function* pieces(...texts: string[]): AsyncGenerator<string> {
  for (const text of texts) yield await Promise.resolve(text);
}

const ANSWERS: Record<string, [number, string, RegExp]> = {
  "/": [200, "text/html; charset=utf-8", /<h1>eBPF Exporter<\/h1>/],
  "/?q=1": [200, "text/html; charset=utf-8", /bio/],
  "/metrics": [200, TEXT_TYPE, /^# text\n$/],
  "/metrics?a=/b": [200, TEXT_TYPE, /^# text\n$/],
  "/-/healthy": [200, PLAIN_TYPE, /^healthy\n$/],
  "/-/ready": [200, PLAIN_TYPE, /^ready\n$/],
  "/nope": [404, PLAIN_TYPE, /^not found; \/metrics has metrics\n$/],
  "/metrics/": [404, PLAIN_TYPE, /not found/],
  "/tables": [404, PLAIN_TYPE, /not found/],
  "//metrics": [404, PLAIN_TYPE, /not found/],
  "/constructor": [404, PLAIN_TYPE, /not found/],
};

for (const [path, [status, type, body]] of Object.entries(ANSWERS)) {
  for (const method of ["GET", "HEAD"]) {
    Deno.test(`routes: ${method} ${path} gives ${status}`, async () => {
      const response = await site().ask(path, { method });
      assert.equal(response.status, status);
      assert.equal(response.headers.get("content-type"), type);
      assert.equal(response.headers.get("cache-control"), "no-store, no-transform");
      assert.equal(response.headers.get("x-content-type-options"), "nosniff");
      const text = await response.text();
      const length = Number(response.headers.get("content-length"));
      if (method === "GET") {
        assert.match(text, body);
        assert.equal(length, new TextEncoder().encode(text).length);
      } else {
        assert.equal(text, "");
        assert.ok(length > 0);
      }
    });
  }
}

for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
  Deno.test(`routes: ${method} is not allowed`, async () => {
    const response = await site().ask("/metrics", { method });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "GET, HEAD");
    assert.equal(await response.text(), `method ${method} is not allowed; use GET or HEAD\n`);
  });
}

Deno.test("routes: an unknown path is unknown for every method", async () => {
  assert.equal((await site().ask("/nope", { method: "POST" })).status, 404);
});

Deno.test("routes: the telemetry path is the one given", async () => {
  const { ask } = site({ telemetryPath: "/m" });
  assert.equal((await ask("/m")).status, 200);
  assert.equal((await ask("/metrics")).status, 404);
  assert.match(await (await ask("/")).text(), /href="&#47;m"|href="\/m"/);
});

Deno.test("routes: not ready until loaded, healthy all the same", async () => {
  let ready = false;
  const { ask } = site({ isReady: () => ready });
  const before = await ask("/-/ready");
  assert.equal(before.status, 503);
  assert.equal(await before.text(), "not ready: programs are loading\n");
  assert.equal((await ask("/-/healthy")).status, 200);
  ready = true;
  assert.equal((await ask("/-/ready")).status, 200);
});

Deno.test("routes: a Host that is no host harms nobody", async () => {
  const routes = buildRoutes({
    telemetryPath: "/metrics",
    openMetrics: false,
    metrics: () => given(new Uint8Array(3)),
    programs: () => [],
    isReady: () => true,
    version: "",
    log: { error: () => {} },
  });
  const { signal } = new AbortController();
  for (
    const [url, status] of [
      ["http://bad host^%/metrics", 200],
      ["http://host", 200],
      ["http://host/*", 404],
      ["http://host/metrics#x", 200],
    ] as const
  ) {
    const request = { url, method: "GET", headers: new Headers() } as Request;
    assert.equal((await routes(request, signal, Promise.resolve())).status, status, url);
  }
});

Deno.test("routes: OpenMetrics only where enabled and asked for", async () => {
  const headers = { accept: "application/openmetrics-text;version=1.0.0,text/plain;q=0.5" };
  const off = await site().ask("/metrics", { headers });
  assert.equal(off.headers.get("content-type"), TEXT_TYPE);
  assert.equal(off.headers.get("vary"), "Accept-Encoding");
  const { ask } = site({ openMetrics: true });
  const on = await ask("/metrics", { headers });
  assert.equal(on.headers.get("content-type"), OPENMETRICS_TYPE);
  assert.equal(on.headers.get("vary"), "Accept, Accept-Encoding");
  assert.equal(await on.text(), "# openmetrics\n");
  assert.equal((await ask("/metrics")).headers.get("content-type"), TEXT_TYPE);
});

Deno.test("routes: gzip where asked for and worth it", async () => {
  const body = "metric 1\n".repeat(1000);
  const metrics = () => given(new TextEncoder().encode(body));
  const headers = { "accept-encoding": "gzip" };
  const large = await site({ metrics }).ask("/metrics", { headers });
  assert.equal(large.headers.get("content-encoding"), "gzip");
  assert.equal(large.headers.get("content-type"), TEXT_TYPE);
  const bytes = new Uint8Array(await large.arrayBuffer());
  assert.equal(Number(large.headers.get("content-length")), bytes.length);
  assert.equal(gunzipSync(bytes).toString(), body);
  const head = await site({ metrics }).ask("/metrics", { headers, method: "HEAD" });
  assert.equal(Number(head.headers.get("content-length")), bytes.length);
  const plain = await site({ metrics }).ask("/metrics");
  assert.equal(plain.headers.get("content-encoding"), null);
  const small = await site().ask("/metrics", { headers });
  assert.equal(small.headers.get("content-encoding"), null);
});

Deno.test("routes: a failed scrape is a 500 of one line, logged", async () => {
  const { ask, logged } = site({
    metrics: () => Promise.reject(new Error("table counts:\n  EPERM")),
  });
  const response = await ask("/metrics");
  assert.equal(response.status, 500);
  assert.equal(response.headers.get("content-type"), PLAIN_TYPE);
  assert.equal(await response.text(), "scrape failed: table counts:; EPERM\n");
  assert.deepEqual(logged, [["scrape failed", { error: "table counts:; EPERM" }]]);
});

Deno.test("routes: scrapes at the same time share a run", async () => {
  let runs = 0;
  const { ask } = site({ metrics: () => given(new Uint8Array([48 + ++runs])) });
  const bodies = await Promise.all(
    [ask("/metrics"), ask("/metrics")].map(async (one) => (await one).text()),
  );
  assert.deepEqual(bodies, ["1", "1"]);
  assert.equal(await (await ask("/metrics")).text(), "2");
});

Deno.test("routes: lent bytes go back when the last answer has been sent", async () => {
  let returned = 0;
  const { ask } = site({
    metrics: () => Promise.resolve(lendBytes(new Uint8Array(3), () => returned++)),
  });
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  await Promise.all([
    ask("/metrics", {}, first.promise),
    ask("/metrics", { method: "HEAD" }, second.promise),
  ]);
  first.reject(new Error("the client has gone"));
  await first.promise.catch(() => {});
  assert.equal(returned, 0);
  second.resolve();
  await second.promise;
  assert.equal(returned, 1);
});

Deno.test("routes: lent bytes go back when they are compressed", async () => {
  const returned = Promise.withResolvers<void>();
  const { ask } = site({
    metrics: () => Promise.resolve(lendBytes(new Uint8Array(5000), returned.resolve)),
  });
  const never = new Promise<void>(() => {});
  await ask("/metrics", { headers: { "accept-encoding": "gzip" } }, never);
  await returned.promise;
});

Deno.test("routes: tables are streamed", async () => {
  const { ask } = site({ tables: () => pieces("## Program: bio\n", "row é\n") });
  const response = await ask("/tables");
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), PLAIN_TYPE);
  assert.equal(response.headers.get("content-length"), null);
  assert.equal(await response.text(), "## Program: bio\nrow é\n");
  assert.match(await (await ask("/")).text(), /Tables<\/a>/);
});

Deno.test("routes: HEAD of the tables reads none", async () => {
  const { ask } = site({
    tables: () => {
      throw new Error("read");
    },
  });
  const response = await ask("/tables", { method: "HEAD" });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), PLAIN_TYPE);
});

Deno.test("routes: tables that cannot be read are a 500, logged", async () => {
  const { ask, logged } = site({
    // deno-lint-ignore require-yield
    tables: async function* () {
      await Promise.resolve();
      throw new Error("gone");
    },
  });
  const response = await ask("/tables");
  assert.equal(response.status, 500);
  assert.equal(await response.text(), "reading the tables failed: gone\n");
  assert.equal(logged.length, 1);
});

Deno.test("answers that nobody reads are refused beyond a limit, and given again when they are gone", async () => {
  const body = new Uint8Array(70 << 20);
  const { ask } = site({ metrics: () => given(body) });
  const slow = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  for (const { promise } of slow) assert.equal((await ask("/metrics", {}, promise)).status, 200);
  const refused = await ask("/metrics");
  assert.equal(refused.status, 503);
  assert.match(await refused.text(), /do not read/);
  slow[0].reject(new Error("the client has gone"));
  await Promise.resolve();
  assert.equal((await ask("/metrics")).status, 200);
});
