import { firstValueFrom, mergeMap, NEVER, type Observable, of, Subject, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  type FileBody,
  type ImageFiles,
  isRejection,
  Rejection,
  type ServedImage,
  SourceUri,
  type StoredFile,
} from '../../../src/domain/index.js';
import type { Refresh } from '../../../src/pipeline/index.js';
import { answerRefreshes } from '../../../src/server/workers/answer-refreshes.js';
import type { Channel } from '../../../src/server/workers/channel.js';
import type { ToPrimary, ToWorker } from '../../../src/server/workers/messages.js';
import { remoteRefresh } from '../../../src/server/workers/remote-refresh.js';
import { unexpected } from '../../../src/testing/index.js';
import { marbles, rejection } from '../../support/marbles.js';
import { AVATAR_REQUEST, FILE, HELD, REQUEST, URI, URL_OF_IT } from '../../support/nouns.js';
import { itIsAnOperator } from '../../support/operator-laws.js';
import { COLLAPSED, FETCHED } from '../../support/serving.js';

/** Two ends in one process; what is sent is copied, as it is on its way to another one. */
function channelPair() {
  const [toPrimary, toWorker] = [new Subject<ToPrimary>(), new Subject<ToWorker>()];
  const sent: string[] = [];
  const worker: Channel<ToWorker, ToPrimary> = {
    messages: toWorker,
    send: (message) => {
      sent.push(message.kind);
      toPrimary.next(structuredClone(message));
    },
  };
  const primary: Channel<ToPrimary, ToWorker> = {
    messages: toPrimary,
    send: (message) => toWorker.next(structuredClone(message)),
  };
  return { worker, primary, sent, die: () => toPrimary.complete() };
}

/** A worker and a primary that works like this. */
function remote(
  work: (uri: SourceUri) => Observable<ServedImage>,
  files: Pick<ImageFiles, 'read'> = { read: unexpected('read') },
) {
  const { worker, primary, sent, die } = channelPair();
  const refresh: Refresh = mergeMap(({ uri }) => work(uri));
  answerRefreshes(primary, refresh);
  return { refresh: remoteRefresh(worker, new Map(), files), sent, die };
}

/** Bytes are compared as bytes: a copy of a Buffer is a plain array. */
function asSent(served: ServedImage): ServedImage {
  return { ...served, image: { ...served.image, body: new Uint8Array(served.image.body as Uint8Array) } };
}

const PICTURE = asSent(FETCHED);
const SHARED = asSent(COLLAPSED);

