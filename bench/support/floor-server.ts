import { Agent, createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** As little as Node can do: looks up the head and the bytes that another server gave to each path, and sends them. */
const [model = ''] = process.argv.slice(2);
const answers = new Map<string, { head: string[]; bytes: Buffer }>();

/** What Node writes by itself. */
const NODES_OWN: ReadonlySet<string> = new Set(['date', 'connection', 'keep-alive']);

/** Requests of which the answers are waited for at a time. */
const AT_ONCE = 64;

const agent = new Agent({ keepAlive: true });
const paths = (await text(process.stdin)).split('\n').values();
await Promise.all(Array.from({ length: AT_ONCE }, askForSome));
agent.destroy();

const server = createServer(({ url = '' }, response) => {
  const answer = answers.get(url);
  if (answer) response.writeHead(200, answer.head).end(answer.bytes);
  else response.writeHead(404).end();
});
server.listen(0, '127.0.0.1', () => console.log(`listening on ${(server.address() as AddressInfo).port}`));

async function askForSome(): Promise<void> {
  for (const path of paths) answers.set(path, await answerOf(model + path));
}

async function answerOf(url: string) {
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    get(url, { agent }, resolve).on('error', reject),
  );
  const bytes = Buffer.concat((await response.toArray()) as Buffer[]);
  const { rawHeaders } = response;
  const head = rawHeaders.filter((_, at) => !NODES_OWN.has(rawHeaders[at - (at % 2)]?.toLowerCase() ?? ''));
  return { head, bytes };
}
