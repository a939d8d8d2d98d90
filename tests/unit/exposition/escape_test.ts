import assert from "node:assert/strict";
import fc from "fast-check";
import { escapeHelp, escapeLabelValue } from "../../../src/exposition/escape.ts";
import { counterSampleName, familyHeader } from "../../../src/exposition/family_header.ts";

Deno.test("quote, backslash and line feed of a label's value are escaped, nothing else", () => {
  assert.equal(escapeLabelValue('a"b\\c\nd\re\tü'), 'a\\"b\\\\c\\nd\re\tü');
});

Deno.test("an escaped label value has one line, no bare quote, and can be read back", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (value) => {
    const escaped = escapeLabelValue(value);
    assert.match(escaped, /^([^"\\\n]|\\["\\n])*$/);
    assert.equal(escaped.replace(/\\(.)/g, (_, c) => c === "n" ? "\n" : c), value);
  }));
});

Deno.test("a help text keeps its quotes in the older format only", () => {
  assert.equal(escapeHelp('say "a\\b"\n', "text"), 'say "a\\\\b"\\n');
  assert.equal(escapeHelp('say "a\\b"\n', "openmetrics"), 'say \\"a\\\\b\\"\\n');
});

Deno.test("an OpenMetrics counter's family has no _total, its samples do", () => {
  const cases = [
    ["a_total", "text", "a_total", "a_total"],
    ["a", "text", "a", "a"],
    ["a_total", "openmetrics", "a", "a_total"],
    ["a", "openmetrics", "a", "a_total"],
  ] as const;
  for (const [name, format, family, sample] of cases) {
    assert.equal(
      familyHeader(name, "counter", "h", format),
      `# HELP ${family} h\n# TYPE ${family} counter\n`,
    );
    assert.equal(counterSampleName(name, format), sample);
  }
  assert.match(familyHeader("h_total", "histogram", "h", "openmetrics"), /TYPE h_total histogram/);
});
