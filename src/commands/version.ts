/** What this build is, for `--version`, the log and the build-info metric. */

import project from "../../deno.json" with { type: "json" };

export interface BuildInfo {
  readonly version: string;
  /** The commit that it was built from, if known. */
  readonly revision?: string;
  /** Of Deno. */
  readonly denoVersion: string;
  /** As Deno names it: `x86_64-unknown-linux-gnu`. */
  readonly platform: string;
}

/** Reads what the running process is made of. */
export function readBuildInfo(): BuildInfo {
  return {
    version: project.version,
    denoVersion: Deno.version.deno,
    platform: Deno.build.target,
  };
}

/** The text of `--version`; its first line is as the original exporter prints it. */
export function buildVersionText(info: BuildInfo): string {
  const revision = info.revision ?? "unknown";
  return `ebpf_exporter, version ${info.version} (revision: ${revision})
  deno version:     ${info.denoVersion}
  platform:         ${info.platform}
`;
}
