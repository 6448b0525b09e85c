import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Picture {
  readonly type: string;
  readonly bytes: Buffer;
}

/** An origin on loopback, which gives the same picture under `/NAME/` and whatever follows. */
export interface Origin {
  readonly url: string;
  readonly uri: (name: string, ending: string | number) => string;
  readonly close: () => Promise<void>;
}

export async function startOrigin(pictures: Readonly<Record<string, Picture>>): Promise<Origin> {
  const server = createServer(({ url = '' }, response) => {
    const { type, bytes } = pictures[url.split('/')[1] ?? ''] ?? {};
    if (bytes === undefined) return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': type, 'Content-Length': bytes.length }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    uri: (name, ending) => `${url}/${name}/${ending}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
