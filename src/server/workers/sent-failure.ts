import { isRejection, Rejection } from '../../domain/index.js';
import type { SentFailure } from './messages.js';

/** What of an error travels from one process to another. Its cause does not: where it happened, it was reported. */
export function failureToSend(error: unknown): SentFailure {
  if (!isRejection(error)) return unknownToSend(error);
  const { code, message, retryAfter, originStatus, url } = error;
  return {
    kind: 'rejection',
    code,
    message,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(originStatus === undefined ? {} : { originStatus }),
    ...(url === undefined ? {} : { url: url.href }),
  };
}

function unknownToSend(error: unknown): SentFailure {
  if (!(error instanceof Error)) return { kind: 'unknown', message: String(error) };
  const { message, stack } = error;
  return stack === undefined ? { kind: 'unknown', message } : { kind: 'unknown', message, stack };
}

/** The error in the process that it was sent to. What is not a rejection stays a bug, with the stack of its place. */
export function failureSent(failure: SentFailure): Error {
  switch (failure.kind) {
    case 'rejection': {
      const { kind: _kind, code, message, url, ...details } = failure;
      return new Rejection(code, message, { ...details, ...(url === undefined ? {} : { url: new URL(url) }) });
    }
    case 'unknown': {
      const { message, stack } = failure;
      return Object.assign(new Error(message), stack === undefined ? {} : { stack });
    }
  }
}
