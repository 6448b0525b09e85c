import { ProxyTracerProvider, trace, type Tracer } from '@opentelemetry/api';

/** What makes spans, when an OpenTelemetry SDK was loaded before us; `undefined` when they would go nowhere. */
export function loadedTracer(): Tracer | undefined {
  const provider = trace.getTracerProvider();
  return provider instanceof ProxyTracerProvider && provider.getDelegate() === NOWHERE
    ? undefined
    : provider.getTracer('img-linuxfr');
}

/** What the API delegates to while nothing is registered. */
const NOWHERE = new ProxyTracerProvider().getDelegate();
