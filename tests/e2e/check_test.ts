import assert from "node:assert/strict";
import { configText, writeConfig } from "./config_text.ts";
import { IS_COMPILED, runExporter, temporaryFolder } from "./exporter_process.ts";

const NO_RIGHTS = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--reuid=0"];
/** Another user cannot read the cache of `deno run`, but can run the compiled binary. */
const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

/** Runs in a mount namespace in which every libbcc is an empty file. */
function withoutLibbcc(): string[] {
  const libraries = new TextDecoder().decode(
    new Deno.Command("sh", { args: ["-c", "PATH=$PATH:/sbin ldconfig -p"] }).outputSync().stdout,
  ).split("\n").filter((line) => line.includes("libbcc.so.0"))
    .map((line) => Deno.realPathSync(line.replace(/^.*=> /, "")));
  assert.ok(libraries.length > 0, "libbcc is not installed");
  const mounts = libraries.map((path) => `mount --bind /dev/null '${path}'`).join(" && ");
  return ["unshare", "--mount", "sh", "-c", `${mounts} && exec "$@"`, "sh"];
}

const SCHEMA_FAULT = configText({}).replace("help:", "halp:");
const CODE_FAULT = configText({ code: "int on_enter(void *ctx) { return nope; }" });

for (
  const [what, before, words] of [
    ["without rights", NO_RIGHTS, /rights for BPF.*run as root or with CAP_BPF/],
    ...(IS_COMPILED ? [["as another user", NOBODY, /rights for BPF.*run as root/]] as const : []),
    ["without libbcc", withoutLibbcc(), /libbcc cannot be opened: .*install it .*libbpfcc/],
  ] as const
) {
  Deno.test(`${what} the schema part is checked, and what was not is printed`, async () => {
    using folder = temporaryFolder();
    Deno.chmodSync(folder.path, 0o755);
    const fault = writeConfig(folder.path, "schema.yaml", SCHEMA_FAULT);
    const refused = await runExporter(["--config.check", "--config", fault], { before });
    assert.equal(refused.code, 1, refused.stdout);
    assert.match(
      refused.stderr,
      /schema\.yaml:6:11: error: unknown key "halp"\n +6 \| .*\n +\| +\^\n/,
    );

    const unseen = await runExporter(
      ["--config.check", "--config", writeConfig(folder.path, "code.yaml", CODE_FAULT)],
      { before },
    );
    assert.equal(unseen.code, 0, unseen.stderr);
    assert.equal(unseen.stderr, "");
    assert.match(unseen.stdout, /^the code of program "calls" could not be checked here: /);
    assert.match(unseen.stdout, words);
    assert.doesNotMatch(unseen.stdout, /Could not open library: Could not/);
  });
}

Deno.test("serving without rights says what is missing, and ends with 1", async () => {
  using folder = temporaryFolder();
  const config = writeConfig(folder.path, "c.yaml", configText({}));
  const { code, stderr } = await runExporter(
    ["--web.listen-address=127.0.0.1:0", "--config", config],
    { before: NO_RIGHTS },
  );
  assert.equal(code, 1, stderr);
  assert.match(stderr, /msg="program failed" program=calls reason=".*run as root or with CAP_BPF/);
  assert.match(stderr, /no program runs/);
});

Deno.test("a config that is right is called valid, exit 0, and nothing is served", async () => {
  const { code, stdout, stderr } = await runExporter([
    "--config.check",
    ...["bio", "timers", "syscalls", "cachestat"].map((name) => `--config=${name}`),
  ], { cwd: "/" });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^configuration is valid: 4 program\(s\)$/m);
});

