/** What this build is, for `--version`, the log and the build-info metric. */

import project from "../../deno.json" with { type: "json" };

export interface BuildInfo {
  readonly version: string;
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

/** The text of `--version`; its first line begins as the original exporter's. */
export function buildVersionText(info: BuildInfo): string {
  return `ebpf_exporter, version ${info.version}
  deno version:     ${info.denoVersion}
  platform:         ${info.platform}
`;
}
