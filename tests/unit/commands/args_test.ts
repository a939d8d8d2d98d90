import assert from "node:assert/strict";
import { type Command, parseArgs, type ServeCommand } from "../../../src/commands/args.ts";
import { type Flag, FLAGS } from "../../../src/commands/flags.ts";
import { UsageError } from "../../../src/commands/usage_error.ts";

const DEFAULTS: ServeCommand = {
  kind: "serve",
  configs: [],
  strict: false,
  debug: false,
  compileTimeoutMs: 120_000,
  compileJobs: 3,
  kernelTypes: "auto",
  logLevel: "info",
  logFormat: "logfmt",
  listenAddresses: [{ hostname: "", port: 9435 }],
  telemetryPath: "/metrics",
  openMetrics: false,
};

function parse(...argv: string[]): Command {
  return parseArgs(argv, 3);
}

function refusal(...argv: string[]): string {
  try {
    parse(...argv);
  } catch (error) {
    assert.ok(error instanceof UsageError, `expected a UsageError, got ${error}`);
    assert.doesNotMatch(error.message, /\.$/);
    return error.message;
  }
  throw new assert.AssertionError({ message: `"${argv.join(" ")}" was accepted` });
}

Deno.test("args: nothing given is serving by the defaults", () => {
  assert.deepEqual(parse(), DEFAULTS);
});

const ACCEPTED: Record<string, [string[], Partial<ServeCommand>]> = {
  "--config value": [["--config", "bio.yaml"], { configs: ["bio.yaml"] }],
  "--config=value": [["--config=bio.yaml"], { configs: ["bio.yaml"] }],
  "--config.file is the original's name of it": [["--config.file=a=b.yaml"], {
    configs: ["a=b.yaml"],
  }],
  "configs in the order given": [["--config", "b", "--config.file", "a", "--config=c"], {
    configs: ["b", "a", "c"],
  }],
  "--config -": [["--config", "-"], { configs: ["-"] }],
  "--config=-x": [["--config=-x"], { configs: ["-x"] }],
  "--config.strict": [["--config.strict"], { strict: true }],
  "--debug": [["--debug"], { debug: true }],
  "--no-debug": [["--no-debug"], { debug: false }],
  "--debug=false": [["--debug=false"], { debug: false }],
  "--debug=true": [["--debug=true"], { debug: true }],
  "--compile.timeout": [["--compile.timeout", "1m30s"], { compileTimeoutMs: 90_000 }],
  "--compile.jobs": [["--compile.jobs=8"], { compileJobs: 8 }],
  "--kernel.types": [["--kernel.types", "btf"], { kernelTypes: "btf" }],
  "--log.level": [["--log.level=warn"], { logLevel: "warn" }],
  "--log.format": [["--log.format=json"], { logFormat: "json" }],
  "--web.listen-address, repeated": [
    ["--web.listen-address=:1", "--web.listen-address", "[::1]:2"],
    { listenAddresses: [{ hostname: "", port: 1 }, { hostname: "::1", port: 2 }] },
  ],
  "port 0 may be repeated": [["--web.listen-address=:0", "--web.listen-address=:0"], {
    listenAddresses: [{ hostname: "", port: 0 }, { hostname: "", port: 0 }],
  }],
  "--web.telemetry-path": [["--web.telemetry-path=/m/x"], { telemetryPath: "/m/x" }],
  "--web.enable-openmetrics": [["--web.enable-openmetrics"], { openMetrics: true }],
  "-- at the end": [["--debug", "--"], { debug: true }],
};

for (const [name, [argv, expected]] of Object.entries(ACCEPTED)) {
  Deno.test(`args: ${name}`, () => assert.deepEqual(parse(...argv), { ...DEFAULTS, ...expected }));
}

Deno.test("args: the other commands", () => {
  const { listenAddresses: _a, telemetryPath: _t, openMetrics: _o, ...program } = DEFAULTS;
  assert.deepEqual(parse("--config.check", "--config=x"), {
    ...program,
    kind: "check",
    configs: ["x"],
  });
  assert.deepEqual(parse("--config.schema"), { kind: "schema" });
  assert.deepEqual(parse("--version"), { kind: "version" });
  assert.deepEqual(parse("--examples"), { kind: "examples" });
  assert.deepEqual(parse("--examples", "bio"), { kind: "examples", name: "bio" });
  assert.deepEqual(parse("--examples=bio"), { kind: "examples", name: "bio" });
  assert.deepEqual(parse("--examples", "--debug"), { kind: "examples" });
  assert.deepEqual(parse("--help"), { kind: "help" });
  assert.deepEqual(parse("-h"), { kind: "help" });
});

Deno.test("args: help is given beside mistakes", () => {
  assert.deepEqual(parse("--nope", "-h"), { kind: "help" });
  assert.match(refusal("--nope", "--", "-h"), /unknown flag/);
});

