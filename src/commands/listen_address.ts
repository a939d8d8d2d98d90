/** Reads `--web.listen-address`; knows nothing of sockets. */

import type { ListenAddress } from "../http/server.ts";
import { UsageError } from "./usage_error.ts";

/**
 * Parses `host:port`, `:port` or `[IPv6]:port`.
 *
 * @throws UsageError that names the address and what is wrong with it.
 */
export function parseListenAddress(text: string): ListenAddress {
  const refuse = (reason: string) => new UsageError(`--web.listen-address "${text}": ${reason}`);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)/i.exec(text);
  if (scheme !== null) {
    throw refuse(`expected host:port without "${scheme[1]}://", e.g. "${scheme[2] || ":9435"}"`);
  }
  if (/^\d+$/.test(text)) throw refuse(`a port alone takes a colon before it: ":${text}"`);
  const match = /^(?:\[([^\[\]]*)\]|([^:\[\]]*)):([^:]*)$/.exec(text);
  if (match === null) {
    const colons = text.split(":").length - 1;
    const last = text.lastIndexOf(":");
    if (colons > 1 && !/[\[\]]/.test(text)) {
      throw refuse(
        `an IPv6 address stands in brackets: "[${text.slice(0, last)}]:${text.slice(last + 1)}"`,
      );
    }
    if (colons === 0 || text.endsWith("]")) {
      throw refuse(`the port is missing; expected e.g. "${text}:9435"`);
    }
    throw refuse('expected "host:port", ":port" or "[::1]:port"');
  }
  const [, bracketed, plain, portText] = match;
  const hostname = bracketed ?? plain;
  if (bracketed !== undefined && !/^[0-9a-f:.]*:[0-9a-f:.]*(?:%[\w.-]+)?$/i.test(bracketed)) {
    throw refuse(`"${bracketed}" is no IPv6 address; only those stand in brackets`);
  }
  if (bracketed === undefined && !/^[\p{L}\p{N}_.-]*$/u.test(plain)) {
    throw refuse(`"${plain}" is no host name or address; all interfaces are ":${portText}"`);
  }
  const port = Number(portText);
  if (!/^\d{1,5}$/.test(portText) || port > 65_535) {
    throw refuse(`"${portText}" is no port; expected a number from 0 to 65535`);
  }
  return { hostname, port };
}
