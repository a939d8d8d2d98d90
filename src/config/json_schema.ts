/** The JSON schema that editors complete and check a configuration by; it must not know any file. */

import { z } from "zod";
import { documentSchema } from "./schema.ts";

/** JSON Schema 2020-12 of a configuration file, with descriptions. */
export function buildJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(documentSchema, {
    io: "input",
    override({ jsonSchema }) {
      // YAML reads a plain 1 as a number and yes as a truth value; we take their text.
      if (jsonSchema.type === "string" && !jsonSchema.enum && !jsonSchema.pattern) {
        (jsonSchema as { type: unknown }).type = ["string", "number", "boolean"];
      }
    },
  }) as Record<string, unknown>;
  const { $schema, ...document } = schema;
  document.patternProperties = { "^x-": {} };
  return {
    $schema,
    title: "Configuration of ebpf_exporter",
    $defs: { document },
    oneOf: [
      { $ref: "#/$defs/document" },
      { type: "array", items: { $ref: "#/$defs/document" }, minItems: 1 },
    ],
  };
}
