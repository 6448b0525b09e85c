import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { map } from 'rxjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type EncodedRequest, type ServedImage, SourceUri } from '../../src/domain/index.js';
import { atEndOfTurn } from '../../src/server/end-of-turn.js';
import { type HandlerOptions, requestHandler } from '../../src/server/handler.js';
import { talk } from '../support/talk.js';

describe('what is ready in one turn of the event loop', () => {
  it('is sent at its end, in order', async () => {
    const sent: string[] = [];
    for (const answer of ['first', 'second']) atEndOfTurn(() => sent.push(answer));
    await Promise.resolve();
    expect(sent).toEqual([]);
    await nextTurn();
    expect(sent).toEqual(['first', 'second']);
  });

  it('waits for no more than 15 others', async () => {
    let sent = 0;
    for (let answer = 0; answer < 15; answer++) atEndOfTurn(() => sent++);
    expect(sent).toBe(0);
    atEndOfTurn(() => sent++);
    expect(sent).toBe(16);
    atEndOfTurn(() => sent++);
    expect(sent).toBe(16);
    await nextTurn();
    expect(sent).toBe(17);
  });

  it('is sent though another cannot be, of which the process hears', async () => {
    const thrown = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => undefined);
    onTestFinished(() => thrown.mockRestore());
    const sent: string[] = [];
    atEndOfTurn(() => {
      throw new Error('broken');
    });
    atEndOfTurn(() => sent.push('second'));
    await nextTurn();
    expect(sent).toEqual(['second']);
    expect(thrown.mock.calls[0]?.[0]).toThrow('broken');
  });

  it('is sent later when it becomes ready while others are sent', async () => {
    const sent: string[] = [];
    atEndOfTurn(() => {
      atEndOfTurn(() => sent.push('third'));
      sent.push('first');
    });
    atEndOfTurn(() => sent.push('second'));
    await nextTurn();
    await nextTurn();
    expect(sent).toEqual(['first', 'second', 'third']);
  });
});

describe('pictures that are ready in one turn', () => {
  it('are all looked for before one of them is sent', async () => {
    const responses: ServerResponse[] = [];
    const answered: number[] = [];
    const port = await serve((response) => responses.push(response), {
      pipeline: map((asked) => {
        answered.push(responses.filter(({ headersSent }) => headersSent).length);
        return pictureFor(asked);
      }),
    });
    const answers = await talk({ port }, asking('aa') + asking('bb') + asking('cc', 'Connection: close'));
    expect(answers.match(/\r\n\r\n(aa|bb|cc)/g)).toEqual(['\r\n\r\naa', '\r\n\r\nbb', '\r\n\r\ncc']);
    expect(answered).toEqual([0, 0, 0]);
  });

  it('are not sent to a reader who has left since, who is counted as one', async () => {
    let response: ServerResponse | undefined;
    const ended = vi.fn();
    const port = await serve((created) => (response = created), {
      pipeline: map((asked) => {
        process.nextTick(() => response?.destroy());
        return pictureFor(asked);
      }),
      watch: () => ended,
    });
    expect(await talk({ port }, asking('aa'))).toBe('');
    await nextTurn();
    expect(ended.mock.calls).toEqual([['aborted', 499, 0]]);
    expect(response?.headersSent).toBe(false);
  });
});

/** Serves what a pipeline gives. `created` is told of each response before its request is looked at. Gives the port. */
async function serve(
  created: (response: ServerResponse) => void,
  options: Pick<HandlerOptions, 'pipeline'> & Partial<HandlerOptions>,
): Promise<number> {
  const listener = requestHandler({
    ...{ userAgent: 'img-linuxfr', defaultAvatar: '/default.png', avatarHeight: 64 },
    report: (trouble) => expect.unreachable(String(trouble)),
    log: { debug: () => undefined },
    watch: () => () => undefined,
    ...options,
  });
  const server = createServer((request, response) => {
    created(response);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function pictureFor({ hexUri, variant }: EncodedRequest): ServedImage {
  const image = { type: 'image/png', checksum: 'c0ffee', body: Buffer.from(hexUri), lastModified: new Date(0) };
  return { request: { uri: SourceUri.of(hexUri), variant }, image, cacheStatus: { hit: true, ttl: 1 } };
}

function asking(hex: string, ...fields: readonly string[]): string {
  return [`GET /img/${hex} HTTP/1.1`, 'Host: localhost', ...fields, '', ''].join('\r\n');
}
