import { Rejection } from '../domain/index.js';

/** Runs a call to the store called `name`; whatever goes wrong there is a `catalogue-unavailable`. */
export async function storeCall<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storeUnavailable(name, error);
  }
}

export function storeUnavailable(name: string, cause: unknown): Rejection {
  const reason = cause instanceof Error ? cause.message : 'no answer';
  return new Rejection('catalogue-unavailable', `${name}: ${reason}`, { cause });
}
