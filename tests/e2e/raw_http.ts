/** One HTTP request over a plain socket, so that a test sees exactly the bytes that a client gets. */

import { Buffer } from "node:buffer";

const HEAD_END = "\r\n\r\n";

export interface RawResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** As sent: compressed where the server did; chunks are put together. */
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Connects to `http://HOST:PORT` and sends a request head; the caller reads and closes. */
export async function openRequest(
  url: string,
  path: string,
  { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Deno.TcpConn> {
  const { hostname, port } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const lines = Object.entries({ host: hostname, connection: "close", ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`);
  const head = new TextEncoder().encode(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
  for (let sent = 0; sent < head.length;) sent += await connection.write(head.subarray(sent));
  return connection;
}

/** Sends a request and reads the whole answer. */
export async function rawRequest(
  url: string,
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<RawResponse> {
  const connection = await openRequest(url, path, options);
  return parseResponse(new Uint8Array(await new Response(connection.readable).arrayBuffer()));
}

function parseResponse(bytes: Uint8Array<ArrayBuffer>): RawResponse {
  const text = new TextDecoder("latin1").decode(bytes);
  const headLength = text.indexOf(HEAD_END);
  const [statusLine, ...lines] = text.slice(0, headLength).split("\r\n");
  const headers = new Map(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  }));
  const body = bytes.slice(headLength + HEAD_END.length);
  return {
    status: Number(statusLine.split(" ")[1]),
    headers,
    body: headers.get("transfer-encoding") === "chunked" ? joinChunks(body) : body,
  };
}

function joinChunks(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const text = new TextDecoder("latin1").decode(bytes);
  for (let at = 0;;) {
    const line = text.indexOf("\r\n", at);
    const size = parseInt(text.slice(at, line), 16);
    if (!(size > 0)) break;
    parts.push(bytes.slice(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** A compressed body as text. */
export async function gunzip(body: Uint8Array<ArrayBuffer>): Promise<string> {
  return await new Response(
    new Response(body).body!.pipeThrough(new DecompressionStream("gzip")),
  ).text();
}
