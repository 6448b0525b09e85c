import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SourceUri } from '../../src/domain/index.js';

export const MAIN = join(import.meta.dirname, '../../dist/server/main.js');

/** The built server as a process of its own, with a cache directory of its own. */
export interface Service {
  readonly url: string;
  readonly port: number;
  readonly directory: string;
  readonly process: ChildProcess;
  /** What it wrote so far. */
  readonly output: () => string;
  /** The answer to a GET of `/img/…` or `/avatars/…` of a URI; redirects are not followed. */
  readonly get: (collection: 'img' | 'avatars', uri: string | Buffer, init?: RequestInit) => Promise<Answer>;
  readonly stop: () => Promise<number | null>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

export interface ServiceOptions {
  readonly redis: string;
  readonly directory?: string;
  readonly host?: string;
  readonly flags?: readonly string[];
  /** Networks that are opened for origins; loopback if not said otherwise. */
  readonly networks?: readonly string[];
  /** The file it logs to, when it does not log to its standard output. */
  readonly log?: string;
  /** Runs it as this user, who must be able to write to the directory. */
  readonly uid?: number;
  /** A module that is loaded before the service, and what the environment tells it. */
  readonly preload?: string;
  readonly env?: Record<string, string>;
}

/** Where the origins of the specs are. */
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

export async function startService({
  redis,
  directory,
  host = '127.0.0.1',
  flags = [],
  networks = LOOPBACK,
  log,
  uid,
  preload,
  env = {},
}: ServiceOptions): Promise<Service> {
  const own = directory ?? temporaryDirectory();
  const opened = networks.flatMap((network) => ['--allow-network', network]);
  const node = [process.execPath, ...(preload === undefined ? [] : ['--import', preload])];
  const [command = '', ...args] = [...node, MAIN, '-a', `${host}:0`, '-r', redis, '-d', own, ...opened, ...flags];
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    ...(uid === undefined ? {} : { uid }),
  });
  let written = '';
  child.stdout.on('data', (data: Buffer) => (written += data.toString()));
  child.stderr.on('data', (data: Buffer) => (written += data.toString()));
  const output = () => (log === undefined ? written : readFileSync(log, { encoding: 'utf8', flag: 'a+' }));
  const port = await untilListening(child, output);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    directory: own,
    process: child,
    output,
    get: (collection, uri, init) => request(`${url}/${collection}/${SourceUri.of(uri).hex}`, init),
    stop: async () => {
      const code = await ended(child, 'SIGTERM');
      if (directory === undefined) rmSync(own, { recursive: true, force: true });
      return code;
    },
  };
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'img-linuxfr-'));
}

export async function request(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
}

/** Runs a command to its end, as a user if one is given. */
export function runCommand(args: readonly string[], env: Record<string, string> = {}, uid?: number) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    ...(uid === undefined ? {} : { uid }),
    timeout: 20_000,
    // It may take any other signal for one to finish its work first.
    killSignal: 'SIGKILL',
  });
  return { status, stdout, stderr };
}

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end while this process goes on, as the origin of what the command fetches for example. */
export function startCommand(args: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], { timeout: 20_000, killSignal: 'SIGKILL' });
  const written = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => (written[stream] += text));
  }
  // It may end before it has read all.
  child.stdin.on('error', () => undefined).end(input);
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, ...written })));
}

async function untilListening(child: ChildProcess, written: () => string): Promise<number> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const [, port] = /listening on http:\/\/.*:(\d+)/.exec(written()) ?? [];
    if (port !== undefined && /connected to|is away/.test(written())) return Number(port);
    if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}: ${written()}`);
    await delay(25);
  }
  throw new Error(`the service does not start: ${written()}`);
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.kill(signal);
  });
}
