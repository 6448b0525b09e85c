import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = join(import.meta.dirname, '../../dist/server/main.js');

/** Where one declared picture is served. */
export interface Links {
  readonly img: string;
  readonly avatars: string;
}

export interface DemoService {
  readonly url: string;
  /** Declares URIs as a site's backend would, and gives their links in the same order. */
  readonly declare: (uris: readonly string[]) => Links[];
  readonly stop: () => Promise<void>;
}

/** The built server in a process of its own, with the embedded store in a temporary directory. */
export async function startService(): Promise<DemoService> {
  const directory = mkdtempSync(join(tmpdir(), 'img-linuxfr-demo-'));
  const store = ['-r', 'embedded', '-d', directory];
  const server = spawn(process.execPath, [MAIN, '-a', '127.0.0.1:0', ...store, '--allow-network', '127.0.0.0/8'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(server, 'exit');
  const url = await addressOf(createInterface(server.stdout));
  return {
    url,
    declare: (uris) => {
      const printed = execFileSync(process.execPath, [MAIN, 'declare', '-a', new URL(url).host, ...store, ...uris]);
      const links = printed.toString().match(/^ {2}http\S+$/gm) ?? [];
      return uris.map((_, at) => ({ img: linkAt(links, 2 * at), avatars: linkAt(links, 2 * at + 1) }));
    },
    stop: async () => {
      server.kill('SIGTERM');
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function addressOf(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const [, url] = /listening on (http:\/\/[\d.:]+)/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('the service ended before it listened');
}

function linkAt(links: readonly string[], at: number): string {
  const link = links[at];
  if (link === undefined) throw new Error('declare printed fewer links than it was given URIs');
  return link.trim();
}
