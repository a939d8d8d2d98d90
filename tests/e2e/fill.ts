/**
 * Programs whose tables hold what a test has written into them: a raw tracepoint waits for a system call of this process that
 * nothing else makes. It must know nothing of what the tests expect.
 */

import assert from "node:assert/strict";
import { type ExporterProcess, startExporter } from "./exporter_process.ts";

const SYSTEM_CALL = "getppid";
const SYSTEM_CALL_NUMBER = Deno.build.arch === "x86_64" ? 110 : 173;

/** A program of a configuration in parts; texts are YAML and C as a person writes them, at any common indentation. */
export interface FillProgram {
  readonly name: string;
  /** What stands below `metrics:`. */
  readonly metrics: string;
  /** Structs and tables. */
  readonly tables: string;
  /** Statements that run at each system call of the test. */
  readonly fill: string;
  /** Kernel symbols whose addresses the code needs. */
  readonly kaddrs?: readonly string[];
}

function indented(text: string, columns: number): string {
  const lines = text.split("\n").filter((line, index, all) =>
    line.trim() !== "" || (index > 0 && index < all.length - 1)
  );
  const indents = lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
  const common = Math.min(...indents);
  return lines.map((line) => " ".repeat(columns) + line.slice(common)).join("\n");
}

/** One item of `programs:`. */
export function programYaml({ name, metrics, tables, fill, kaddrs = [] }: FillProgram): string {
  return `  - name: ${name}
    metrics:
${indented(metrics, 6)}
    raw_tracepoints:
      sys_enter: on_enter
    cflags: [-DTARGET=${Deno.pid}, -DNUMBER=${SYSTEM_CALL_NUMBER}]
    kaddrs: [${kaddrs.join(", ")}]
    code: |
${indented(tables, 6)}

      int on_enter(struct bpf_raw_tracepoint_args *ctx) {
          if (bpf_get_current_pid_tgid() >> 32 != TARGET || ctx->args[1] != NUMBER)
              return 0;
${indented(fill, 10)}
          return 0;
      }
`;
}

/** A whole configuration. */
export function configYaml(...programs: readonly FillProgram[]): string {
  return `programs:\n${programs.map(programYaml).join("")}`;
}

/** C that sets one row of a table; `assignments` are made to the zeroed `key`. */
export function setRow(table: string, keyType: string, assignments: string, value: string): string {
  return `{ ${keyType} key; __builtin_memset(&key, 0, sizeof(key)); ${assignments} ` +
    `__typeof__(${table}.leaf) value = ${value}; ${table}.update(&key, &value); }`;
}

/** Makes the system call that programs wait for, so many times, from the thread of the caller. */
export function triggerFill(times = 1): void {
  using libc = openLibc();
  for (let call = 0; call < times; call++) libc.call();
}

function openLibc(): Disposable & { call(): void } {
  const library = Deno.dlopen("libc.so.6", { [SYSTEM_CALL]: { parameters: [], result: "i32" } });
  return { call: () => library.symbols[SYSTEM_CALL](), [Symbol.dispose]: () => library.close() };
}

/** Starts the exporter with a configuration as text. Its tables are empty until `triggerFill`. */
export async function startWithConfig(
  yaml: string,
  ...flags: readonly string[]
): Promise<ExporterProcess> {
  const folder = Deno.makeTempDirSync({ prefix: "ebpf_exporter_test_" });
  try {
    Deno.writeTextFileSync(`${folder}/test.yaml`, yaml);
    return await startExporter(["--config", `${folder}/test.yaml`, ...flags]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** The lines of one family, from HELP to its last sample; "" where there is none. */
export function familyText(metrics: string, name: string): string {
  const parts = metrics.split(/^(?=# HELP )/m);
  return parts.find((part) => part.startsWith(`# HELP ebpf_exporter_${name} `)) ?? "";
}

/** The samples of one family without HELP and TYPE and without the exporter's prefix. */
export function samples(metrics: string, name: string): string[] {
  return familyText(metrics, name).split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.replace(/^ebpf_exporter_/, ""));
}

/** Compares the samples of one family with those expected, one a line. */
export function assertSamples(metrics: string, name: string, expected: string): void {
  const lines = expected.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  assert.deepEqual(samples(metrics, name), lines);
}
