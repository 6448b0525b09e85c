import type { SourceUri } from '../../../domain/index.js';
import { authority, type ListenAddress } from '../../listen-address.js';
import type { LastAttempt } from '../../sent-attempt.js';

/** What a running server knows, or why that cannot be told. */
export type ServerWord =
  ({ readonly server: string } & LastAttempt) | { readonly server: string | null; readonly silence: string };

/** Milliseconds for which a server is waited for. */
const PATIENCE = 2000;

/** Asks a server on its operations port for what only its memory holds. */
export async function askServer(ops: ListenAddress | undefined, { hex }: SourceUri): Promise<ServerWord> {
  if (!ops) return { server: null, silence: 'no server was asked; name its operations port with --ops' };
  const server = authority(ops.host ?? '127.0.0.1', ops.port);
  try {
    const answer = await fetch(`http://${server}/attempts/${hex}`, { signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) return { server, silence: `${server} answers ${answer.status}; is it the operations port?` };
    return { server, ...((await answer.json()) as LastAttempt) };
  } catch {
    return { server, silence: `nobody answers on ${server}; is --ops that of the server?` };
  }
}
