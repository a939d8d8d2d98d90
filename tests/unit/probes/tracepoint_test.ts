import assert from "node:assert/strict";
import { nearEvents } from "../../../src/probes/tracepoint.ts";

const EVENTS = [
  "syscalls:sys_enter_open",
  "syscalls:sys_enter_openat",
  "writeback:writeback_dirty_folio",
  "block:block_rq_issue",
];

Deno.test("near events: the name elsewhere, like names of the category", () => {
  assert.deepEqual(nearEvents("blok", "block_rq_issue", EVENTS), ["block:block_rq_issue"]);
  assert.deepEqual(nearEvents("writeback", "dirty_folio", EVENTS), [
    "writeback:writeback_dirty_folio",
  ]);
  assert.deepEqual(nearEvents("block", "block_rq_isue", EVENTS), ["block:block_rq_issue"]);
  assert.deepEqual(nearEvents("", "sys_entr_openat", EVENTS), ["syscalls:sys_enter_openat"]);
  assert.deepEqual(nearEvents("none", "nothing", EVENTS), []);
});
