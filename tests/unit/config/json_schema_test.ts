/** The JSON schema says of every key what it is for, and knows the keys that the parser knows. */

import assert from "node:assert/strict";
import { buildJsonSchema } from "../../../src/config/json_schema.ts";

interface Schema {
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  required?: string[];
  enum?: string[];
  additionalProperties?: unknown;
}

const { $defs, oneOf, $schema } = buildJsonSchema() as {
  $defs: { document: Schema };
  oneOf: unknown[];
  $schema: string;
};
const program = $defs.document.properties!.programs.items!;
const metrics = program.properties!.metrics.properties!;

Deno.test("both shapes of the top level are allowed", () => {
  assert.match($schema, /2020-12/);
  assert.equal(oneOf.length, 2);
});

Deno.test("what must be given is required, what has a default is not", () => {
  assert.deepEqual(program.required, ["name"]);
  assert.deepEqual(metrics.counters.items!.required, ["name", "table"]);
  assert.deepEqual(metrics.histograms.items!.required?.toSorted(), [
    "bucket_max",
    "bucket_type",
    "name",
    "table",
  ]);
});

Deno.test("every key of every map has a description and no other key is allowed", () => {
  let count = 0;
  const walk = (schema: Schema, path: string) => {
    if (schema.properties !== undefined) {
      assert.equal(schema.additionalProperties, false, path);
      for (const [key, property] of Object.entries(schema.properties)) {
        count++;
        const lists = ["metrics.counters", "metrics.histograms"];
        const where = `${path}.${key}`;
        if (!lists.some((list) => where.endsWith(list))) assert.ok(property.description, where);
        walk(property, where);
      }
    }
    if (schema.items !== undefined) walk(schema.items, path);
  };
  walk($defs.document, "");
  assert.ok(count > 40, String(count));
});

Deno.test("decoders are an enumeration", () => {
  const label = metrics.counters.items!.properties!.labels.items!;
  const decoder = label.properties!.decoders.items!;
  assert.deepEqual(decoder.properties!.name.enum, [
    "ksym",
    "regexp",
    "static_map",
    "string",
    "uint",
    "uint64",
  ]);
});
