import assert from "node:assert/strict";
import { parseListenAddress } from "../../../src/commands/listen_address.ts";
import { UsageError } from "../../../src/commands/usage_error.ts";

const GOOD: Record<string, [string, number]> = {
  ":9435": ["", 9435],
  ":0": ["", 0],
  ":65535": ["", 65535],
  "localhost:80": ["localhost", 80],
  "127.0.0.1:9435": ["127.0.0.1", 9435],
  "[::1]:9435": ["::1", 9435],
  "[::]:9435": ["::", 9435],
  "[fe80::1%eth0]:9435": ["fe80::1%eth0", 9435],
  "[::ffff:127.0.0.1]:1": ["::ffff:127.0.0.1", 1],
  "host_1.example-2.org:1": ["host_1.example-2.org", 1],
};

for (const [text, [hostname, port]] of Object.entries(GOOD)) {
  Deno.test(`listen address ${text}`, () => {
    assert.deepEqual(parseListenAddress(text), { hostname, port });
  });
}

const BAD: Record<string, string> = {
  "": "the port is missing",
  "9435": 'a port alone takes a colon before it: ":9435"',
  "localhost": 'the port is missing; expected e.g. "localhost:9435"',
  "[::1]": 'the port is missing; expected e.g. "[::1]:9435"',
  "::1:9435": 'an IPv6 address stands in brackets: "[::1]:9435"',
  "http://localhost:9435": 'expected host:port without "http://", e.g. "localhost:9435"',
  "http://:9435/": 'e.g. ":9435"',
  "localhost:": '"" is no port',
  "localhost:http": '"http" is no port',
  "localhost:65536": '"65536" is no port; expected a number from 0 to 65535',
  "localhost:-1": '"-1" is no port',
  "localhost: 1": '" 1" is no port',
  "*:9435": '"*" is no host name or address; all interfaces are ":9435"',
  "a b:1": '"a b" is no host name or address',
  "[localhost]:1": '"localhost" is no IPv6 address; only those stand in brackets',
  "[]:1": '"" is no IPv6 address',
  "[::1:1": 'expected "host:port"',
};

for (const [text, reason] of Object.entries(BAD)) {
  Deno.test(`listen address refused: ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseListenAddress(text), (error) => {
      assert.ok(error instanceof UsageError);
      assert.ok(error.message.startsWith(`--web.listen-address "${text}": `), error.message);
      assert.ok(error.message.includes(reason), error.message);
      return true;
    });
  });
}