Deno.test("args: what follows a child's name is not parsed", () => {
  assert.deepEqual(parse("compile-child", "--nope", "-h"), {
    kind: "compile-child",
    rest: ["--nope", "-h"],
  });
  assert.deepEqual(parse("config-child"), { kind: "config-child", rest: [] });
  assert.match(refusal("--debug", "config-child"), /unexpected argument "config-child"/);
});

const REFUSED: Record<string, [string[], string]> = {
  "unknown flag with a near one": [
    ["--confg", "x"],
    'unknown flag "--confg"; did you mean "--config"?',
  ],
  "unknown flag with its value": [
    ["--log.lvel=debug"],
    'unknown flag "--log.lvel"; did you mean "--log.level"?',
  ],
  "unknown flag, alias near": [
    ["--config.fil=x"],
    'unknown flag "--config.fil"; did you mean "--config.file"?',
  ],
  "unknown flag far from all": [["--nope"], 'unknown flag "--nope"; --help lists all flags'],
  "negated flag with a value": [["--no-config"], "--no-config"],
  "two dashes before one letter": [["--h"], 'unknown flag "--h"'],
  "single dash, long": [["-debug"], 'unknown flag "-debug"; flags have two dashes: "--debug"'],
  "single dash, long, mistyped": [["-debgu"], 'flags have two dashes: "--debug"'],
  "single dash with value": [["-log.level=debug"], 'flags have two dashes: "--log.level"'],
  "single letter": [["-x"], 'unknown flag "-x"; flags have two dashes, --help lists them'],
  "long dash": [["—debug"], 'write "--debug"'],
  "argument without a flag": [
    ["bio.yaml"],
    'unexpected argument "bio.yaml"; a config is named with --config bio.yaml',
  ],
  "value missing": [["--config"], "--config needs a value; write --config=FILE"],
  "value is a flag": [["--config", "--debug"], '--config needs a value, found "--debug"'],
  "value empty": [["--config="], "--config is empty"],
  "value of a switch": [["--debug=yes"], '--debug takes no value, found "yes"'],
  "negated switch with a value": [["--no-debug=true"], "--no-debug takes no value"],
  "given twice": [["--log.level=info", "--log.level=warn"], "--log.level is given twice"],
  "two modes": [["--version", "--config.check"], "--version and --config.check exclude each other"],
  "log level": [["--log.level=warning"], '"warning": expected one of debug, info, warn, error'],
  "log format": [["--log.format=text"], '"text": expected one of logfmt, json'],
  "kernel types": [["--kernel.types=BTF"], '"BTF": expected one of auto, headers, btf'],
  "timeout without unit": [["--compile.timeout=90"], 'a number needs its unit: "90s"'],
  "timeout of nothing": [["--compile.timeout=0"], "expected from 1ms to 24h"],
  "timeout too long": [["--compile.timeout=25h"], "expected from 1ms to 24h"],
  "no jobs": [["--compile.jobs=0"], '"0": expected a whole number from 1 to 4096'],
  "half a job": [["--compile.jobs=1.5"], '"1.5": expected a whole number'],
  "negative jobs": [["--compile.jobs=-1"], '"-1": expected a whole number'],
  "address twice": [
    ["--web.listen-address=:1", "--web.listen-address=:1"],
    '--web.listen-address ":1" is given twice',
  ],
  "path without slash": [
    ["--web.telemetry-path=metrics"],
    'a path begins with "/", e.g. "/metrics"',
  ],
  "path with a query": [["--web.telemetry-path=/m?a"], "query or blanks"],
  "path with dots": [["--web.telemetry-path=/a/../b"], "query or blanks"],
  "path of two slashes": [["--web.telemetry-path=//m"], "query or blanks"],
  "path with a blank": [["--web.telemetry-path=/a b"], "query or blanks"],
  "path of the landing page": [["--web.telemetry-path=/"], "the exporter has another page there"],
  "path of the tables": [["--web.telemetry-path=/tables"], "has another page there"],
  "path of readiness": [["--web.telemetry-path=/-/ready"], "has another page there"],
  "a bad flag in another mode": [["--config.schema", "--log.level=x"], "expected one of"],
};

for (const [name, [argv, expected]] of Object.entries(REFUSED)) {
  Deno.test(`args refused: ${name}`, () => {
    const message = refusal(...argv);
    assert.ok(message.includes(expected), `${message}\ndoes not say\n${expected}`);
  });
}

Deno.test("args: every flag of the table is parsed", () => {
  const values: Record<string, string> = {
    "compile.timeout": "1s",
    "compile.jobs": "1",
    "web.listen-address": ":1",
    "web.telemetry-path": "/m",
  };
  for (const flag of FLAGS as readonly Flag[]) {
    for (const name of flag.alias === undefined ? [flag.name] : [flag.name, flag.alias]) {
      const value = values[flag.name] ?? flag.choices?.at(-1) ?? "x";
      const argv = flag.argument === undefined ? [`--${name}`] : [`--${name}=${value}`];
      assert.notDeepEqual(parse(...argv), DEFAULTS, `--${name} changes nothing`);
    }
  }
});
