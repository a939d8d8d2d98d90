/** One program's start: its alternatives tried in order until one compiles, loads and attaches. */

import type { AlternativeConfig, ProbeConfig, ProgramConfig } from "./config/config.ts";
import type { CompiledProgram } from "./compiler/compiled_program.ts";
import { type LoadedFunction, type LoadedProgram, loadProgram } from "./loader/load_program.ts";
import { RefusalError } from "./loader/refusal.ts";
import type { Attachment } from "./probes/attachment.ts";
import { PROBE_TYPES } from "./probes/probe_types.ts";

/** A probe and whether its function runs there. */
export interface ProbeState {
  readonly probe: ProbeConfig;
  readonly attached: boolean;
  /** The kernel's own reason, when it is not attached. */
  readonly reason?: string;
}

/** What became of a program. */
export interface ProgramState {
  readonly config: ProgramConfig;
  /** The alternative that runs, counted from 1; 0 when none does. */
  readonly alternative: number;
  /**
   * Why no alternative runs; where one does, why those before it were passed over. A line each where there
   * are several.
   */
  readonly reason?: string;
  /** Probes of the alternative that runs, or of the last one tried. */
  readonly probes: readonly ProbeState[];
  readonly functions: readonly LoadedFunction[];
  /** Where kernel types came from. */
  readonly kernelTypes: string;
  /** The program in the kernel; undefined when none runs. */
  readonly loaded?: LoadedProgram;
  /** Detaches the probes and closes the program's fds; a second call does nothing. */
  close(): void;
}

/** What a start needs from outside. */
export interface ProgramRunOptions {
  /** Every probe must attach, not only one for each function. */
  readonly strict: boolean;
  /** Compiles an alternative and checks it against the configuration; throws an error with the reason. */
  compile(program: ProgramConfig, alternative: AlternativeConfig): Promise<CompiledProgram>;
  /** Why the alternative is not for the running kernel; undefined when it is. */
  excluded(alternative: AlternativeConfig): string | undefined;
  /** Given the verifier's whole log when it refused a function. */
  onVerifierLog(program: ProgramConfig, verifierLog: string): void;
  /** Asked between any two steps, so that a start can be broken off. */
  readonly signal: AbortSignal;
}

/** Why an alternative does not run; `probes` as far as they were tried. */
class AlternativeError extends Error {
  constructor(message: string, readonly probes: readonly ProbeState[] = []) {
    super(message);
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Functions of which no probe is attached, with the reasons; probes with one reason share it. */
function findIdleFunctions(probes: readonly ProbeState[]): string[] {
  const byFunction = Map.groupBy(probes, ({ probe }) => probe.target);
  const idle = probes.filter(({ probe }) =>
    !byFunction.get(probe.target)!.some(({ attached }) => attached)
  );
  return [...Map.groupBy(idle, ({ reason }) => reason)].map(([reason, states]) =>
    states.length === 1
      ? `${states[0].probe.kind} "${states[0].probe.name}": ${reason}`
      : `${states.map(({ probe }) => `${probe.kind} "${probe.name}"`).join(", ")}: ${reason}`
  );
}

/** A probe's place in the file and reason, as the reader of an error needs them. */
function describeFailed(states: readonly ProbeState[]): string {
  return states.filter(({ attached }) => !attached)
    .map(({ probe, reason }) =>
      `${probe.place.file}:${probe.place.line}:${probe.place.column}: ${probe.kind} "${probe.name}": ${reason}`
    )
    .join("; ");
}

/** Probes as they will be at best: obstacles show before the seconds of compiling are spent. */
function expectProbes(alternative: AlternativeConfig): ProbeState[] {
  return alternative.probes.map((probe) => {
    const obstacle = PROBE_TYPES[probe.kind].findObstacle(probe.name);
    return obstacle === undefined
      ? { probe, attached: true }
      : { probe, attached: false, reason: obstacle };
  });
}

/** The same probes after everything was given up. */
function detached(states: readonly ProbeState[]): ProbeState[] {
  return states.map((state) => ({ ...state, attached: false }));
}

function attachAll(
  alternative: AlternativeConfig,
  loaded: LoadedProgram,
): { states: ProbeState[]; attachments: Attachment[] } {
  const attachments: Attachment[] = [];
  const states = alternative.probes.map((probe): ProbeState => {
    const type = PROBE_TYPES[probe.kind];
    const target = loaded.functions.find((candidate) =>
      candidate.name === probe.target && candidate.type === type.programType
    )!;
    try {
      attachments.push(type.attach(probe.name, target.fd.number));
      return { probe, attached: true };
    } catch (error) {
      return { probe, attached: false, reason: message(error) };
    }
  });
  return { states, attachments };
}

type Running = Omit<ProgramState, "config" | "alternative">;

async function startAlternative(
  program: ProgramConfig,
  alternative: AlternativeConfig,
  options: ProgramRunOptions,
): Promise<Running> {
  const excluded = options.excluded(alternative);
  if (excluded) throw new AlternativeError(excluded);
  const expected = expectProbes(alternative);
  const hopeless = findIdleFunctions(expected);
  if (hopeless.length > 0) throw new AlternativeError(hopeless.join("; "), detached(expected));

  const compiled = await options.compile(program, alternative);
  options.signal.throwIfAborted();
  const wanted = alternative.probes.map(({ kind, target }) => ({
    name: target,
    type: PROBE_TYPES[kind].programType,
  }));
  const loaded = loadProgram(compiled, wanted);
  const { states, attachments } = attachAll(alternative, loaded);
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    attachments.forEach((attachment) => attachment.detach());
    loaded.close();
  };
  const idle = findIdleFunctions(states);
  const missed = options.strict && states.some(({ attached }) => !attached);
  if (idle.length > 0 || missed) {
    close();
    throw new AlternativeError(
      idle.length > 0 ? idle.join("; ") : `--config.strict: ${describeFailed(states)}`,
      detached(states),
    );
  }
  const { functions } = loaded;
  return { probes: states, functions, kernelTypes: compiled.kernelTypes, loaded, close };
}

/** Starts a program. Rejects only when `signal` is aborted; whatever else fails is the state's `reason`. */
export async function startProgram(
  config: ProgramConfig,
  options: ProgramRunOptions,
): Promise<ProgramState> {
  const reasons: string[] = [];
  let probes: readonly ProbeState[] = [];
  for (const [index, alternative] of config.alternatives.entries()) {
    try {
      options.signal.throwIfAborted();
      const running = await startAlternative(config, alternative, options);
      return { ...running, config, alternative: index + 1, ...withReason(reasons) };
    } catch (error) {
      options.signal.throwIfAborted();
      const prefix = config.alternatives.length > 1 ? `alternative ${index + 1}: ` : "";
      reasons.push(prefix + message(error));
      if (error instanceof AlternativeError) probes = error.probes;
      if (error instanceof RefusalError) options.onVerifierLog(config, error.verifierLog);
    }
  }
  return {
    config,
    alternative: 0,
    ...withReason(reasons),
    probes,
    functions: [],
    kernelTypes: "",
    close() {},
  };
}

function withReason(reasons: readonly string[]): { reason?: string } {
  return reasons.length > 0 ? { reason: reasons.join("\n") } : {};
}
