/** An fd with one owner: the only place where the exporter closes BPF and perf-event fds. */

import { closeFd } from "./libc.ts";

export class OwnedFd implements Disposable {
  #fd: number;

  /** Takes over an open fd. */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /** The fd's number; throws once it is closed, since the number may mean another file by then. */
  get number(): number {
    if (this.#fd < 0) throw new Error("an fd was used after it was closed");
    return this.#fd;
  }

  /** Closes the fd; a second call does nothing. */
  close(): void {
    if (this.#fd < 0) return;
    closeFd(this.#fd);
    this.#fd = -1;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
