import type { RequestListener } from 'node:http';
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { nameOf } from '../requests/watch.js';
import { parseRoute } from '../route.js';

/** A span for each request, until its answer is sent or its reader has left: part of the trace that the front names. */
export function tracedRequests(handler: RequestListener, tracer: Tracer): RequestListener {
  return (request, response) => {
    const { method = '', url = '', headers } = request;
    const route = nameOf(parseRoute(url));
    const front = propagation.extract(ROOT_CONTEXT, headers);
    const attributes = { 'http.request.method': method, 'http.route': route };
    const span = tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, front);
    response.once('close', () => {
      const { statusCode, writableFinished } = response;
      if (writableFinished) span.setAttribute('http.response.status_code', statusCode);
      else span.setAttribute('img_linuxfr.left', true);
      if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    context.with(trace.setSpan(front, span), () => void handler(request, response));
  };
}
