import { ProxyTracerProvider, trace } from '@opentelemetry/api';
import { carryTrace, withinTrace } from './carrier.js';
import { tracedRequests } from './traced-requests.js';
import { tracedStage } from './traced-stage.js';
import type { Tracing } from './tracing.js';

/** What the API delegates to while nothing is registered. */
const NOWHERE = new ProxyTracerProvider().getDelegate();

/** With the SDK that is registered; `undefined` when none is, so that spans would go nowhere. */
export function registeredTracing(): Tracing | undefined {
  const provider = trace.getTracerProvider();
  if (provider instanceof ProxyTracerProvider && provider.getDelegate() === NOWHERE) return undefined;
  const tracer = provider.getTracer('img-linuxfr');
  return {
    traceStage: tracedStage(tracer),
    traceRequests: (handler) => tracedRequests(handler, tracer),
    carry: carryTrace,
    within: withinTrace,
  };
}
