import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';

/** What tells another process which trace its work is part of. */
export type Carrier = Readonly<Record<string, string>>;

/** `undefined` when there is no trace, as when no SDK was loaded. */
export function carryTrace(): Carrier | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return Object.keys(carrier).length > 0 ? carrier : undefined;
}

export function withinTrace(carrier: Carrier | undefined, work: () => void): void {
  if (carrier) context.with(propagation.extract(ROOT_CONTEXT, carrier), work);
  else work();
}
