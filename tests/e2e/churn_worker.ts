/** A thread that triggers fills without a pause until it is told to stop; it must know nothing of what they fill. */

import { triggerFill } from "./fill.ts";

const thread = self as unknown as {
  onmessage: (event: MessageEvent<Int32Array>) => void;
  postMessage(message: string): void;
};

/** `shared[0]` becomes 1 when it is to stop; `shared[1]` counts its calls. */
thread.onmessage = ({ data: shared }) => {
  while (Atomics.load(shared, 0) === 0) {
    triggerFill(100);
    Atomics.add(shared, 1, 100);
  }
  thread.postMessage("ended");
};
