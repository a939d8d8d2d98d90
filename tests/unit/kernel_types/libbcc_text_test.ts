import assert from "node:assert/strict";
import { calledHelperTypes, readLibbccText } from "../../../src/kernel_types/libbcc_text.ts";

const BPF_H = `/* "own" */
#ifndef _UAPI__LINUX_BPF_H__
#define _UAPI__LINUX_BPF_H__
#include <linux/types.h>
enum bpf_cmd { BPF_MAP_CREATE };
#endif
`;
const HELPERS_H = `
#ifndef __BPF_HELPERS_H
static struct task_struct *(*bpf_get_current_task_btf)(void) = (void *)158;
static long (*bpf_d_path)(struct path *path, char *buf,
\t\t\t u32 sz) = (void *)147;
static u64 (*bpf_ktime_get_ns)(void) = (void *)5;
#endif
`;

function sharedObject(...texts: string[]): Uint8Array {
  return new TextEncoder().encode(
    `\x7fELF\0binary\0${texts.map((text) => `\x01\x02${text}\0`).join("")}tail`,
  );
}

Deno.test("the headers are found among other data", () => {
  const { text, names } = readLibbccText(sharedObject(BPF_H, "other", HELPERS_H));
  assert.equal(text, `${BPF_H}\n${HELPERS_H}`);
  assert.deepEqual([...names.tags], ["bpf_cmd"]);
  assert.deepEqual([...names.includes], ["linux/types.h"]);
  assert.ok(names.ordinary.has("BPF_MAP_CREATE") && names.ordinary.has("bpf_ktime_get_ns"));
  // a type before a function pointer is no name that the text declares
  assert.ok(!names.ordinary.has("u64") && !names.ordinary.has("long"));
});

Deno.test("helpers bring the types in their declarations, and only those that are called", () => {
  const libbcc = readLibbccText(sharedObject(BPF_H, HELPERS_H));
  assert.deepEqual([...calledHelperTypes(libbcc, new Set(["bpf_d_path", "bpf_ktime_get_ns"]))], [
    "path",
  ]);
  assert.deepEqual([...calledHelperTypes(libbcc, new Set(["bpf_get_current_task_btf"]))], [
    "task_struct",
  ]);
});

Deno.test("a library without headers is refused with the remedy", () => {
  assert.throws(() => readLibbccText(sharedObject("nothing")), /found no bpf.h .* install/);
});
