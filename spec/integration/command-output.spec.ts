import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { freshRedis, redisUrl } from '../support/redis.js';
import { MAIN, runCommand, temporaryDirectory } from '../support/service.js';
import { HAS_TERMINALS, INTERRUPT, startOnTerminal } from '../support/terminal.js';

const directory = temporaryDirectory();
afterAll(() => rmSync(directory, { recursive: true }));

const STORE = ['-r', 'embedded', '-d', directory];

function written(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (text += data.toString()));
  return () => text;
}

function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', resolve));
}

describe('the outcome of a command', () => {
  it('may be left before its end', async () => {
    const child = spawn(process.execPath, [MAIN, 'latest', '--json', ...STORE]);
    const text = written(child);
    child.stdout.destroy();
    expect(await exitCode(child)).toBe(0);
    expect(text()).toBe('');
  });

  it('shows what would deceive who looks at it', () => {
    const { stdout } = runCommand(['explain', ...STORE, 'http://origin.example/\x1b[2J\u202egnp.é']);
    expect(stdout).toContain('  URI:          http://origin.example/\\x1b[2J\\u202egnp.é\n');
  });

  it.skipIf(!existsSync('/dev/full'))('that cannot be printed is said in one line', () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [MAIN, 'latest', '--json', ...STORE], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^img-linuxfr: cannot print the outcome: ENOSPC.*\n$/);
  });

  it('is why Redis cannot be connected to', () => {
    const socket = join(directory, 'no.sock');
    const { status, stderr } = runCommand(['block', '-r', `unix:${socket}`, 'http://origin.example/']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^img-linuxfr: cannot connect to .*: connect ENOENT .*; is -r right\?\n$/);
  });
});

it.skipIf(redisUrl === null)('a command does not go to another database than the one that was named', async () => {
  const { address, client } = await freshRedis();
  const uri = 'http://origin.example/astray.png';
  const { status, stderr } = runCommand(['declare', '-r', address.replace(/\d+$/, '999'), uri]);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^img-linuxfr: cannot connect to .*: ERR DB index is out of range; is -r right\?\n$/);
  await client.select(0);
  expect(await client.exists(`img/${uri}`)).toBe(0);
  client.disconnect();
});

it.skipIf(!HAS_TERMINALS)('a command that is interrupted gives the terminal its cursor back', async () => {
  const child = startOnTerminal(['warm', ...STORE]);
  const text = written(child);
  await expect.poll(text, { timeout: 10_000 }).toContain('warming');
  expect(text()).toContain('\x1b[?25l');
  child.stdin.write(INTERRUPT);
  expect(await exitCode(child)).toBe(130);
  expect(text()).toMatch(/\x1b\[\?25h[^]*$/);
});
