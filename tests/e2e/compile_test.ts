import assert from "node:assert/strict";
import { configText, endlessCode, makeFifo, writeConfig } from "./config_text.ts";
import {
  eventually,
  runExporter,
  spawnExporter,
  startExporter,
  temporaryFolder,
} from "./exporter_process.ts";
import { kernelObjects } from "./kernel_objects.ts";
import { childrenOf, hasEnded } from "./processes.ts";

const ANY_PORT = "--web.listen-address=127.0.0.1:0";

/** Folders of compilations in a folder for temporary files. */
function compileFolders(temporary: string): string[] {
  return [...Deno.readDirSync(temporary)].map(({ name }) => name)
    .filter((name) => name.startsWith("ebpf_exporter_compile_"));
}

/** One program whose `code:` is `value`, which begins behind the colon. */
function codeConfig(value: string): string {
  return `programs:\n  - name: calls\n    raw_tracepoints: { sys_enter: on_enter }\n    code: ${value}\n`;
}

/** A few lines that clang makes some 1,700,000,000 tokens of. */
const LARGE_CODE = `#define A0 {1,2,3,4,5,6,7,8},
${Array.from({ length: 8 }, (_, i) => `#define A${i + 1} ${`A${i} `.repeat(10)}`).join("\n")}
int on_enter(void *ctx) {
    int x[][8] = { A8 };
    return x[0][0];
}`;

for (
  const [style, value] of Object.entries({
    "|":
      "|\n      // é ü\n      int on_enter(void *ctx) {\n          return /* é */ nope;\n      }",
    "|-": "|-\n        int on_enter(void *ctx) {\n\n          return nope;\n        }",
    "|2+ with a comment":
      "|2+ # C\n        int on_enter(void *ctx) {\n          return nope;\n        }\n\n",
    ">": ">\n      int on_enter(void *ctx)\n      {\n\n      return\n      nope;\n      }",
    "double quotes":
      '"int on_enter(void *ctx) {\\n\n      char *s = \\"\\x41\\"; \\\n      return nope;\\n}"',
    "single quotes": "'int on_enter(void *ctx) {\n\n      char c = ''A''; return nope;\n      }'",
    "plain text": "int on_enter(void *ctx) {\n      return nope; }",
  })
) {
  Deno.test(`clang's error points into the YAML file: ${style}`, async () => {
    using folder = temporaryFolder();
    const text = codeConfig(value);
    const config = writeConfig(folder.path, "c.yaml", text);
    const lines = text.split("\n");
    const line = lines.findIndex((line) => line.includes("nope"));
    const column = lines[line].indexOf("nope");
    const { code, stderr } = await runExporter(["--config.check", "--config", config]);
    assert.equal(code, 1);
    const at = stderr.indexOf(
      `${config}:${line + 1}:${column + 1}: error: use of undeclared identifier 'nope'\n`,
    );
    assert.ok(at >= 0, stderr);
    // Below it the line of the file, and a caret under the word.
    const [, source, caret] = stderr.slice(at).split("\n");
    assert.ok(source.includes("nope"), source);
    assert.equal(caret.indexOf("^"), source.indexOf("nope"), stderr);
  });
}

