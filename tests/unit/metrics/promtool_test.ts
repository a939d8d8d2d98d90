/** Prometheus' own reader of the text format, over what we write. */

import { buildScrapePlan } from "../../../src/metrics/scrape_plan.ts";
import { isInstalled } from "../../installed.ts";
import { assertPromtoolContent } from "../../promtool.ts";
import { openFakeMap } from "../tables/fake_map.ts";
import { bytes, counter, histogram, reader, symbols, textOf } from "./configs.ts";

Deno.test("promtool check metrics has nothing to say", async () => {
  if (!isInstalled("promtool")) return;
  const map = openFakeMap({ keySize: 8 });
  for (const text of ["x", 'q"', "b\\", "\n", "\xff", "ü"]) {
    for (let id = 0; id < 6; id++) map.set(bytes([id, 0, 0, 0], text, 4).subarray(0, 8), 2n ** 60n);
  }
  const shared = reader(map, '["k", [["id","unsigned int"], ["s","char",[4]]], "struct_packed"]');
  const { plan } = buildScrapePlan([
    { program: "p", metric: counter("x_total", [["id", "uint"], ["s", "string"]]), reader: shared },
    {
      program: "p",
      metric: histogram(
        "y_seconds",
        [["slot", "string"], ["bucket", "uint"]].map((spec) => {
          return spec as [string, string];
        }).reverse(),
        { bucketMultiplier: 1e-6 },
      ),
      reader: shared,
    },
    {
      program: "p",
      metric: histogram("z_seconds", [["s", "string"], ["bucket", "uint"]], {
        bucketMultiplier: 1e-6,
      }),
      reader: reader(
        openFakeMap({ keySize: 8 }).set(bytes("sda\0", [1, 0, 0, 0]), 5),
        '["k", [["s","char",[4]], ["bucket","unsigned int"]], "struct_packed"]',
      ),
    },
  ], symbols());
  await plan.read();
  await assertPromtoolContent(textOf(plan));
});
