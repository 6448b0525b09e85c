import type { RequestListener } from 'node:http';
import type { StageDecorator } from '../../pipeline/index.js';

/** What tells another process which trace its work is part of. */
export type Carrier = Readonly<Record<string, string>>;

/** Makes spans of what the service does, for an OpenTelemetry SDK. */
export interface Tracing {
  /** See `tracedStage`. */
  readonly traceStage: StageDecorator;
  /** See `tracedRequests`. */
  readonly traceRequests: (handler: RequestListener) => RequestListener;
  /** What goes with a message to another process; `undefined` when there is no trace. */
  readonly carry: () => Carrier | undefined;
  /** Has work be part of the trace that came with a message. */
  readonly within: (carrier: Carrier, work: () => void) => void;
}

/** Where versions 1 of the API keep what was registered. Whether ours can use it, it says itself. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

/** `undefined` when no SDK was loaded before us: then not even the API is. */
export async function loadTracing(): Promise<Tracing | undefined> {
  if (!(REGISTERED in globalThis)) return undefined;
  const { registeredTracing } = await import('./registered-tracing.js');
  return registeredTracing();
}
