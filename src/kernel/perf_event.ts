/**
 * Perf events that run a BPF function. A function stays attached exactly as long as the event's fd is open.
 * Layout of `struct perf_event_attr`: `include/uapi/linux/perf_event.h`.
 */

import { onlineCpu } from "./cpus.ts";
import { addressOf, cString, holding, ioctl, perfEventOpen } from "./libc.ts";
import { OwnedFd } from "./owned_fd.ts";
import { SystemCallError } from "./errno.ts";

const PERF_ATTR_SIZE_VER5 = 112;
const PERF_TYPE_TRACEPOINT = 2;
const PERF_EVENT_IOC_ENABLE = 0x2400, PERF_EVENT_IOC_SET_BPF = 0x40042408;
const EVERY_PROCESS = -1;
const SOURCES = "/sys/bus/event_source/devices";

/** Opens the event, gives it the function, and enables it; throws `SystemCallError` with the kernel's errno. */
function openWithFunction(attr: Uint8Array<ArrayBuffer>, functionFd: number): OwnedFd {
  // One CPU is enough: tracepoint and kprobe events run their function wherever they fire.
  const result = perfEventOpen(attr, EVERY_PROCESS, onlineCpu());
  if (result < 0) throw new SystemCallError("perf_event_open", -result);
  const event = new OwnedFd(result);
  for (
    const [request, argument] of [[PERF_EVENT_IOC_SET_BPF, functionFd], [PERF_EVENT_IOC_ENABLE, 0]]
  ) {
    const done = ioctl(event.number, request, argument);
    if (done < 0) {
      event.close();
      throw new SystemCallError("giving the perf event its function", -done);
    }
  }
  return event;
}

function newAttr(type: number, config: bigint): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(PERF_ATTR_SIZE_VER5));
  view.setUint32(0, type, true);
  view.setUint32(4, PERF_ATTR_SIZE_VER5, true);
  view.setBigUint64(8, config, true);
  view.setBigUint64(16, 1n, true); // sample_period: every event
  view.setUint32(48, 1, true); // wakeup_events
  return view;
}

/** Attaches a function to the tracepoint with that id (`events/CATEGORY/NAME/id` in tracefs). The caller owns the fd. */
export function openTracepointEvent(id: number, functionFd: number): OwnedFd {
  const attr = newAttr(PERF_TYPE_TRACEPOINT, BigInt(id));
  return openWithFunction(new Uint8Array(attr.buffer), functionFd);
}

/** How the kernel's kprobe PMU (4.17) is addressed; undefined where there is none. */
export interface KprobePmu {
  readonly type: number;
  /** The bit of `config` that makes a kretprobe. */
  readonly returnBit: number;
}

/** The kprobe PMU as sysfs describes it (`Documentation/ABI/testing/sysfs-bus-event_source-devices-format`). */
export function readKprobePmu(): KprobePmu | undefined {
  try {
    const type = Number(Deno.readTextFileSync(`${SOURCES}/kprobe/type`));
    const format = Deno.readTextFileSync(`${SOURCES}/kprobe/format/retprobe`);
    return { type, returnBit: Number(format.match(/config:(\d+)/)?.[1] ?? 0) };
  } catch {
    return undefined;
  }
}

/** Attaches a function to the entry (or return) of a kernel function. The caller owns the fd. */
export function openKprobeEvent(
  pmu: KprobePmu,
  kernelFunction: string,
  isReturn: boolean,
  functionFd: number,
): OwnedFd {
  const attr = newAttr(pmu.type, isReturn ? 1n << BigInt(pmu.returnBit) : 0n);
  const name = cString(kernelFunction);
  const CONFIG1_OFFSET = 56; // kprobe_func; config2 (probe_offset) stays 0
  attr.setBigUint64(CONFIG1_OFFSET, addressOf(name), true);
  return holding([name], () => openWithFunction(new Uint8Array(attr.buffer), functionFd));
}
