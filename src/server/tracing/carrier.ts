import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Carrier } from './tracing.js';

export function carryTrace(): Carrier | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return Object.keys(carrier).length > 0 ? carrier : undefined;
}

export function withinTrace(carrier: Carrier, work: () => void): void {
  context.with(propagation.extract(ROOT_CONTEXT, carrier), work);
}
