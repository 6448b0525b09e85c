import type { Observable } from 'rxjs';

/** What a port is asked for: at once when it is at hand, else as soon as it comes. */
export type MaybePending<T> = T | Promise<T> | Observable<T>;

/** Whether one has to wait for the answer. What is at hand must itself be neither a Promise nor an Observable. */
export function isPending<T>(answer: MaybePending<T>): answer is Promise<T> | Observable<T> {
  return typeof answer === 'object' && answer !== null && ('subscribe' in answer || 'then' in answer);
}
