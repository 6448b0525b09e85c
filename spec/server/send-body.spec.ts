import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { map } from 'rxjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type FileBody, SourceUri } from '../../src/domain/index.js';
import { requestHandler } from '../../src/server/handler.js';

/** What comes of a picture of eight bytes in such pieces, and who is told what of it. */
function serve(read: (response: ServerResponse) => AsyncIterable<Uint8Array>, length = 8) {
  return serveBody((response) => ({ length, read: () => read(response) }));
}

async function serveBody(bodyFor: (response: ServerResponse) => FileBody, ended = vi.fn()) {
  const { port, report } = await listen(bodyFor, ended);
  const asking = get({ port, path: '/img/6161', agent: false });
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  return { answer, ended, report };
}

async function listen(bodyFor: (response: ServerResponse) => FileBody, ended = vi.fn()) {
  const report = vi.fn();
  const server = createServer((request, response) => {
    const body = bodyFor(response);
    requestHandler({
      ...{ userAgent: 'img-linuxfr', defaultAvatar: '/default.png', avatarHeight: 64, report },
      log: { debug: () => undefined },
      watch: () => ended,
      pipeline: map(({ hexUri, variant }) => ({
        request: { uri: SourceUri.of(hexUri), variant },
        image: { type: 'image/png', checksum: 'c0ffee', body, lastModified: new Date(0) },
        cacheStatus: { hit: true, ttl: 60 },
      })),
    })(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  return { port: (server.address() as AddressInfo).port, report };
}

const half = () => Readable.from([Buffer.from('half')]);
const whole = () => Readable.from([Buffer.from('half'), Buffer.from('more')]);

describe('a picture that comes piece by piece', () => {
  it('is sent to the end', async () => {
    const { answer, ended } = await serve(whole);
    expect(Buffer.concat(await answer.toArray()).toString()).toBe('halfmore');
    await vi.waitFor(() => expect(ended.mock.calls).toEqual([['hit', 200, 8, undefined]]));
  });

  it('is no more asked for when its reader has left half-way, who is counted as one', async () => {
    const { answer, ended } = await serve(async function* (response) {
      yield* half();
      await once(response, 'close');
      yield Buffer.from('more');
      expect.unreachable();
    });
    answer.destroy();
    await vi.waitFor(() => expect(ended.mock.calls).toEqual([['aborted', 200, 4, undefined]]));
  });

  it('breaks the connection when there is less of it than was promised', async () => {
    const { answer, ended, report } = await serve(half);
    await expect(answer.toArray()).rejects.toThrow('aborted');
    expect(ended.mock.calls).toEqual([['error', 200, 0]]);
    expect(report.mock.calls).toMatchObject([[{ message: 'the picture ended after 4 of 8 bytes' }]]);
  });

  it('is answered though there is nothing of it', async () => {
    const { answer } = await serve(() => Readable.from([]), 0);
    expect([answer.statusCode, await answer.toArray()]).toEqual([200, []]);
  });
});

describe('a picture that is lent', () => {
  const lend = async (bytes: Buffer, prepare?: (response: ServerResponse) => void) => {
    const giveBack = vi.fn();
    const served = await serveBody((response) => {
      prepare?.(response);
      return {
        length: bytes.length,
        read: () => expect.unreachable(),
        lend: (first, end) => ({ bytes: bytes.subarray(first, end), giveBack }),
      };
    });
    return { ...served, giveBack };
  };

  it('is sent at once, and given back when the kernel has it', async () => {
    const { answer, ended, giveBack } = await lend(Buffer.from('halfmore'));
    expect(giveBack.mock.calls).toHaveLength(1);
    expect(Buffer.concat(await answer.toArray()).toString()).toBe('halfmore');
    await vi.waitFor(() => expect(ended.mock.calls).toEqual([['hit', 200, 8, undefined]]));
    expect(giveBack.mock.calls).toHaveLength(1);
  });

  it('is not given back while its reader takes it, and is when that one has left', async () => {
    // More than kernels hold for a connection.
    const { answer, giveBack } = await lend(Buffer.alloc(2 ** 27));
    await once(answer, 'readable');
    expect(giveBack.mock.calls).toHaveLength(0);
    answer.destroy();
    await vi.waitFor(() => expect(giveBack.mock.calls).toHaveLength(1));
  });

  it('is not given back while somebody has it who stands between, and sends it later', async () => {
    const held = vi.fn<() => void>();
    const { answer, giveBack } = await lend(Buffer.from('halfmore'), (response) => {
      const end = response.end.bind(response) as (bytes?: Uint8Array) => ServerResponse;
      response.end = (bytes) => (
        held.mockImplementation(() => void end(bytes as Uint8Array)),
        response.flushHeaders(),
        response
      );
    });
    expect(giveBack.mock.calls).toHaveLength(0);
    held();
    expect(Buffer.concat(await answer.toArray()).toString()).toBe('halfmore');
    await vi.waitFor(() => expect(giveBack.mock.calls).toHaveLength(1));
  });

  it('is not asked for when the connection has just broken, whose answer does not know yet', async () => {
    const ended = vi.fn();
    const broken = serveBody((response) => {
      response.socket?.destroy();
      return { length: 8, read: whole, lend: () => expect.unreachable() };
    }, ended);
    await expect(broken).rejects.toThrow('socket hang up');
    expect(ended.mock.calls).toEqual([['aborted', 499, 0]]);
  });

  it('is not asked for before the answers to earlier requests of the connection are sent', async () => {
    let sendRest = () => undefined as void;
    const lend = vi.fn<NonNullable<FileBody['lend']>>();
    const bodies = vi.fn<() => FileBody>();
    bodies.mockReturnValueOnce({
      length: 8,
      read: async function* () {
        yield* half();
        await new Promise<void>((resolve) => (sendRest = resolve));
        yield Buffer.from('more');
      },
    });
    bodies.mockReturnValueOnce({ length: 8, read: () => Readable.from([Buffer.from('pipeline')]), lend });
    const { port } = await listen(bodies);
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.setEncoding('latin1').on('data', (text: string) => (received += text));
    socket.write('GET /img/6161 HTTP/1.1\r\nHost: example\r\n\r\n'.repeat(2));
    await vi.waitFor(() => expect([received.endsWith('half'), bodies.mock.calls.length]).toEqual([true, 2]));
    expect(lend.mock.calls).toHaveLength(0);
    sendRest();
    await vi.waitFor(() => expect(received).toMatch(/halfmoreHTTP.*pipeline$/s));
    socket.destroy();
  });

  it('is given back when its answer could not be begun', async () => {
    const { answer, giveBack } = await lend(Buffer.from('halfmore'), (response) => {
      vi.spyOn(response, 'writeHead').mockImplementationOnce(() => {
        throw new Error('no head');
      });
    });
    expect(answer.statusCode).toBe(500);
    await vi.waitFor(() => expect(giveBack.mock.calls).toHaveLength(1));
  });

  it('comes in pieces when there is none to lend', async () => {
    const { answer } = await serveBody(() => ({ length: 8, read: whole, lend: () => undefined }));
    expect(Buffer.concat(await answer.toArray()).toString()).toBe('halfmore');
  });
});
