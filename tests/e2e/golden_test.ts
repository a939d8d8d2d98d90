/** Whole pages for one configuration, compared with files that people read before they commit them. */

import { assertGolden, withoutVaryingValues } from "./golden.ts";
import { configYaml, type FillProgram, setRow, startWithConfig, triggerFill } from "./fill.ts";

const row = (operation: number, device: string, slot: number, count: string) =>
  setRow(
    "requests",
    "struct request_t",
    `key.operation = ${operation}; key.slot = ${slot}; ` +
      `__builtin_memcpy(key.device, "${device}", ${device.length});`,
    count,
  );

const disks: FillProgram = {
  name: "disks",
  metrics: `
    counters:
      - name: requests_total
        help: Requests by device, operation and size \\ "raw"
        table: requests
        labels:
          - { name: operation }
          - { name: device }
          - { name: slot }
      - { name: lost_total, help: "", table: lost }
    histograms:
      - name: request_size_bytes
        help: Size of requests
        table: requests
        bucket_type: exp2
        bucket_max: 3
        bucket_multiplier: 1024
        labels:
          - name: operation
            decoders: [{ name: uint }, { name: static_map, static_map: { 1: read, 2: write } }]
          - { name: device, decoders: [{ name: string }] }
          - { name: slot, decoders: [{ name: uint }] }
  `,
  tables: `
    struct request_t { u32 operation; char device[8]; u32 slot; };
    BPF_ARRAY(unlisted, u64, 1);
    BPF_HASH(requests, struct request_t);
    BPF_ARRAY(lost, u64, 1);
  `,
  fill: [
    row(1, "sda", 0, "7"),
    row(1, "sda", 2, "3"),
    row(1, "sda", 4, "23"),
    row(2, "sda", 1, "1"),
    row(2, "nvme0n1", 3, "18446744073709551615ULL"),
    row(3, "ram0", 9, "5"),
  ].join("\n"),
};

const users: FillProgram = {
  name: "users",
  metrics: `
    counters:
      - name: logins_total
        help: Logins
        table: logins
        labels:
          - { name: user, decoders: [{ name: string }, { name: regexp, regexps: ["^[a-z]"] }] }
  `,
  tables: "struct user_t { char name[16]; };\nBPF_HASH(logins, struct user_t);",
  fill: [["root", 1], ["_apt", 2], ['al\\"ice', 3]].map(([name, count]) =>
    setRow(
      "logins",
      "struct user_t",
      `__builtin_memcpy(key.name, "${name}", sizeof("${name}") - 1);`,
      `${count}`,
    )
  ).join("\n"),
};

/** Tables' rows come in the kernel's order, programs in that of their start. */
function sortedTables(text: string): string {
  const programs = text.split(/^(?=## )/m).map((program) => {
    const [head, ...tables] = program.split(/^(?=### )/m);
    const sorted = tables.map((table) => {
      const [before, rows, after] = table.split(/```\n?/);
      return `${before}\`\`\`\n${rows.split(/(?<=\n)/).sort().join("")}\`\`\`\n${after}`;
    });
    return head + sorted.sort().join("");
  });
  return programs.sort().join("");
}

Deno.test("whole pages", async (t) => {
  await using exporter = await startWithConfig(configYaml(disks, users), "--debug");
  triggerFill();
  await t.step("/metrics", async () => {
    assertGolden("metrics.txt", withoutVaryingValues(await exporter.get("/metrics")));
  });
  await t.step("/tables", async () => {
    assertGolden("tables.txt", sortedTables(await exporter.get("/tables")));
  });
});
