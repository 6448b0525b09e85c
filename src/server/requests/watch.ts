import type { IncomingMessage } from 'node:http';
import type { Route } from '../route.js';
import type { Outcome } from './outcome.js';

/** Which of our routes a request was for: one of few, so that it can be a label of a metric. */
export const ROUTE_NAMES = ['img', 'avatars', 'status', 'other'] as const;
export type RouteName = (typeof ROUTE_NAMES)[number];

/** What of a request observers may look at; of one that could not be parsed there is little. */
export type Asked = Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders' | 'socket'>;

/** How a request ended. */
export interface RequestEnd {
  readonly asked: Asked;
  readonly route: Route;
  readonly outcome: Outcome;
  /** The status that was sent; 499 when the reader left before there was one. */
  readonly status: number;
  /** Milliseconds from the parsed head to the last byte handed to the connection, where it may still wait. */
  readonly ms: number;
  /** Of the body, as far as they were handed to the connection. */
  readonly bytes: number;
  /** When the bytes of a copy came that is not known to be fresh; `undefined` for every other outcome. */
  readonly copiedAt: Date | undefined;
}

/** Told of each request when it ends. */
export type RequestObserver = (end: RequestEnd) => void;

/** To be called once, when the request that it was given for ends. */
export type Ended = (outcome: Outcome, status: number, bytes: number, copiedAt?: Date) => void;

/** Notes that a request has come. */
export type Watch = (asked: Asked, route: Route) => Ended;

const nobodyCares: Ended = () => undefined;

/** Without observers, a request is not even looked at. */
export function watchFor(observers: readonly RequestObserver[]): Watch {
  if (observers.length === 0) return () => nobodyCares;
  return (asked, route) => {
    const began = performance.now();
    return (outcome, status, bytes, copiedAt) => {
      const end = { asked, route, outcome, status, ms: performance.now() - began, bytes, copiedAt };
      for (const observe of observers) observe(end);
    };
  };
}

export function nameOf(route: Route): RouteName {
  if (route.kind === 'image') return route.collection;
  return route.kind === 'status' ? 'status' : 'other';
}
