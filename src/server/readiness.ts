import type { OpsAnswer } from './ops-server.js';

/** Why no requests should be sent here, in one line; `undefined` when they should. */
export type Readiness = () => Promise<string | undefined>;

/** Answers whether requests should be sent here. */
export function ready(readiness: Readiness): () => Promise<OpsAnswer> {
  return async () => {
    const reason = await readiness();
    return reason === undefined ? { status: 200, body: 'ready\n' } : { status: 503, body: `${reason}\n` };
  };
}

/** Answers as long as this process answers anything. */
export function live(): OpsAnswer {
  return { status: 200, body: 'live\n' };
}
