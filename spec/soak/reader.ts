import { type Agent, get } from 'node:http';
import { checksumOf, SourceUri } from '../../src/domain/index.js';
import type { Chance } from './chance.js';
import type { Site } from './site.js';
import type { Subject } from './web.js';

export type Outcome = number | 'left' | 'cut off';

interface Answer {
  readonly status: Outcome;
  readonly headers: Record<string, unknown>;
  readonly body: Buffer;
}

/** Asks once for a picture, sometimes leaves before the answer is there, and says what is wrong with it. */
export async function readOnce(
  site: Site,
  subject: Subject,
  { agent, port, chance }: { agent: Agent; port: number; chance: Chance },
): Promise<{ outcome: Outcome; wrong?: string }> {
  const collection = chance.is(0.3) ? 'avatars' : 'img';
  const patience = chance.is(0.1) ? chance.below(60) : Infinity;
  const before = site.standing(subject);
  const path = `/${collection}/${SourceUri.of(subject.uri).hex}`;
  const answer = await ask({ agent, host: '127.0.0.1', port, path }, patience);
  const after = site.standing(subject);
  const stood = before && after && before.epoch === after.epoch && before.changes === after.changes ? after : undefined;
  const wrong = flaw(answer, subject, collection, stood?.block);
  const { status: outcome } = answer;
  return wrong === undefined ? { outcome } : { outcome, wrong: `${wrong}: ${subject.manner} ${path}` };
}

/** @param block Whether it was blocked all the time that this took, when that is known. */
function flaw(
  { status, headers, body }: Answer,
  subject: Subject,
  collection: string,
  block: 'blocked' | 'open' | 'changing' | undefined,
): string | undefined {
  const none = collection === 'avatars' ? [302] : [404, 503];
  if (status === 'left') return undefined;
  if (status === 'cut off') return 'the connection was cut off';
  if (status !== 200 && !none.includes(status)) return `an unexpected ${status}`;
  if (status === 200 && block === 'blocked') return 'a blocked picture was served';
  if (status === 200 && !subject.isRight(collection, body)) return 'other bytes';
  if (status === 200 && headers['etag'] !== `"${checksumOf(body)}"`) return 'another etag';
  if (status === 200 && Number(headers['content-length']) !== body.length) return 'another length';
  const isKept = subject.manner === 'steady' || subject.manner === 'changing' || subject.manner === 'slow';
  if (status !== 200 && block === 'open' && isKept) return `a kept picture was a ${status}`;
  if (status !== 200 && headers['cache-control'] !== 'no-store') return 'an error that may be kept';
  return undefined;
}

function ask(target: object, patience: number): Promise<Answer> {
  return new Promise((resolve) => {
    const nothing = { headers: {}, body: Buffer.alloc(0) };
    const request = get(target, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        clearTimeout(leaving);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
      response.on('error', () => resolve({ status: 'cut off', ...nothing }));
    });
    request.on('error', () => resolve({ status: 'cut off', ...nothing }));
    const leave = () => {
      resolve({ status: 'left', ...nothing });
      request.destroy();
    };
    const leaving = patience === Infinity ? undefined : setTimeout(leave, patience);
  });
}
