import { type Context, context, type Span, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { mergeMap, Observable, of, type OperatorFunction } from 'rxjs';
import { isRejection } from '../../domain/index.js';
import type { StageDecorator } from '../../pipeline/index.js';

/**
 * A span for each value that an operator works on: from its coming to the first value that is made of it, to the
 * error, or until nobody wants it any more.
 *
 * Its parent is what was active when the whole was subscribed to, and what goes on from it goes on there: where a
 * value comes from is a promise of anybody's, in whose context nothing of ours belongs.
 */
export function tracedStage(tracer: Tracer): StageDecorator {
  return (name, operator) => (source) =>
    new Observable((subscriber) => {
      const parent = context.active();
      return source
        .pipe(mergeMap((value) => worked(tracer.startSpan(name, {}, parent), parent, value, operator)))
        .subscribe({
          next: (result) => context.with(parent, () => subscriber.next(result)),
          error: (error: unknown) => context.with(parent, () => subscriber.error(error)),
          complete: () => context.with(parent, () => subscriber.complete()),
        });
    });
}

function worked<T, R>(span: Span, parent: Context, value: T, operator: OperatorFunction<T, R>): Observable<R> {
  return new Observable((subscriber) => {
    const work = context.with(trace.setSpan(parent, span), () =>
      of(value)
        .pipe(operator)
        .subscribe({
          next: (result) => {
            // Before anything is made of it, which is not its work.
            if (span.isRecording()) span.end();
            subscriber.next(result);
          },
          error: (error: unknown) => {
            fail(span, error);
            subscriber.error(error);
          },
          complete: () => {
            if (span.isRecording()) span.end();
            subscriber.complete();
          },
        }),
    );
    return () => {
      if (span.isRecording()) span.setAttribute('img_linuxfr.left', true).end();
      work.unsubscribe();
    };
  });
}

function fail(span: Span, error: unknown): void {
  const code = isRejection(error) ? error.code : 'error';
  span.recordException(error as Error);
  span.setAttribute('error.type', code).setStatus({ code: SpanStatusCode.ERROR, message: code }).end();
}
