/** Finds configuration files and reads their text, however hostile; it must not know YAML. */

import type { ConfigProblem } from "./config.ts";
import type { ConfigText } from "./parse_config.ts";
import { nearestName } from "./nearest.ts";
import { findUtf8Fault } from "./utf8_fault.ts";

const LARGEST_FILE_MIB = 8;
const LARGEST_FILE_BYTES = LARGEST_FILE_MIB * 1024 * 1024;
/** Of the line with a byte that is not UTF-8, behind that byte. */
const SHOWN_BYTES = 100;

/**
 * The texts that a path stands for: a file's, or those of a directory's `*.yaml` and `*.yml` in the order of
 * their names; names that begin with a dot are left out. What cannot be read becomes a problem.
 */
export function readConfigFiles(
  path: string,
): { readonly texts: ConfigText[]; readonly problems: ConfigProblem[] } {
  const texts: ConfigText[] = [];
  const problems: ConfigProblem[] = [];
  const fail = (
    file: string,
    message: string,
    hint?: string,
    line = 1,
    column = 1,
    sourceLine?: string,
  ) =>
    problems.push({
      place: { file, line, column },
      path: "",
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(sourceLine === undefined ? {} : { sourceLine }),
    });

  const read = (file: string) => {
    try {
      const bytes = readRegularFile(file);
      if (typeof bytes === "string") fail(file, bytes);
      else if (bytes.length > LARGEST_FILE_BYTES) {
        fail(
          file,
          `the file is larger than ${LARGEST_FILE_MIB} MiB`,
          "split it into several files and name their directory",
        );
      } else decode(file, bytes);
    } catch (error) {
      fail(file, `the file cannot be read: ${reason(error)}`, hintFor(file, error));
    }
  };

  const decode = (file: string, bytes: Uint8Array) => {
    const fault = findUtf8Fault(bytes);
    if (fault < 0) {
      texts.push({ file, text: new TextDecoder().decode(bytes) });
      return;
    }
    const text = new TextDecoder();
    const before = text.decode(bytes.subarray(0, fault)).split("\n");
    const rest = text.decode(bytes.subarray(fault, fault + SHOWN_BYTES)).split(/\r?\n/)[0];
    const byte = bytes[fault].toString(16).padStart(2, "0");
    const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) ||
      (bytes[0] === 0xfe && bytes[1] === 0xff);
    fail(
      file,
      `the file is not UTF-8: found the byte 0x${byte} at offset ${fault}`,
      `save the file as UTF-8${wide ? ", it seems to be UTF-16" : ""}`,
      before.length,
      before[before.length - 1].length + 1,
      before[before.length - 1] + rest,
    );
  };

  let names: string[] | undefined;
  try {
    if (Deno.statSync(path).isDirectory) {
      names = [...Deno.readDirSync(path)].map(({ name }) => name)
        .filter((name) => /^[^.].*\.ya?ml$/s.test(name)).sort();
    }
  } catch (error) {
    fail(path, `the file cannot be read: ${reason(error)}`, hintFor(path, error));
    return { texts, problems };
  }
  if (names === undefined) read(path);
  else if (names.length === 0) {
    fail(path, "the directory has no file *.yaml or *.yml");
  } else {
    for (const name of names) read(`${path.replace(/\/+$/, "")}/${name}`);
  }
  return { texts, problems };
}

/** The bytes of a file, at most one more than the largest size; words where it is no regular file. */
function readRegularFile(file: string): Uint8Array | string {
  const info = Deno.statSync(file);
  // Opening a FIFO would wait for a writer, reading a device may never end.
  if (!info.isFile) {
    const kind = info.isDirectory
      ? "a directory"
      : info.isFifo
      ? "a FIFO"
      : info.isSocket
      ? "a socket"
      : "a device";
    return `found ${kind}, expected a regular file`;
  }
  using open = Deno.openSync(file);
  const parts: Uint8Array[] = [];
  let length = 0;
  while (length <= LARGEST_FILE_BYTES) {
    const part = new Uint8Array(65_536);
    const count = open.readSync(part);
    if (count === null) break;
    parts.push(part.subarray(0, count));
    length += count;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The kernel's words, without Deno's own additions. */
function reason(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "no such file or directory";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return error instanceof Error ? error.message.replace(/ \(os error.*/s, "") : String(error);
}

/** The file of the same directory whose name is nearest to that of a missing file. */
function hintFor(path: string, error: unknown): string | undefined {
  if (!(error instanceof Deno.errors.NotFound)) return undefined;
  const [, directory, name] = /^(.*\/)?([^/]*)\/*$/s.exec(path) ?? [];
  try {
    const names = [...Deno.readDirSync(directory ?? ".")].map((entry) => entry.name);
    const nearest = ["", ".yaml", ".yml"].map((ending) => name + ending)
      .find((candidate) => names.includes(candidate)) ?? nearestName(name, names.toSorted());
    return nearest === undefined ? undefined : `did you mean "${directory ?? ""}${nearest}"`;
  } catch {
    return undefined;
  }
}
