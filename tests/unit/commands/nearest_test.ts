import assert from "node:assert/strict";
import { nearest } from "../../../src/commands/nearest.ts";

const NAMES = ["config", "config.file", "debug", "log.level", "log.format", "web.listen-address"];

Deno.test("nearest: a slip finds its name", () => {
  const slips = {
    confg: "config",
    cofnig: "config",
    DEBUG: "debug",
    "config-file": "config.file",
    loglevel: "log.level",
    "web.listen-adress": "web.listen-address",
    "listen-address": "web.listen-address",
  };
  for (const [slip, name] of Object.entries(slips)) assert.equal(nearest(slip, NAMES), name, slip);
});

Deno.test("nearest: another word finds none", () => {
  for (const word of ["", "x", "verbose", "listen"]) assert.equal(nearest(word, NAMES), undefined);
  assert.equal(nearest("config", []), undefined);
});

Deno.test("nearest: of equally near names the first", () => {
  assert.equal(nearest("cat", ["bat", "rat"]), "bat");
});