Deno.test("all programs' problems with their code come at once, each at its place with the line", async () => {
  using folder = temporaryFolder();
  const table = (name: string) => `BPF_HASH(${name}, u32);\nint on_enter(void *ctx) { return 0; }`;
  const config = writeConfig(
    folder.path,
    "c.yaml",
    configText(
      { name: "broken", code: "int on_enter(void *ctx) {\n    return nope + 1;\n}" },
      { name: "target", probes: "raw_tracepoints: { sys_enter: on_entre }", code: table("target") },
      { name: "table", table: "tbale", code: table("table") },
      {
        name: "labels",
        code: "struct key_t { u32 cpu; u64 ip; };\n" +
          table("labels").replace("u32", "struct key_t"),
      },
    ),
  );
  const lines = Deno.readTextFileSync(config).split("\n");
  const place = (text: string, within = text) => {
    const line = lines.findIndex((line) => line.includes(text));
    return `${config}:${line + 1}:${lines[line].indexOf(within) + 1}: error: `;
  };
  const { code, stdout, stderr } = await runExporter(["--config.check", "--config", config]);
  assert.equal(code, 1);
  assert.doesNotMatch(stdout, /valid/);
  for (
    const expected of [
      `${place("return nope", "nope")}use of undeclared identifier 'nope'\n`,
      `${
        place("on_entre", "sys_enter")
      }the raw tracepoint "sys_enter" names the function "on_entre", which the code does not define\n`,
      `${place("table: tbale", "tbale")}metric "table_total": the code defines no table "tbale"\n`,
    ]
  ) assert.ok(stderr.includes(expected), `${expected}\n${stderr}`);
  // The key is shown as it is, with the names of its fields.
  assert.match(stderr, /labels of "labels_total" do not match the key of table "labels".*cpu.*ip/);
  assert.match(stderr, /hint: .*did you mean "on_enter"|hint: did you mean "on_enter"/);
  assert.match(stderr, /hint: tables of the code: table\b/);
  const excerpts = stderr.match(/^ +\d+ \| .*\n +\| \s*\^$/gm) ?? [];
  assert.equal(excerpts.length, 4, stderr);
});

Deno.test("an alternative that does not compile is no error where another does", async () => {
  using folder = temporaryFolder();
  const alternatives = (second: string) =>
    configText({}).replace(/^ {4}raw_tracepoints[^]*/m, "") + `    alternatives:
      - raw_tracepoints: { sys_enter: on_enter }
        code: |
          #error not for this kernel
      - raw_tracepoints: { sys_enter: on_enter }
        code: |
          ${second}
`;
  const right = "BPF_ARRAY(calls, u64, 1); int on_enter(void *ctx) { return 0; }";
  const good = await runExporter(
    ["--config.check", "--config", writeConfig(folder.path, "good.yaml", alternatives(right))],
  );
  assert.equal(good.code, 0, good.stderr);
  assert.equal(good.stderr, "");
  assert.match(good.stdout, /^passed over for another alternative: .*good\.yaml:\d+:\d+: /m);
  assert.match(good.stdout, /not for this kernel/);

  const bad = await runExporter(
    [
      "--config.check",
      "--config",
      writeConfig(folder.path, "bad.yaml", alternatives("#error neither")),
    ],
  );
  assert.equal(bad.code, 1, bad.stdout);
  assert.match(bad.stderr, /not for this kernel[^]*neither/);
});

Deno.test("a program for other kernels alone is not checked, and that is said", async () => {
  using folder = temporaryFolder();
  const text = configText({}).replace(/^ {4}raw_tracepoints[^]*/m, "") + `    alternatives:
      - kernel: "<3.0"
        raw_tracepoints: { sys_enter: on_enter }
        code: nonsense
`;
  const { code, stdout } = await runExporter(
    ["--config.check", "--config", writeConfig(folder.path, "c.yaml", text)],
  );
  assert.equal(code, 0);
  assert.match(
    stdout,
    /the code of program "calls" could not be checked here: it is for kernels <3\.0/,
  );
});

Deno.test("an address that the kernel does not have fails the check and the start, one that is hidden only the start", async () => {
  using folder = temporaryFolder();
  const text = configText({}).replace("    code:", "    kaddrs: [no_such_symbol_here]\n    code:");
  const config = writeConfig(folder.path, "c.yaml", text);
  const words = /this kernel has no symbol \\?"no_such_symbol_here\\?"/;
  for (const mode of ["--config.check", "--web.listen-address=127.0.0.1:0"]) {
    const { code, stderr } = await runExporter([mode, "--config", config]);
    assert.equal(code, 1);
    assert.match(stderr, words);
  }
  const hidden = await runExporter(["--config.check", "--config", config], {
    before: NO_RIGHTS,
  });
  assert.equal(hidden.code, 0, hidden.stderr);
  assert.match(hidden.stdout, /could not be checked here: /);
});

Deno.test("a folder for temporary files that is not there is named", async () => {
  const { code, stdout, stderr } = await runExporter(["--config.check", "--config=timers"], {
    env: { TMPDIR: "/nonexistent" },
  });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /cannot make a folder in "\/nonexistent".*TMPDIR/);
});
