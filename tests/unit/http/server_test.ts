import assert from "node:assert/strict";
import { formatAddress, openServer, type Routes } from "../../../src/http/server.ts";

const answer: Routes = (request) => Promise.resolve(new Response(`${request.method}\n`));
const LOCAL = { hostname: "127.0.0.1", port: 0 };

async function fetchText(port: number, path = "/"): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return await response.text();
}

function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test("server: answers on every address, with the ports that the kernel chose", async () => {
  const addresses = hasIpv6() ? [LOCAL, LOCAL, { hostname: "::1", port: 0 }] : [LOCAL, LOCAL];
  const server = await openServer({ addresses, routes: answer });
  try {
    assert.equal(server.addresses.length, addresses.length);
    for (const address of server.addresses) {
      assert.ok(address.port > 0);
      const response = await fetch(`http://${formatAddress(address)}/`);
      assert.equal(await response.text(), "GET\n");
    }
  } finally {
    await server.close(1000);
  }
  await assert.rejects(fetchText(server.addresses[0].port));
});

Deno.test("server: an empty host name is all addresses, IPv4 among them", async () => {
  const server = await openServer({ addresses: [{ hostname: "", port: 0 }], routes: answer });
  try {
    assert.equal(server.addresses[0].hostname, "");
    assert.equal(await fetchText(server.addresses[0].port), "GET\n");
    if (hasIpv6()) {
      const response = await fetch(`http://[::1]:${server.addresses[0].port}/`);
      assert.equal(await response.text(), "GET\n");
    }
  } finally {
    await server.close(1000);
  }
});

Deno.test("server: an address in use is named, and the others are given back", async () => {
  const taken = Deno.listen(LOCAL);
  const probe = Deno.listen(LOCAL);
  const { port: free } = probe.addr as Deno.NetAddr;
  probe.close();
  const { port } = taken.addr as Deno.NetAddr;
  try {
    await assert.rejects(
      openServer({
        addresses: [{ hostname: "127.0.0.1", port: free }, { hostname: "127.0.0.1", port }],
        routes: answer,
      }),
      (error) => {
        assert.ok(error instanceof Error);
        assert.match(
          error.message,
          new RegExp(
            `^cannot listen on "127\\.0\\.0\\.1:${port}": another process listens there; `,
          ),
        );
        assert.match(error.message, /--web\.listen-address$/);
        return true;
      },
    );
    Deno.listen({ hostname: "127.0.0.1", port: free }).close();
  } finally {
    taken.close();
  }
});

const REFUSED: Record<string, RegExp> = {
  "203.0.113.9": /^cannot listen on "203\.0\.113\.9:0": no interface of this host has/,
  "nosuchhost.invalid": /^cannot listen on "nosuchhost\.invalid:0": the name .* does not resolve/,
};

for (const [hostname, message] of Object.entries(REFUSED)) {
  Deno.test(`server: ${hostname} is refused in one sentence`, async () => {
    const opening = openServer({ addresses: [{ hostname, port: 0 }], routes: answer });
    await assert.rejects(opening, (error) => {
      assert.ok(error instanceof Error);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n|\.$/);
      return true;
    });
  });
}

Deno.test("server: closing finishes what is in progress, though connections idle", async () => {
  const begun = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const routes: Routes = async (request) => {
    if (request.url.endsWith("/slow")) {
      begun.resolve();
      await release.promise;
    }
    return new Response("done\n");
  };
  const server = await openServer({ addresses: [LOCAL], routes });
  const { port } = server.addresses[0];
  // Keep-alive: the connection stays open behind this answer.
  assert.equal(await fetchText(port), "done\n");
  const silent = await Deno.connect(server.addresses[0]);
  const slow = fetchText(port, "/slow");
  await begun.promise;
  const closed = server.close(60_000);
  assert.equal(server.close(0), closed);
  await assert.rejects(Deno.connect(server.addresses[0]));
  release.resolve();
  assert.equal(await slow, "done\n");
  await closed;
  silent.close();
});

Deno.test("server: at the deadline what has no answer gets a 503, streams break", async () => {
  const begun = Promise.withResolvers<void>();
  const routes: Routes = (request, cutOff) => {
    if (!request.url.endsWith("/stream")) {
      begun.resolve();
      return new Promise(() => {});
    }
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("first\n"));
        cutOff.addEventListener("abort", () => controller.error(new Error("stopping")));
      },
    });
    return Promise.resolve(new Response(body));
  };
  const server = await openServer({ addresses: [LOCAL], routes });
  const { port } = server.addresses[0];
  const hanging = fetch(`http://127.0.0.1:${port}/hang`);
  const stream = await fetch(`http://127.0.0.1:${port}/stream`);
  await begun.promise;
  const streamed = assert.rejects(stream.text());
  await server.close(10);
  const response = await hanging;
  assert.equal(response.status, 503);
  assert.equal(await response.text(), "the exporter is stopping\n");
  await streamed;
});

Deno.test("server: a client that never reads does not hold up the end", async () => {
  const asked = Promise.withResolvers<void>();
  const routes: Routes = () => {
    asked.resolve();
    return Promise.resolve(new Response(new Uint8Array(64 * 1024 * 1024)));
  };
  const server = await openServer({ addresses: [LOCAL], routes });
  const client = await Deno.connect(server.addresses[0]);
  await client.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  await asked.promise;
  await server.close(10);
  client.close();
});

Deno.test("server: routes that throw give a 500 and are told", async () => {
  const errors: unknown[] = [];
  const server = await openServer({
    addresses: [LOCAL],
    routes: () => Promise.reject(new Error("defect")),
    onError: (error) => errors.push(error),
  });
  try {
    const response = await fetch(`http://127.0.0.1:${server.addresses[0].port}/`);
    assert.equal(response.status, 500);
    assert.equal(await response.text(), "internal error\n");
    assert.match(String(errors), /defect/);
  } finally {
    await server.close(1000);
  }
});

Deno.test("server: addresses are written as the command line takes them", () => {
  assert.equal(formatAddress({ hostname: "", port: 9435 }), ":9435");
  assert.equal(formatAddress({ hostname: "localhost", port: 1 }), "localhost:1");
  assert.equal(formatAddress({ hostname: "::1", port: 1 }), "[::1]:1");
});
