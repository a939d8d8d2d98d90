/** The routes behind a real server: what only sockets show. */

import assert from "node:assert/strict";
import { lendBytes, type LentBytes } from "../../../src/http/lent_bytes.ts";
import { buildRoutes, type RoutesOptions } from "../../../src/http/routes.ts";
import { openServer } from "../../../src/http/server.ts";

const METRICS = new TextEncoder().encode("metric 1\n".repeat(1000));

interface Site {
  readonly address: { hostname: string; port: number };
  readonly logged: string[];
}

async function serving(
  changes: Partial<RoutesOptions>,
  use: (site: Site) => Promise<void>,
): Promise<void> {
  const logged: string[] = [];
  const routes = buildRoutes({
    telemetryPath: "/metrics",
    openMetrics: false,
    metrics: () => Promise.resolve(lendBytes(METRICS, () => {})),
    programs: () => [],
    isReady: () => true,
    version: "1.2.3",
    log: { error: (message) => logged.push(message) },
    ...changes,
  });
  const server = await openServer({
    addresses: [{ hostname: "127.0.0.1", port: 0 }],
    routes,
    onError: (error) => logged.push(String(error)),
  });
  try {
    await use({ address: server.addresses[0], logged });
  } finally {
    await server.close(1000);
  }
}

/** Sends a request byte for byte and returns the head of the answer, and its body, as Latin-1. */
async function send({ address }: Site, ...lines: string[]): Promise<[string, string]> {
  const connection = await Deno.connect(address);
  const request = `${[...lines, "Connection: close"].join("\r\n")}\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  let answer = "";
  for await (const chunk of connection.readable) answer += String.fromCharCode(...chunk);
  const end = answer.indexOf("\r\n\r\n");
  return [answer.slice(0, end).toLowerCase(), answer.slice(end + 4)];
}

Deno.test("served: only the routes compress, whatever the runtime would do", async () => {
  await serving({}, async (site) => {
    const [head, body] = await send(
      site,
      "GET /metrics HTTP/1.1",
      "Host: a",
      "Accept-Encoding: br, gzip;q=0",
    );
    assert.ok(!head.includes("content-encoding"), head);
    assert.equal(body, "metric 1\n".repeat(1000));
    const [gzipped] = await send(site, "GET /metrics HTTP/1.1", "Host: a", "Accept-Encoding: gzip");
    assert.match(gzipped, /content-encoding: gzip/);
    assert.match(gzipped, /content-type: text\/plain; version=0\.0\.4; charset=utf-8/);
  });
});

Deno.test("served: HEAD has the length and no body", async () => {
  await serving({}, async (site) => {
    const [head, body] = await send(site, "HEAD /metrics HTTP/1.1", "Host: a");
    assert.match(head, /^http\/1\.1 200/);
    assert.match(head, /content-length: 9000/);
    assert.equal(body, "");
  });
});

Deno.test("served: odd but legal requests get their answers", async () => {
  await serving({}, async (site) => {
    const status = async (...lines: string[]) =>
      Number((await send(site, ...lines))[0].slice(9, 12));
    assert.equal(await status("GET /metrics HTTP/1.1", "Host: bad host^%"), 200);
    assert.equal(await status("GET http://other/metrics HTTP/1.1", "Host: a"), 200);
    assert.equal(await status("GET /metrics HTTP/1.0"), 200);
    assert.equal(await status("OPTIONS * HTTP/1.1", "Host: a"), 404);
    assert.equal(await status("BREW /metrics HTTP/1.1", "Host: a"), 405);
  });
});

Deno.test("served: tables end when the client goes, and that is no error", async () => {
  const ended = Promise.withResolvers<void>();
  async function* endless() {
    try {
      for (;;) yield await Promise.resolve("row\n".repeat(1000));
    } finally {
      ended.resolve();
    }
  }
  await serving({ tables: endless }, async ({ address, logged }) => {
    const connection = await Deno.connect(address);
    await connection.write(new TextEncoder().encode("GET /tables HTTP/1.1\r\nHost: a\r\n\r\n"));
    await connection.read(new Uint8Array(1000));
    connection.close();
    await ended.promise;
    assert.deepEqual(logged, []);
  });
});

Deno.test("served: a client that leaves during its scrape is no error", async () => {
  const begun = Promise.withResolvers<void>();
  const release = Promise.withResolvers<LentBytes>();
  const metrics = () => {
    begun.resolve();
    return release.promise;
  };
  await serving({ metrics }, async (site) => {
    const connection = await Deno.connect(site.address);
    await connection.write(new TextEncoder().encode("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"));
    await begun.promise;
    connection.close();
    release.resolve(lendBytes(new Uint8Array(10), () => {}));
    assert.match((await send(site, "GET /-/healthy HTTP/1.1", "Host: a"))[0], /^http\/1\.1 200/);
    assert.deepEqual(site.logged, []);
  });
});

Deno.test("served: tables that break in the middle are logged, and the body is cut", async () => {
  async function* broken() {
    for (let row = 0; row < 100; row++) yield await Promise.resolve("row\n".repeat(1000));
    throw new Error("row lost");
  }
  await serving({ tables: broken }, async ({ address, logged }) => {
    const response = await fetch(`http://127.0.0.1:${address.port}/tables`);
    await assert.rejects(response.text());
    assert.deepEqual(logged, ["reading the tables failed"]);
  });
});

Deno.test("served: bytes are lent until a slow client has them all", async () => {
  const bytes = new Uint8Array(20_000_000).fill(0x61);
  const returned = Promise.withResolvers<void>();
  let lent = true;
  const metrics = () =>
    Promise.resolve(lendBytes(bytes, () => {
      lent = false;
      returned.resolve();
    }));
  await serving({ metrics }, async ({ address }) => {
    const connection = await Deno.connect(address);
    await connection.write(new TextEncoder().encode("GET /metrics HTTP/1.0\r\n\r\n"));
    const buffer = new Uint8Array(1 << 16);
    assert.ok(await connection.read(buffer));
    assert.ok(lent, "the client has read 64 KB of 20 MB");
    let size = 0;
    for (let read; (read = await connection.read(buffer)) !== null;) size += read;
    assert.ok(size > bytes.length - buffer.length, `${size} bytes`);
    connection.close();
    await returned.promise;
  });
});

Deno.test("served: lent bytes go back when the client goes", async () => {
  const returned = Promise.withResolvers<void>();
  const metrics = () => Promise.resolve(lendBytes(new Uint8Array(20_000_000), returned.resolve));
  await serving({ metrics }, async ({ address }) => {
    const connection = await Deno.connect(address);
    await connection.write(new TextEncoder().encode("GET /metrics HTTP/1.0\r\n\r\n"));
    assert.ok(await connection.read(new Uint8Array(1000)));
    connection.close();
    await returned.promise;
  });
});
