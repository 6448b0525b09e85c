// Loaded before the service with `--import`: an SDK that writes each span, when it ends, as a line to the file SPANS.
import { appendFileSync } from 'node:fs';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';

const writer = {
  onStart: () => undefined,
  onEnd: (span) => appendFileSync(process.env.SPANS, `${JSON.stringify(lineOf(span))}\n`),
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

function lineOf(span) {
  const { traceId, spanId } = span.spanContext();
  return {
    name: span.name,
    process: process.pid,
    trace: traceId,
    id: spanId,
    parent: span.parentSpanContext?.spanId,
    attributes: span.attributes,
    status: span.status.message,
    exceptions: span.events.filter(({ name }) => name === 'exception').length,
  };
}

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [writer] }));
