import assert from "node:assert/strict";
import { chooseMetricsFormat, METRICS_CONTENT_TYPES } from "../../../src/http/accept.ts";

const OPENMETRICS = [
  "application/openmetrics-text",
  "application/openmetrics-text; version=1.0.0",
  'application/openmetrics-text;version="1.0.0"',
  "Application/OpenMetrics-Text; Version=1.0.0; charset=utf-8",
  // As Prometheus 2.4x and 3.x ask.
  "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
  "text/plain, application/openmetrics-text",
  "application/openmetrics-text;q=0.5, */*;q=0.5",
  "application/openmetrics-text;q=0.1",
  "text/plain;version=1.0.0, application/openmetrics-text;q=0.5",
  "text/plain;q=0, application/openmetrics-text;q=0.1, */*",
];

const TEXT = [
  null,
  "",
  "*/*",
  "text/*",
  "text/plain",
  "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "application/*",
  "application/json",
  "application/openmetrics-text;version=0.0.1",
  "application/openmetrics-text;version=2.0.0",
  "application/openmetrics-text;q=0",
  "application/openmetrics-text;q=0.000",
  "application/openmetrics-text;q=0.5,text/plain;q=0.6",
  "application/openmetrics-text;q=0.5,text/*;q=0.6",
  "application/openmetrics-text;q=0.5,*/*",
  "application/openmetrics-text;q=nonsense",
  "application/openmetrics-text;q=1.001",
  'text/plain;note="a, application/openmetrics-text"',
  "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
  ";;;,,,=",
];

Deno.test("accept: OpenMetrics where it is asked for by name and wanted as much as text", () => {
  for (const accept of OPENMETRICS) {
    assert.equal(chooseMetricsFormat(accept), "openmetrics", accept);
  }
});

Deno.test("accept: text in every other case", () => {
  for (const accept of TEXT) assert.equal(chooseMetricsFormat(accept), "text", String(accept));
});

Deno.test("accept: content types are the formats' own", () => {
  assert.deepEqual(METRICS_CONTENT_TYPES, {
    text: "text/plain; version=0.0.4; charset=utf-8",
    openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  });
});