describe('remoteRefresh', () => {
  itIsAnOperator({ operator: () => remote(() => of(FETCHED)).refresh, input: REQUEST, output: PICTURE });

  it(
    'asks one question for all who want a picture at the same time, each of whom gets it as he wants it',
    marbles((tools) => {
      const requests = tools.cold('-a-(ba)---|', { a: REQUEST, b: AVATAR_REQUEST });
      const work = tools.cold('    ----(p|)', { p: FETCHED });
      const asked = '              -^---!';
      const { refresh, sent } = remote(() => work);
      const values = { p: PICTURE, b: { ...SHARED, request: AVATAR_REQUEST }, s: SHARED };
      tools.expectObservable(requests.pipe(refresh)).toBe('-----(pbs)|', values);
      tools.expectSubscriptions(work.subscriptions).toBe(asked);
      tools.flush();
      expect(sent).toEqual(['refresh']);
    }),
  );

  it(
    'asks for the URI byte by byte, and gives each question its own answer',
    marbles((tools) => {
      const odd = SourceUri.of(Buffer.from('http://a.example/\xff\x00', 'latin1'));
      const { refresh } = remote((uri) => (uri.hex === odd.hex ? tools.cold('---(p|)', { p: FETCHED }) : NEVER));
      tools.expectObservable(of(REQUEST).pipe(refresh)).toBe('-');
      const request = { ...REQUEST, uri: odd };
      tools.expectObservable(of(request).pipe(refresh)).toBe('---(p|)', { p: { ...PICTURE, request } });
    }),
  );

  it('does not leave when it was answered', async () => {
    const [served, failed] = [remote(() => of(FETCHED)), remote(() => throwError(() => new Error('no')))];
    await firstValueFrom(of(REQUEST).pipe(served.refresh));
    await expect(firstValueFrom(of(REQUEST).pipe(failed.refresh))).rejects.toThrow('no');
    expect([served.sent, failed.sent]).toEqual([['refresh'], ['refresh']]);
  });

  it(
    'leaves when the last one does, and asks anew for who comes then',
    marbles((tools) => {
      const work = tools.cold('                            -----(p|)', { p: FETCHED });
      const { refresh, sent } = remote(() => work);
      tools.expectObservable(of(REQUEST).pipe(refresh), '  ^-!').toBe('   ---');
      tools.expectObservable(of(REQUEST).pipe(refresh), '  -^--!').toBe(' -----');
      tools.expectObservable(of(REQUEST).pipe(refresh), '  -----^').toBe('----------(p|)', { p: PICTURE });
      tools.expectSubscriptions(work.subscriptions).toBe(['^---!', '-----^----!']);
      tools.flush();
      expect(sent).toEqual(['refresh', 'leave', 'refresh']);
    }),
  );

  it(
    'has nobody asked any more for a worker that is gone',
    marbles((tools) => {
      const work = tools.cold('-----(p|)', { p: FETCHED });
      const asked = '          ^--!';
      const { refresh, die } = remote(() => work);
      tools.cold('---d').subscribe(die);
      tools.expectObservable(of(REQUEST).pipe(refresh)).toBe('-');
      tools.expectSubscriptions(work.subscriptions).toBe(asked);
    }),
  );

  it(
    'reads from the own disk what lies there, by its checksum',
    marbles((tools) => {
      const body: FileBody = { length: FILE.body.length, read: unexpected('read') };
      const large: ServedImage = { ...FETCHED, image: { ...HELD, body } };
      const here: StoredFile = { ...FILE, body: { ...body } };
      const files = (file: StoredFile | undefined) => ({
        read: (uri: SourceUri, checksum?: string) =>
          tools.cold('--(f|)', { f: uri.hex === URI.hex && checksum === HELD.checksum ? file : undefined }),
      });
      const found = remote(() => tools.cold('-(p|)', { p: large }), files(here));
      const served = { ...large, image: { ...HELD, body: here.body } };
      tools.expectObservable(of(REQUEST).pipe(found.refresh)).toBe('---(s|)', { s: served });
      for (const other of [undefined, { ...here, checksum: 'another' }]) {
        const { refresh } = remote(() => tools.cold('-(p|)', { p: large }), files(other));
        tools.expectObservable(of(REQUEST).pipe(refresh)).toBe('---#', undefined, rejection('storage-unavailable'));
      }
    }),
  );

  /** What a reader gets to see of an error in the primary. */
  const received = (error: unknown) => firstValueFrom(of(REQUEST).pipe(remote(() => throwError(() => error)).refresh));

  it.each([
    new Rejection('resting', 'next try in 7 s'),
    new Rejection('unexpected-status', 'the origin answered 503', { originStatus: 503, retryAfter: 7, url: URL_OF_IT }),
  ])('errors with a rejection as it was: $code', async (error) => {
    const again: unknown = await received(error).catch((caught: unknown) => caught);
    const told = ({ code, message, originStatus, retryAfter, url }: Rejection) => ({
      code,
      message,
      originStatus,
      retryAfter,
      url: url?.href,
    });
    expect(again).toSatisfy(isRejection);
    expect(told(again as Rejection)).toEqual(told(error));
  });

  it('errors with a bug as a bug, which tells where it was', async () => {
    const bug = new RangeError('too far');
    await expect(received(bug)).rejects.not.toSatisfy(isRejection);
    await expect(received(bug)).rejects.toMatchObject({ message: 'too far', stack: bug.stack });
    await expect(received('no error at all')).rejects.toMatchObject({ message: 'no error at all' });
  });
});
