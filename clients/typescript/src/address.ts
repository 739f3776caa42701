import { ConnectError } from "./errors.js";

/** Where a server listens, as gRPC reads it. */
export interface Address {
  /** gRPC's name for it. */
  readonly target: string;
  /** Whether the address itself demands TLS (`https`), forbids it (`http`, `unix`) or leaves it open. */
  readonly tls: boolean | undefined;
}

/**
 * Reads `host:port`, `http://host:port`, `https://host:port` or `unix:/path`.
 *
 * @throws {ConnectError} if it is none of these.
 */
export function parseAddress(text: string): Address {
  const address = parse(text.trim());
  if (address === undefined) {
    const shown = JSON.stringify(withoutCredentials(text));
    throw new ConnectError(
      `${shown} is no address: write host:port, http://host:port, https://host:port or unix:/path`,
    );
  }
  return address;
}

/** Hides what stands before an "@": it may be a password, and errors are logged. */
function withoutCredentials(text: string): string {
  return text.replace(/^.*@/s, "***@");
}

function parse(text: string): Address | undefined {
  if (text.startsWith("unix:")) {
    const path = text.slice("unix:".length).replace(/^\/\//, "");
    return path === "" ? undefined : { target: `unix:${path}`, tls: false };
  }
  const [, scheme, authority] = /^(?:(https?):\/\/)?([^/]+)\/?$/.exec(text) ?? [];
  if (authority === undefined || (scheme === undefined && text.endsWith("/"))) {
    return undefined;
  }
  // Credentials do not belong into an address, since addresses are shown and logged; hence no "@".
  const [, host, port] = /^(\[[0-9A-Fa-f:.]+\]|[^\s:@[\]]+)(?::(\d{1,5}))?$/.exec(authority) ?? [];
  if (host === undefined || Number(port ?? 0) > 65_535) {
    return undefined;
  }
  if (scheme === undefined) {
    // A bare host would go to port 443, where nobody meant it to go.
    return port === undefined ? undefined : { target: `dns:${host}:${port}`, tls: undefined };
  }
  const tls = scheme === "https";
  return { target: `dns:${host}:${port ?? (tls ? "443" : "80")}`, tls };
}
