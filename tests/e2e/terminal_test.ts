import assert from "node:assert/strict";
import { configText, endlessCode, makeFifo, writeConfig } from "./config_text.ts";
import { startExporter, temporaryFolder } from "./exporter_process.ts";
import { assertNothingLeft } from "./nothing_left.ts";
import { openTerminal } from "./terminal.ts";

const ANY_PORT = "--web.listen-address=127.0.0.1:0";

Deno.test("a terminal shows which program compiles, and clang's words as they are", async () => {
  using folder = temporaryFolder();
  const config = writeConfig(
    folder.path,
    "c.yaml",
    configText({ name: "one" }, { name: "two", code: "int on_enter(void *ctx) { return nope; }" }),
  );
  await using terminal = openTerminal([ANY_PORT, "--config", config]);
  await terminal.waitFor(/msg=serving/);
  const screen = terminal.screen();
  assert.match(screen, /compiling 1\/2: one/);
  assert.match(screen, /error: use of undeclared identifier 'nope'\r\n +\d+ \| .*\r\n +\| +\^/);
  // The line is cleared before anything else is written, and in the end.
  // deno-lint-ignore no-control-regex
  assert.match(screen, /…\r\x1b\[K[^…]*msg=serving/);
  await terminal.type("\x03");
  assert.equal(await terminal.status, 0);
});

Deno.test("elsewhere there is no progress and no control sequence", async () => {
  using folder = temporaryFolder();
  const config = writeConfig(
    folder.path,
    "c.yaml",
    configText({ name: "one" }, { name: "two", code: "#error two" }),
  );
  await using exporter = await startExporter(["--config", config]);
  assert.doesNotMatch(exporter.log(), /compiling \d/);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(exporter.log(), /[\x00-\x08\x0b-\x1f\x7f]/);
  for (const line of exporter.log().trimEnd().split("\n")) {
    assert.match(line, /^time=\S+ level=\w+ msg=/);
  }
});

Deno.test("Ctrl-C while programs compile ends all with 0, and no program is called failed", async () => {
  using folder = temporaryFolder();
  const mark = `e2ex${Deno.pid}`;
  const fifo = makeFifo(`${folder.path}/endless.h`);
  const config = writeConfig(
    folder.path,
    "c.yaml",
    configText({ name: mark }, { name: "endless", code: endlessCode(fifo) }),
  );
  await using terminal = openTerminal([ANY_PORT, "--config", config, "--compile.jobs=2"], {
    E2E_MARK: mark,
  });
  await terminal.waitFor(/msg="program running"/);
  await terminal.waitFor(/compiling 2\/2: endless/);
  await terminal.type("\x03");
  assert.equal(await terminal.status, 0, terminal.screen());
  assert.doesNotMatch(terminal.screen(), /failed|level=error|Uncaught/);
  // script(1) itself has the mark too, and is gone by now.
  await assertNothingLeft(mark);
});

Deno.test("Ctrl-C at any moment of a start is no failure", async () => {
  using folder = temporaryFolder();
  const config = writeConfig(folder.path, "c.yaml", configText({}));
  const began = performance.now();
  {
    await using whole = openTerminal([ANY_PORT, "--config", config]);
    await whole.waitFor(/msg=serving/);
  }
  const startMs = performance.now() - began;
  const MOMENTS = 6;
  for (let moment = 1; moment <= MOMENTS; moment++) {
    await using terminal = openTerminal([ANY_PORT, "--config", config]);
    const end = performance.now() + startMs * moment / MOMENTS;
    while (performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 1));
    await terminal.type("\x03");
    const status = await terminal.status;
    // Before the program could ask for the signal, the terminal's SIGINT ends it by itself.
    assert.ok(status === 0 || status === 128 + 2, `${status}: ${terminal.screen()}`);
    assert.doesNotMatch(terminal.screen(), /failed|level=error|Uncaught/);
  }
});
