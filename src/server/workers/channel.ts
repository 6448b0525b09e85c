import { NEVER, type Observable, Subject, takeUntil } from 'rxjs';

/** One end of what connects a worker with the primary. Messages arrive as they were sent, one after another. */
export interface Channel<In, Out> {
  /** In the primary, completes when the worker is gone. (Workers go with the primary.) */
  readonly messages: Observable<In>;
  /** What is sent to an end that is gone is lost. */
  readonly send: (message: Out) => void;
}

/** A process at the other end, as `node:child_process` has it: a child, or for a child its own `process`. */
interface End {
  readonly connected: boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  send?(message: unknown, done: (error: Error | null) => void): boolean;
}

export function channelTo<In, Out>(end: End, gone: Observable<unknown> = NEVER): Channel<In, Out> {
  const messages = new Subject<In>();
  end.on('message', (message) => messages.next(message as In));
  return {
    messages: messages.pipe(takeUntil(gone)),
    // Without a listener for its outcome, what cannot be sent would end this process.
    send: (message) => end.connected && end.send?.(message, () => undefined),
  };
}
