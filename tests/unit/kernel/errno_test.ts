import assert from "node:assert/strict";
import { describeErrno, errnoName, SystemCallError } from "../../../src/kernel/errno.ts";

Deno.test("errno values have names and words, the kernel's own ENOTSUPP too", () => {
  assert.equal(errnoName(2), "ENOENT");
  assert.equal(describeErrno(2), "ENOENT (No such file or directory)");
  assert.equal(describeErrno(524), "ENOTSUPP (Operation is not supported)");
  assert.match(describeErrno(4095), /^errno 4095/);
});

Deno.test("a failed system call says what was attempted, why, and what helps", () => {
  const error = new SystemCallError("opening the door", 13, "use the key");
  assert.equal(error.message, "opening the door: EACCES (Permission denied); use the key");
  assert.equal(error.errno, 13);
});