Deno.test("several errors, warnings' notes and an error in a header are all told", async () => {
  using folder = temporaryFolder();
  const header = `${folder.path}/broken.h`;
  Deno.writeTextFileSync(header, "int x = ;\n");
  const config = writeConfig(
    folder.path,
    "c.yaml",
    configText({
      code: `#include "${header}"\nint on_enter(void *ctx) {\n    return one + two;\n}`,
    }),
  );
  const { stderr } = await runExporter(["--config.check", "--config", config]);
  assert.ok(stderr.includes(`${header}:1: expected expression`), stderr);
  assert.match(stderr, /12 \| +#include ".*broken\.h"\n/);
  assert.match(stderr, /c\.yaml:14:18: error: use of undeclared identifier 'one'/);
  assert.match(stderr, /c\.yaml:14:24: error: use of undeclared identifier 'two'/);
});

Deno.test("clang ending itself is a failed program; the others run, and no folder stays", async () => {
  using folder = temporaryFolder();
  Deno.mkdirSync(`${folder.path}/tmp`);
  const config = writeConfig(
    folder.path,
    "c.yaml",
    configText(
      { name: "crash", code: "#pragma clang __debug crash\nint on_enter(void *ctx) { return 0; }" },
      { name: "fine" },
    ),
  );
  await using exporter = await startExporter(["--config", config], {
    env: { TMPDIR: `${folder.path}/tmp` },
  });
  assert.match(
    exporter.log(),
    /level=error msg="program failed" program=crash reason="the compiler was ended by SIG/,
  );
  const metrics = await exporter.get("/metrics");
  assert.match(metrics, /^ebpf_exporter_enabled_programs\{name="crash"\} 0$/m);
  assert.match(metrics, /^ebpf_exporter_enabled_programs\{name="fine"\} 1$/m);
  assert.match(
    metrics,
    /^ebpf_exporter_fine_total\{key="0x0"\} |^ebpf_exporter_fine_total\{key="0"\} /m,
  );
  assert.deepEqual(compileFolders(`${folder.path}/tmp`), []);
  assert.deepEqual(childrenOf(exporter.pid), []);
});

Deno.test("a segmentation fault of the compiler, whose memory is bounded, is a failed program", async () => {
  using folder = temporaryFolder();
  const fifo = makeFifo(`${folder.path}/endless.h`);
  const config = writeConfig(folder.path, "c.yaml", configText({ code: endlessCode(fifo) }));
  await using exporter = spawnExporter([ANY_PORT, "--config", config]);
  const [child] = await compilers(exporter.pid, 1);
  // Its memory is bounded before it looks at the code.
  await eventually(
    "a limit of 4 GiB",
    () =>
      /^Max data size +4294967296 /m.test(Deno.readTextFileSync(`/proc/${child}/limits`))
        ? true
        : undefined,
  );
  // Sent from outside, the first one only makes the language runtime's own handler step back.
  await eventually("the end of the compiler", () => {
    if (hasEnded(child)) return true;
    Deno.kill(child, "SIGSEGV");
    return undefined;
  });
  await exporter.waitForLog(/program=calls reason="the compiler was ended by SIGSEGV"/);
  assert.equal((await exporter.stop("SIGCONT")).code, 1);
});

Deno.test("a program that compiles longer than --compile.timeout fails, another runs meanwhile", async () => {
  using folder = temporaryFolder();
  Deno.mkdirSync(`${folder.path}/tmp`);
  const fifo = makeFifo(`${folder.path}/endless.h`);
  const config = writeConfig(
    folder.path,
    "c.yaml",
    configText({ name: "endless", code: endlessCode(fifo, "endless") }, { name: "fine" }),
  );
  await using exporter = await startExporter([
    "--config",
    config,
    "--compile.timeout=2s",
    "--compile.jobs=2",
  ], {
    env: { TMPDIR: `${folder.path}/tmp` },
  });
  assert.match(exporter.log(), /msg="program running" program=fine/);
  assert.match(
    exporter.log(),
    /program=endless reason="compiling took longer than 2 s \(--compile\.timeout\) and was ended"/,
  );
  assert.deepEqual(childrenOf(exporter.pid), []);
  assert.deepEqual(compileFolders(`${folder.path}/tmp`), []);
});

Deno.test("a compiler that computes without end is ended too", async () => {
  using folder = temporaryFolder();
  const config = writeConfig(folder.path, "c.yaml", configText({ code: LARGE_CODE }));
  const began = performance.now();
  const { code: status, stderr } = await runExporter([
    ANY_PORT,
    "--config",
    config,
    "--compile.timeout=500ms",
  ]);
  assert.equal(status, 1);
  assert.match(stderr, /compiling took longer than 0.5 s/);
  assert.ok(performance.now() - began < 5000);
});

Deno.test("code that makes the compiler take too much memory fails its program alone", async () => {
  using folder = temporaryFolder();
  const config = writeConfig(
    folder.path,
    "c.yaml",
    configText({ name: "large", code: LARGE_CODE }, { name: "fine" }),
  );
  await using exporter = await startExporter(["--config", config], {
    before: ["prlimit", `--data=${1 << 30}`],
  });
  assert.match(
    exporter.log(),
    /program=large reason="the compiler was ended by \w+: the code takes more memory than it may/,
  );
  assert.match(exporter.log(), /msg="program running" program=fine/);
});

Deno.test("as many programs compile at once as --compile.jobs says; the next begins when one ends", async () => {
  using folder = temporaryFolder();
  const fifo = makeFifo(`${folder.path}/endless.h`);
  const programs = ["one", "two", "three"].map((name) => ({ name, code: endlessCode(fifo, name) }));
  const config = writeConfig(folder.path, "c.yaml", configText(...programs));
  await using exporter = spawnExporter([ANY_PORT, "--config", config, "--compile.jobs=2"]);
  const [first, second] = await compilers(exporter.pid, 2);
  Deno.kill(first, "SIGKILL");
  const next = await eventually("a third compiler", () => {
    const pids = compilersOf(exporter.pid).filter((pid) => pid !== first);
    return pids.length >= 2 ? pids : undefined;
  });
  assert.ok(next.includes(second));
  assert.equal(next.length, 2);
  assert.match(exporter.log(), /reason="the compiler was ended by SIGKILL"/);
});

function compilersOf(pid: number): number[] {
  return childrenOf(pid).filter(({ command, state }) =>
    state !== "Z" && command.endsWith("compile-child")
  )
    .map(({ pid }) => pid);
}

/** Waits until `count` compilers run, of which there must never be more. */
async function compilers(pid: number, count: number): Promise<number[]> {
  return await eventually(`${count} compilers`, () => {
    const pids = compilersOf(pid);
    assert.ok(pids.length <= count, `${pids.length} compilers at once`);
    return pids.length === count ? pids : undefined;
  });
}

Deno.test("tables that the compiler made are gone with it", async () => {
  using folder = temporaryFolder();
  const name = `e2ec${Deno.pid}`;
  const config = writeConfig(folder.path, "c.yaml", configText({ name }));
  {
    await using exporter = await startExporter(["--config", config]);
    const present = () => kernelObjects(name);
    // The compiler's own map may take a moment to go; the exporter's one stays.
    await eventually("one map", () => present().length === 1 ? true : undefined);
    assert.deepEqual(present(), [`map ${name}`]);
    assert.equal((await exporter.stop()).code, 0);
  }
  await eventually("no map", () => kernelObjects(name).length === 0 ? true : undefined);
});
