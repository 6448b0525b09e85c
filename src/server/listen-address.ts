export interface ListenAddress {
  /** `undefined` for every address of the machine, IPv4 and IPv6. */
  readonly host: string | undefined;
  readonly port: number;
}

/** `HOST:PORT` as URLs have it, with IPv6 addresses in brackets. */
export function authority(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

const ADDRESS = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/;
const EVERYWHERE = new Set(['', '0.0.0.0', '::', '*']);

/** Reads `HOST:PORT`. An unspecified host means both families, as it does for programs written in Go. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const [, v6, name, port] = ADDRESS.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) return undefined;
  const host = v6 ?? name ?? '';
  return { host: EVERYWHERE.has(host) ? undefined : host, port: Number(port) };
}
