/** Which path gives what, for whom and in which form; given functions, it knows nothing of eBPF. */

import { chooseMetricsFormat, METRICS_CONTENT_TYPES, type MetricsFormat } from "./accept.ts";
import { gzip, GZIP_MIN_SIZE_BYTES, wantsGzip } from "./encoding.ts";
import { buildLandingPage, type PageProgram } from "./landing_page.ts";
import { bodyOf, type LentBytes } from "./lent_bytes.ts";
import { HEALTHY_PATH, LANDING_PATH, READY_PATH, TABLES_PATH } from "./paths.ts";
import { createScrapeQueue } from "./scrape_queue.ts";
import type { Routes } from "./server.ts";
import { openTextStream } from "./text_stream.ts";

export interface RoutesOptions {
  readonly telemetryPath: string;
  /** Whether `Accept` may choose OpenMetrics; otherwise everybody gets text 0.0.4. */
  readonly openMetrics: boolean;
  /** All metrics as they are now. Never called again before its promise has settled. */
  readonly metrics: (format: MetricsFormat) => Promise<LentBytes>;
  /** The raw tables in pieces, for `/tables`; absent: there is no such path. */
  readonly tables?: () => AsyncIterable<string>;
  /** What the landing page lists; asked for at each request. */
  readonly programs: () => readonly PageProgram[];
  /** Whether everything that the config names has been tried. */
  readonly isReady: () => boolean;
  readonly version: string;
  readonly log: { error(message: string, properties?: Record<string, unknown>): void };
}

/** Builds the handler of a server. It answers every request and does not throw. */
export function buildRoutes(options: RoutesOptions): Routes {
  const scrape = createScrapeQueue(options.metrics);
  const unsent: Unsent = { bytes: 0 };
  const pages = new Map<string, Routes>([
    [LANDING_PATH, () => Promise.resolve(landingPage(options))],
    [HEALTHY_PATH, () => Promise.resolve(plain(200, "healthy"))],
    [READY_PATH, () =>
      Promise.resolve(
        options.isReady() ? plain(200, "ready") : plain(503, "not ready: programs are loading"),
      )],
    [
      options.telemetryPath,
      (request, _cutOff, sent) => metricsPage(request, sent, unsent, scrape, options),
    ],
  ]);
  const { tables } = options;
  if (tables !== undefined) {
    pages.set(TABLES_PATH, (request, cutOff) => tablesPage(request, cutOff, tables, options));
  }
  return async (request, cutOff, sent) => {
    const page = pages.get(pathOf(request.url));
    if (page === undefined) {
      return withoutBodyIfHead(
        request,
        plain(404, `not found; ${options.telemetryPath} has metrics`),
      );
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      const refusal = plain(405, `method ${request.method} is not allowed; use GET or HEAD`);
      refusal.headers.set("allow", "GET, HEAD");
      return refusal;
    }
    return withoutBodyIfHead(request, await page(request, cutOff, sent));
  };
}

/** Answers that clients do not read hold their bytes; beyond this much further ones are refused. */
const MOST_UNSENT_BYTES = 128 << 20;

/** Bytes of answers that are on their way. */
interface Unsent {
  bytes: number;
}

async function metricsPage(
  request: Request,
  sent: Promise<void>,
  unsent: Unsent,
  scrape: (format: MetricsFormat) => Promise<LentBytes>,
  { openMetrics, log }: RoutesOptions,
): Promise<Response> {
  if (unsent.bytes > MOST_UNSENT_BYTES) {
    return plain(503, "too many clients do not read their answers; scrape again later");
  }
  const format = openMetrics ? chooseMetricsFormat(request.headers.get("accept")) : "text";
  try {
    const headers = new Headers({
      "content-type": METRICS_CONTENT_TYPES[format],
      vary: openMetrics ? "Accept, Accept-Encoding" : "Accept-Encoding",
    });
    const text = await scrape(format);
    let bytes = text.bytes;
    if (bytes.length >= GZIP_MIN_SIZE_BYTES && wantsGzip(request.headers.get("accept-encoding"))) {
      const compressing = gzip(bytes);
      text.keepUntil(compressing);
      bytes = await compressing;
      headers.set("content-encoding", "gzip");
    } else text.keepUntil(sent);
    headers.set("content-length", String(bytes.length));
    unsent.bytes += bytes.length;
    const done = () => unsent.bytes -= bytes.length;
    sent.then(done, done);
    return respond(200, headers, bodyOf(bytes));
  } catch (error) {
    const reason = oneLine(error);
    log.error("scrape failed", { error: reason });
    return plain(500, `scrape failed: ${reason}`);
  }
}

async function tablesPage(
  request: Request,
  cutOff: AbortSignal,
  tables: () => AsyncIterable<string>,
  { log }: RoutesOptions,
): Promise<Response> {
  const headers = new Headers({ "content-type": PLAIN_TEXT });
  // A HEAD request is not worth a reading of the tables.
  if (request.method === "HEAD") return respond(200, headers, null);
  const onError = (error: unknown) =>
    log.error("reading the tables failed", { error: oneLine(error) });
  try {
    return respond(200, headers, await openTextStream(tables(), { cutOff, onError }));
  } catch (error) {
    onError(error);
    return plain(500, `reading the tables failed: ${oneLine(error)}`);
  }
}

function landingPage({ version, telemetryPath, tables, programs }: RoutesOptions): Response {
  const html = buildLandingPage({
    version,
    telemetryPath,
    ...(tables === undefined ? {} : { tablesPath: TABLES_PATH }),
    programs: programs(),
  });
  const body = new TextEncoder().encode(html);
  const headers = new Headers({
    "content-type": "text/html; charset=utf-8",
    "content-length": String(body.length),
    "content-security-policy":
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  });
  return respond(200, headers, body);
}

const PLAIN_TEXT = "text/plain; charset=utf-8";

function plain(status: number, line: string): Response {
  const body = new TextEncoder().encode(`${line}\n`);
  const headers = new Headers({
    "content-type": PLAIN_TEXT,
    "content-length": String(body.length),
  });
  return respond(status, headers, body);
}

/**
 * What every answer says: it is true only now, and its bytes are to be left as they are, which also
 * keeps Deno 2.6 from compressing by rules of its own.
 */
function respond(status: number, headers: Headers, body: BodyInit | null): Response {
  headers.set("cache-control", "no-store, no-transform");
  headers.set("x-content-type-options", "nosniff");
  return new Response(body, { status, headers });
}

/** The same answer as to GET, with its `content-length`, but without the body (RFC 9110, 9.3.2). */
function withoutBodyIfHead(request: Request, response: Response): Response {
  if (request.method !== "HEAD" || response.body === null) return response;
  return new Response(null, { status: response.status, headers: response.headers });
}

/** The path of a request, taken by hand: `new URL` throws on some `Host` headers that Deno lets by. */
function pathOf(url: string): string {
  const authority = url.indexOf("://") + 3;
  const start = url.indexOf("/", authority);
  if (start < 0) return "/";
  const end = url.slice(start).search(/[?#]/);
  return end < 0 ? url.slice(start) : url.slice(start, start + end);
}

function oneLine(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return reason.replace(/\s*[\r\n]+\s*/g, "; ").trim() || "no reason given";
}
