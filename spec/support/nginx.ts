import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as ask, type RequestOptions } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { temporaryDirectory } from './service.js';

const DEPLOY = join(import.meta.dirname, '../../deploy/nginx');

/** An nginx with the configuration that we give to operators, but for addresses and paths. */
export interface Nginx {
  /** Of TLS, with a certificate of its own. */
  readonly port: number;
  readonly plainPort: number;
  /** What was logged about requests so far. */
  readonly log: () => string;
  readonly get: (path: string, options?: RequestOptions) => Promise<NginxAnswer>;
  readonly stop: () => Promise<void>;
}

export interface NginxAnswer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The program, if there is one, and one to make certificates. Where everything has to be checked, there must be. */
export function nginxCommand(): string | undefined {
  // A program for administrators, whose folder others do not have on their PATH.
  const name = ['nginx', '/usr/sbin/nginx'].find(isOnPath);
  if (name !== undefined && isOnPath('openssl')) return name;
  if (process.env['CI'] === 'true') throw new Error('no nginx or no openssl on PATH: install them');
  return undefined;
}

function isOnPath(name: string): boolean {
  return spawnSync(name, ['-v'], { stdio: 'ignore' }).error === undefined;
}

/** Starts it in front of a service on a port of this machine. */
export async function startNginx(command: string, servicePort: number): Promise<Nginx> {
  const directory = temporaryDirectory();
  // Its processes have another user when ours is root.
  chmodSync(directory, 0o755);
  const [port, plainPort] = [await freePort(), await freePort()];
  const log = join(directory, 'access.log');
  makeCertificate(join(directory, 'certificates'));
  copyFileSync(join(DEPLOY, 'default-avatar.svg'), join(directory, 'default-avatar.svg'));
  const adapt = (name: string, ...changes: readonly (readonly [from: RegExp, to: string])[]) =>
    writeFileSync(join(directory, name), changes.reduce(changed, readFileSync(join(DEPLOY, name), 'utf8')));
  adapt('upstream.conf', [/127\.0\.0\.1:8000/, `127.0.0.1:${servicePort}`]);
  adapt('nginx.conf', [/\/etc\/nginx|\/tmp/g, directory], [/\/dev\/stderr/, join(directory, 'error.log')]);
  adapt(
    'img.conf',
    [/^ +listen \[::\].*\n/gm, ''],
    [/listen 443/, `listen 127.0.0.1:${port}`],
    [/listen 80/, `listen 127.0.0.1:${plainPort}`],
    [/\/etc\/nginx/g, directory],
    [/\/var\/log\/nginx\/access.log/, log],
  );
  const child = spawn(command, ['-p', directory, '-c', join(directory, 'nginx.conf'), '-g', 'daemon off;']);
  let complaints = '';
  child.stderr.on('data', (data: Buffer) => (complaints += data.toString()));
  await untilItListens(child, port, () => complaints);
  return {
    port,
    plainPort,
    log: () => readFileSync(log, 'utf8'),
    get: (path, options) => getFrom(port, path, options),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What is not found is not what we meant to change: then the file has changed, and so must we. */
function changed(text: string, [from, to]: readonly [from: RegExp, to: string]): string {
  if (text.search(from) < 0) throw new Error(`there is no ${from} in ${text}`);
  return text.replace(from, to);
}

function makeCertificate(directory: string): void {
  mkdirSync(directory);
  const [key, certificate] = [join(directory, 'privkey.pem'), join(directory, 'fullchain.pem')];
  const subject = ['-subj', '/CN=img.example.org', '-days', '1'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
}

async function untilItListens(child: ChildProcess, port: number, complaints: () => string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}: ${complaints()}`);
    if (await getFrom(port, '/status').catch(() => undefined)) return;
    await delay(25);
  }
  throw new Error(`nginx does not listen: ${complaints()}`);
}

function getFrom(port: number, path: string, options: RequestOptions = {}): Promise<NginxAnswer> {
  return new Promise((resolve, reject) => {
    const asked = ask({ port, path, host: '127.0.0.1', rejectUnauthorized: false, agent: false, ...options });
    asked.once('error', reject).once('response', (response) => {
      const chunks: Buffer[] = [];
      response
        .once('error', reject)
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .once('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
        );
    });
    asked.end();
  });
}
