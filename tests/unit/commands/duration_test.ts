import assert from "node:assert/strict";
import { parseDurationMs } from "../../../src/commands/duration.ts";

// Go's time.ParseDuration gives the same for each of these.
const DURATIONS: Record<string, number> = {
  "0": 0,
  "0s": 0,
  "120s": 120_000,
  "1m30s": 90_000,
  "1.5h": 5_400_000,
  ".5s": 500,
  "1.s": 1000,
  "500ms": 500,
  "1h1m1s1ms": 3_661_001,
  "1500us": 1.5,
  "1500µs": 1.5,
  "2000000ns": 2,
};

Deno.test("duration: as Go reads it", () => {
  for (const [text, durationMs] of Object.entries(DURATIONS)) {
    assert.equal(parseDurationMs(text), durationMs, text);
  }
});

Deno.test("duration: what is none", () => {
  for (
    const text of ["", "s", "1", ".s", "1 s", "1d", "-1s", "+1s", "1s ", "1m30", "1e3s", "1..5s"]
  ) {
    assert.equal(parseDurationMs(text), undefined, text);
  }
});
