import assert from "node:assert/strict";
import { buildFamilyText, type FamilyValues } from "../../../src/self_metrics/family_text.ts";

const counter: FamilyValues = {
  name: "errors_total",
  help: 'All "errors"\nof it',
  type: "counter",
  values: [
    { labels: { program: "b", at: 10 }, value: 2_000_000 },
    { labels: { program: "b", at: 9 }, value: 1e-6 },
    { labels: { at: 10, program: "a" }, value: 0 },
  ],
};

Deno.test("family text: labels by name, series by their values, numbers as Go writes them", () => {
  assert.deepEqual(buildFamilyText(counter, "text"), {
    name: "errors_total",
    text: '# HELP errors_total All "errors"\\nof it\n# TYPE errors_total counter\n' +
      'errors_total{at="10",program="a"} 0\n' +
      'errors_total{at="10",program="b"} 2e+06\n' +
      'errors_total{at="9",program="b"} 1e-06\n',
  });
});

Deno.test("family text: OpenMetrics names counters and writes integers its own way", () => {
  assert.deepEqual(buildFamilyText({ ...counter, values: [counter.values[2]] }, "openmetrics"), {
    name: "errors",
    text: '# HELP errors All \\"errors\\"\\nof it\n# TYPE errors counter\n' +
      'errors_total{at="10",program="a"} 0.0\n',
  });
  const gauge: FamilyValues = {
    name: "fds_total",
    help: "",
    type: "gauge",
    values: [{ labels: {}, value: 3 }],
  };
  assert.deepEqual(buildFamilyText(gauge, "openmetrics"), {
    name: "fds_total",
    text: "# HELP fds_total \n# TYPE fds_total gauge\nfds_total 3.0\n",
  });
});

Deno.test("family text: label values are escaped", () => {
  const values = [{ labels: { name: 'a"b\\c\nd' }, value: 1 }];
  const { text } = buildFamilyText({ ...counter, values }, "text");
  assert.ok(text.includes('{name="a\\"b\\\\c\\nd"} 1\n'), text);
});
