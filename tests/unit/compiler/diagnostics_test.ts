import assert from "node:assert/strict";
import { parseDiagnostics } from "../../../src/compiler/diagnostics.ts";
import type { CodeBlock } from "../../../src/config/config.ts";

const CODE: CodeBlock = { text: "int a;\nint f() { return b; }\n", file: "x.yaml", segments: [] };
/** As if the block began at line 10, indented by six. */
const place = (line: number, column: number) => ({
  file: "x.yaml",
  line: line + 9,
  column: column + 6,
});

Deno.test("clang's errors point into the file", () => {
  const { problems, text } = parseDiagnostics(
    "/virtual/main.c:2:18: error: use of undeclared identifier 'b'\nint f() { return b; }\n                 ^\n1 error generated.",
    CODE,
    place,
  );
  assert.deepEqual(problems, [{
    place: { file: "x.yaml", line: 11, column: 24 },
    path: "code",
    message: "use of undeclared identifier 'b'",
  }]);
  assert.match(text, /^x\.yaml:11:24: error: use of undeclared identifier 'b'\n/);
});

Deno.test("errors elsewhere say where, warnings and notes are no problems", () => {
  const { problems } = parseDiagnostics(
    "/virtual/main.c:1:1: warning: odd\n/virtual/include/bcc/helpers.h:7:3: note: here\n" +
      "/usr/include/a.h:3:4: fatal error: 'b.h' file not found",
    CODE,
    place,
  );
  assert.deepEqual(problems.map(({ message }) => message), [
    "/usr/include/a.h:3: 'b.h' file not found",
  ]);
});

Deno.test("an error in a header stands where the code includes it", () => {
  const { problems } = parseDiagnostics(
    "In file included from /virtual/main.c:2:\nIn file included from a.h:9:\nb.h:1:5: error: odd\n" +
      "In file included from <built-in>:3:\n/virtual/include/x.h:1:5: error: odder",
    CODE,
    place,
  );
  assert.deepEqual(problems.map(({ place, message }) => [place.line, message]), [
    [11, "b.h:1: odd"],
    [10, "/virtual/include/x.h:1: odder"],
  ]);
});

Deno.test("output without diagnostics stays as text", () => {
  const { problems, text } = parseDiagnostics("bpf: Failed to load\n", CODE, place);
  assert.deepEqual(problems, []);
  assert.equal(text, "bpf: Failed to load");
});
