/** Listens on addresses and hands requests to a function; knows no path and no content. */

/** Where to listen. */
export interface ListenAddress {
  /** A name or an address without brackets; "" means all addresses of the host, IPv6 and IPv4. */
  readonly hostname: string;
  /** 0 lets the kernel choose. */
  readonly port: number;
}

/**
 * Answers a request. When `cutOff` is aborted, a body that is still being made must end: the server
 * is about to be gone. `sent` settles when the answer has left, or never will: its bytes are free then.
 */
export type Routes = (
  request: Request,
  cutOff: AbortSignal,
  sent: Promise<void>,
) => Promise<Response>;

export interface ServerOptions {
  readonly addresses: readonly ListenAddress[];
  readonly routes: Routes;
  /** Called with what `routes` threw, which is a defect of it; the client gets a 500. */
  readonly onError?: (error: unknown) => void;
}

/** Owns the listening sockets and connections until `close`. */
export interface Server {
  /** What is listened on, with the ports that the kernel chose; in the order of the options. */
  readonly addresses: readonly ListenAddress[];
  /**
   * Stops accepting and lets the requests in progress finish. Those that have no answer `deadlineMs`
   * later get a 503. Resolves when every connection is closed, at the latest shortly after the
   * deadline: a connection whose client does not read on is then left to the end of the process. A
   * second call gives the promise of the first.
   */
  close(deadlineMs: number): Promise<void>;
}

/** An address as the command line writes it: `:9435`, `localhost:9435`, `[::1]:9435`. */
export function formatAddress({ hostname, port }: ListenAddress): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/**
 * Listens on all addresses, or on none: if one cannot be had, those already open are closed.
 *
 * @throws Error with one sentence that names the address, the reason and the remedy.
 */
export async function openServer(options: ServerOptions): Promise<Server> {
  const cutOff = new AbortController();
  const opened: OpenAddress[] = [];
  try {
    for (const address of options.addresses) {
      opened.push(openAddress(address, options, cutOff.signal));
    }
  } catch (error) {
    await Promise.all(opened.map((one) => one.shutdown()));
    throw error;
  }
  let closed: Promise<void> | undefined;
  return {
    addresses: opened.map(({ address }) => address),
    close(deadlineMs) {
      closed ??= closeServers(opened, cutOff, deadlineMs);
      return closed;
    },
  };
}

type HttpServer = Deno.HttpServer<Deno.NetAddr>;

interface OpenAddress {
  readonly address: ListenAddress;
  /** Stops accepting; resolves when no request is in progress any more. */
  shutdown(): Promise<void>;
}

/** A server that has failed (too many open files) is opened again after so long, as often as it takes. */
const REOPEN_AFTER_MS = 500;

function openAddress(
  address: ListenAddress,
  { routes, onError }: ServerOptions,
  cutOff: AbortSignal,
): OpenAddress {
  const cut = Promise.withResolvers<void>();
  cutOff.addEventListener("abort", () => cut.resolve(), { once: true });
  const listen = (hostname: string, port = address.port) =>
    Deno.serve({
      hostname,
      port,
      onListen: () => {},
      // Deno 2.9 tells bodies that broke here, 2.6 nothing: whoever makes the body knows it first.
      onError: () => plainResponse(500, "internal error"),
    }, async (request, { completed }) => {
      // It rejects when the client has gone, and in Deno 2.6 after every streamed body.
      completed.catch(() => {});
      try {
        const answer = await Promise.race([routes(request, cutOff, completed), cut.promise]);
        return answer ?? plainResponse(503, "the exporter is stopping");
      } catch (error) {
        onError?.(error);
        return plainResponse(500, "internal error");
      }
    });
  try {
    const first = address.hostname === "" ? listenOnAll(listen) : listen(address.hostname);
    const { hostname, port } = first.addr;
    const shutdown = keepOpen(first, () => listen(hostname, port), onError);
    return { address: { hostname: address.hostname, port }, shutdown };
  } catch (error) {
    throw new Error(explainListenError(address, error), { cause: error });
  }
}

/**
 * Opens the server again whenever it fails: Deno's ends for good when a connection cannot be accepted. Returns what shuts
 * down the one that is open then.
 */
function keepOpen(
  first: HttpServer,
  reopen: () => HttpServer,
  onError: ServerOptions["onError"],
): () => Promise<void> {
  let server: HttpServer | undefined = first;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closing = false;
  const watch = (watched: HttpServer) =>
    watched.finished.catch((error) => {
      server = undefined;
      if (closing) return;
      onError?.(error);
      retry();
    });
  const retry = () => {
    timer = setTimeout(() => {
      try {
        server = reopen();
        watch(server);
      } catch {
        retry();
      }
    }, REOPEN_AFTER_MS);
  };
  watch(first);
  return async () => {
    closing = true;
    clearTimeout(timer);
    await server?.shutdown();
  };
}

function plainResponse(status: number, reason: string): Response {
  const headers = { "content-type": "text/plain; charset=utf-8", connection: "close" };
  return new Response(`${reason}\n`, { status, headers });
}

/** `::` takes IPv4 too (Linux' `bindv6only` is 0), but a host may have no IPv6 at all. */
function listenOnAll<T>(listen: (hostname: string) => T): T {
  try {
    return listen("::");
  } catch (error) {
    if (
      error instanceof Deno.errors.AddrInUse || error instanceof Deno.errors.PermissionDenied
    ) throw error;
    return listen("0.0.0.0");
  }
}

/** How long an answer that was cut off may take to reach its client. */
const LAST_WORDS_MS = 200;

/**
 * `Deno.HttpServer` cannot be aborted once it is shutting down (it reports a bad resource), so the
 * answers are cut off instead of the sockets.
 */
async function closeServers(
  opened: readonly OpenAddress[],
  cutOff: AbortController,
  deadlineMs: number,
): Promise<void> {
  const finished = Promise.all(opened.map((one) => one.shutdown()));
  if (await within(finished, deadlineMs)) return;
  cutOff.abort();
  await within(finished, LAST_WORDS_MS);
}

/** Whether `finished` is kept within the time. */
async function within(finished: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false);
  });
  try {
    return await Promise.race([finished.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

function explainListenError(address: ListenAddress, error: unknown): string {
  const attempted = `cannot listen on "${formatAddress(address)}"`;
  const another = "name another address with --web.listen-address";
  if (error instanceof Deno.errors.AddrInUse) {
    return `${attempted}: another process listens there; stop it (ss -ltnp shows it) or ${another}`;
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return `${attempted}: permission denied, ports below 1024 need root or CAP_NET_BIND_SERVICE; ${another}`;
  }
  const all = `${another}, :${address.port} stands for all interfaces`;
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return `${attempted}: no interface of this host has the address "${address.hostname}"; ${all}`;
  }
  const reason = error instanceof Error ? error.message : String(error);
  if (reason.includes("lookup")) {
    return `${attempted}: the name "${address.hostname}" does not resolve (${reason}); ${all}`;
  }
  return `${attempted}: ${reason}; ${another}`;
}
