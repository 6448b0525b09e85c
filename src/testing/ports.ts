import { type Observable, of, switchMap } from 'rxjs';
import type { Origin, OriginRequest, OriginResponse, Ports } from '../domain/index.js';

/** What some ports do. */
export type PartialPorts = {
  readonly [P in keyof Ports]?: NonNullable<Ports[P]> extends (...args: never) => unknown
    ? Ports[P]
    : Partial<Ports[P]>;
};

/** Throws when it is called: what a test says nothing of must not be asked. */
export function unexpected(name: string): () => never {
  return () => {
    throw new Error(`nothing was said of ${name}, and it was asked`);
  };
}

/** Ports that do what is told, most of it by `cold()` or `of()`, and throw when they are asked for anything else. */
export function strictPorts(told: PartialPorts = {}): Ports {
  return portsOn(
    {
      catalogue: {
        lookup: unexpected('catalogue.lookup'),
        store: unexpected('catalogue.store'),
        recordError: unexpected('catalogue.recordError'),
      },
      files: {
        read: unexpected('files.read'),
        recall: unexpected('files.recall'),
        stage: unexpected('files.stage'),
        readVariant: unexpected('files.readVariant'),
        writeVariant: unexpected('files.writeVariant'),
      },
      origin: { exchange: unexpected('origin.exchange') },
      sniffer: { sniff: unexpected('sniffer.sniff') },
      resizer: { resize: unexpected('resizer.resize') },
      report: unexpected('report'),
    },
    told,
  );
}

/**
 * Ports that do what is told, and of which all others answer at once and well: the picture is declared and not
 * stored, storing and resizing work, the bytes are a PNG. Nothing answers for the origin.
 *
 * @param staged When a file that is stored was written; the epoch, if not said.
 */
export function stubPorts(told: PartialPorts = {}, staged = new Date(0)): Ports {
  return portsOn(
    {
      catalogue: {
        lookup: () => of({ status: 'declared', freshFor: 0 }),
        store: () => of(true),
        recordError: () => of(undefined),
      },
      files: {
        read: () => of(undefined),
        recall: () => undefined,
        stage: () => of({ lastModified: staged, commit: () => of(undefined), discard: () => of(undefined) }),
        readVariant: () => of(undefined),
        writeVariant: () => of(undefined),
      },
      origin: { exchange: unexpected('origin.exchange') },
      sniffer: { sniff: () => of('png') },
      resizer: { resize: () => of(Buffer.from('an avatar')) },
      report: () => undefined,
    },
    told,
  );
}

/** An origin that answers as told: a connection lives as long as what `connect` gives is subscribed to. */
export function stubOrigin(connect: (request: OriginRequest) => Observable<OriginResponse>): Origin {
  return { exchange: (request, read) => connect(request).pipe(switchMap(read)) };
}

function portsOn(others: Ports, { catalogue, files, origin, sniffer, resizer, ...functions }: PartialPorts): Ports {
  return {
    ...others,
    ...functions,
    catalogue: portOn(others.catalogue, catalogue),
    files: portOn(others.files, files),
    origin: portOn(others.origin, origin),
    sniffer: portOn(others.sniffer, sniffer),
    resizer: portOn(others.resizer, resizer),
  };
}

/** Method by method, since those of an instance, such as an adapter, are no properties of its own, and need it. */
function portOn<P extends object>(other: P, told: Partial<P> = {}): P {
  const methods = Object.entries(other).map(([name, otherwise]) => {
    const method: unknown = told[name as keyof P];
    if (typeof method !== 'function') return [name, otherwise] as const;
    return [name, Object.hasOwn(told, name) ? method : (method.bind(told) as unknown)] as const;
  });
  return Object.fromEntries(methods) as P;
}
