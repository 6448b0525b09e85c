import { InvalidArgumentError } from 'commander';
import type { CatalogueUpkeep } from '../../adapters/index.js';
import type { SourceUri } from '../../domain/index.js';

/** A host of pictures, exactly: no other one of its domain. */
export interface Host {
  readonly name: string;
  /** `undefined` for all of them. */
  readonly port: string | undefined;
}

const HOST = /^(\[[^\]/]+\]|[^:/\\?#@\s]+)(?::(\d{1,5}))?$/;

/** Reads `HOST` or `HOST:PORT`, in the spelling of URLs. */
export function parseHost(text: string): Host {
  const [authority, , port] = HOST.exec(text) ?? [];
  if (authority === undefined || !URL.canParse(`http://${authority}/`)) {
    throw new InvalidArgumentError('give a host such as example.com or example.com:8080');
  }
  return { name: new URL(`http://${authority}/`).hostname, port: port && `${Number(port)}` };
}

/** The declared pictures of a host; one that is moved meanwhile may come twice. */
export async function* picturesOf(
  host: Host,
  upkeep: CatalogueUpkeep,
  step: (count: number) => void,
): AsyncIterable<SourceUri> {
  for await (const places of upkeep.places()) {
    yield* places.flatMap((place) => (place.kind === 'image' && isOf(host, place.uri) ? [place.uri] : []));
    step(places.length);
  }
}

function isOf({ name, port }: Host, { parsed: url }: SourceUri): boolean {
  return url?.hostname === name && (port === undefined || portOf(url) === port);
}

function portOf({ port, protocol }: URL): string {
  return port || (protocol === 'https:' ? '443' : '80');
}
