import assert from "node:assert/strict";
import { type LogFormat, type LogLevel, type LogProperties, openLog } from "../../src/log.ts";

/** What a log writes for `say`, without its time, which has to be one. */
function written(
  say: (log: ReturnType<typeof openLog>) => void,
  options: { level?: LogLevel; format?: LogFormat; terminal?: boolean } = {},
): string {
  let text = "";
  say(openLog({
    level: "debug",
    format: "logfmt",
    terminal: false,
    write: (record) => text += record,
    ...options,
  }));
  const time = /(?<=^time=|"time":")\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/gm;
  return text.replace(time, "T");
}

function properties(values: LogProperties, terminal = false): string {
  const line = written((log) => log.info("m", values), { terminal });
  const head = "time=T level=info msg=m";
  assert.ok(line.startsWith(head), line);
  return line.slice(head.length);
}

Deno.test("log: a record in logfmt", () => {
  const line = written((log) => log.info("listening on all", { address: ":9435", programs: 2 }));
  assert.equal(line, 'time=T level=info msg="listening on all" address=:9435 programs=2\n');
});

Deno.test("log: a record in JSON", () => {
  const line = written((log) => log.warn("a {b}", { n: 2, big: 2n ** 64n, list: [1, "x"] }), {
    format: "json",
  });
  assert.equal(
    line,
    '{"time":"T","level":"warn","msg":"a {b}","n":2,"big":"18446744073709551616","list":[1,"x"]}\n',
  );
});

Deno.test("log: the time is now, in RFC 3339 with milliseconds", () => {
  let record = "";
  const before = Date.now();
  openLog({ level: "info", format: "json", write: (text) => record = text }).info("m");
  const time = Date.parse(JSON.parse(record).time);
  assert.ok(time >= before && time <= Date.now());
});

Deno.test("log: records below the level are dropped", () => {
  const levels = ["debug", "info", "warn", "error"] as const;
  levels.forEach((level, index) => {
    const text = written((log) => levels.forEach((one) => log[one]("m")), { level });
    const expected = levels.slice(index).map((one) => `time=T level=${one} msg=m\n`).join("");
    assert.equal(text, expected);
  });
});

Deno.test("log: braces in a message are no placeholders", () => {
  assert.equal(
    written((log) => log.error("key { ip u64 } of {table}", { table: "x", ip: 1 })),
    'time=T level=error msg="key { ip u64 } of {table}" table=x ip=1\n',
  );
});

const VALUES: [unknown, string][] = [
  ["plain", " k=plain"],
  ["", ' k=""'],
  ["two words", ' k="two words"'],
  ['say "hi"', ' k="say \\"hi\\""'],
  ["a=b", ' k="a=b"'],
  ["a\\b", ' k="a\\\\b"'],
  ["a\nb\tc", ' k="a\\nb\\tc"'],
  ["\x1b[31m", ' k="\\u001b[31m"'],
  ["\x9b2J\x7f", ' k="\\u009b2J\\u007f"'],
  ["\u2028", ' k="\\u2028"'],
  ["größe", " k=größe"],
  [0, " k=0"],
  [1.5, " k=1.5"],
  [NaN, " k=NaN"],
  [2n ** 64n - 1n, " k=18446744073709551615"],
  [true, " k=true"],
  [null, " k=null"],
  [undefined, ""],
  [new Error("no such file"), ' k="no such file"'],
  [["a", 1n], ' k="[\\"a\\",\\"1\\"]"'],
  [new Date(0), " k=1970-01-01T00:00:00.000Z"],
];

Deno.test("log: each kind of value in logfmt", () => {
  for (const [value, text] of VALUES) assert.equal(properties({ k: value }), `${text}\n`);
});

Deno.test("log: a value that refers to itself is still logged", () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  assert.equal(properties({ circle }), ' circle="[object Object]"\n');
});

Deno.test("log: a property takes no place of time, level and msg", () => {
  assert.equal(properties({ msg: 1, level: 2, time: 3 }), " msg_=1 level_=2 time_=3\n");
  assert.equal(properties({ "a b=": 1 }), " a_b_=1\n");
});

Deno.test("log: on a terminal, values of several lines stand below", () => {
  assert.equal(
    properties({ program: "bio", error: "a.yaml:1:2: error\n\tx\x1b[2J\n  ^\n", n: 1 }, true),
    " program=bio n=1\n  error:\n    a.yaml:1:2: error\n    \tx\\u001b[2J\n      ^\n",
  );
});

Deno.test("log: an unwritable place is no error of the caller", async () => {
  const code = `import { openLog } from "${new URL("../../src/log.ts", import.meta.url)}";
    Deno.stderr.close();
    openLog({ level: "info", format: "logfmt", terminal: false }).info("lost");
    console.log("alive");`;
  const config = new URL("../../deno.json", import.meta.url);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "--config", config.pathname, "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(code));
  await input.close();
  const { stdout } = await child.output();
  assert.equal(new TextDecoder().decode(stdout), "alive\n");
});
