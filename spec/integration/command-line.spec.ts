import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { SourceUri } from '../../src/domain/index.js';
import { startOrigin, sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { request, runCommand, type Service, startService, temporaryDirectory } from '../support/service.js';

const directory = temporaryDirectory();
afterAll(() => rmSync(directory, { recursive: true }));

/** A cache directory in which something else goes by the name of the store, or what is left of one. */
function brokenStore(bytes: Buffer): string {
  const broken = mkdtempSync(join(directory, 'broken-'));
  writeFileSync(join(broken, 'catalogue.lmdb'), bytes);
  return broken;
}

/** The beginning of an embedded store. */
function tornStore(length: number): Buffer {
  const whole = mkdtempSync(join(directory, 'whole-'));
  runCommand(['declare', '-r', 'embedded', '-d', whole, 'http://origin.example/']);
  return readFileSync(join(whole, 'catalogue.lmdb')).subarray(0, length);
}

const oneLine = (text: string) => text.split('\n').filter((line) => line !== '');

describe('exit codes', () => {
  it('0 for -h, with the usage', () => {
    for (const flag of ['-h', '--help']) {
      const { status, stdout } = runCommand([flag]);
      expect(status).toBe(0);
      for (const option of ['-a', '-r', '-l', '-d', '-u', '-e', '-c', '-h', '--avatar-height', '--allow-network']) {
        expect(stdout).toContain(option);
      }
    }
  });

  it.each([
    [['-x'], 'unknown option'],
    [['-a', 'nowhere'], '127.0.0.1:8000'],
    [['-a', '127.0.0.1:99999'], '127.0.0.1:8000'],
    [['-r', 'redis://'], 'embedded'],
    [['--allow-network', '10.0.0.0'], '10.0.0.0/8'],
    [['--avatar-height', '-1'], 'pixels'],
    [['--workers', '0'], 'whole number above 0'],
    [['-a'], 'argument missing'],
    [['something'], ''],
  ])('2 with the usage for %j', (args, hint) => {
    const { status, stderr } = runCommand(args);
    expect(status).toBe(2);
    expect(stderr).toContain('Usage: img-linuxfr');
    expect(stderr).toContain(hint);
  });

  it.each([
    'redis://:S3cret%@db.example:6379/0',
    'redis://:my S3cret%@db.example:6379/0',
    'redis:/:S3cret@S3cret@db.example:6379/0',
    ':S3cret@db.example:6379/0',
  ])('2 for an address of Redis that cannot be, without its password: %s', (address) => {
    const { status, stderr } = runCommand([], { IMG_REDIS: address });
    expect(status).toBe(2);
    expect(stderr).toContain("'***@db.example:6379/0' from env 'IMG_REDIS' is invalid. give HOST:PORT/DB");
    expect(stderr).not.toContain('S3cret');
    expect(runCommand(['-r', address]).stderr).toContain("argument '***@db.example:6379/0' is invalid");
  });

  it('2 for a wrong environment variable', () => {
    const { status, stderr } = runCommand([], { IMG_ADDR: 'nowhere' });
    expect(status).toBe(2);
    expect(stderr).toContain('IMG_ADDR');
  });

  it.each<[string, () => string[], string]>([
    ['a missing directory', () => ['-d', join(directory, 'none')], 'does not exist'],
    ['a file for a directory', () => ['-d', import.meta.filename], 'is not a directory'],
    [
      'a log file in no directory',
      () => ['-d', directory, '-l', join(directory, 'no/log')],
      'cannot write the log file',
    ],
    ['an embedded store that is none', () => ['-d', brokenStore(Buffer.alloc(100_000, 'x'))], 'it is not a database'],
    ['one that is none and short', () => ['-d', brokenStore(Buffer.from('x'))], 'cannot open the embedded store'],
    ['one of which not much is left', () => ['-d', brokenStore(tornStore(4096))], 'it is not a database'],
    ['a log file that is a directory', () => ['-d', directory, '-l', directory], 'cannot write the log file'],
  ])('1 with one line for %s', (_, args, hint) => {
    const { status, stderr } = runCommand(['-r', 'embedded', ...args()]);
    expect(status).toBe(1);
    expect(oneLine(stderr)).toHaveLength(1);
    expect(stderr).toContain(hint);
  });

  // Where not even root may write.
  it.runIf(process.platform === 'linux')('1 with one line for a directory that is not writable', () => {
    const { status, stderr } = runCommand(['-r', 'embedded', '-d', '/proc']);
    expect(status).toBe(1);
    expect(oneLine(stderr)).toEqual([
      'img-linuxfr: the cache directory /proc is not writable (ENOENT); change its rights or name another with -d',
    ]);
  });

  it.each([
    ['a busy port', '-a', ['-r', 'embedded']],
    ['a busy port, with a Redis that is looked for', '-a', ['-r', '127.0.0.1:1']],
    ['a busy port, with another for operations', '-a', ['-r', 'embedded', '--ops', '127.0.0.1:0']],
    ['a busy port, with workers', '-a', ['-r', 'embedded', '--workers', '2']],
    ['a busy port for operations', '--ops', ['-r', 'embedded', '-a', '127.0.0.1:0']],
  ])('1 with one line for %s', async (_, flag, others) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const busy = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { status, stderr } = runCommand([...others, flag, busy, '-d', directory]);
    server.close();
    expect(status).toBe(1);
    expect(oneLine(stderr)).toEqual([
      `img-linuxfr: cannot listen on ${busy}: the port is in use; name another address with ${flag}`,
    ]);
  });
});

describe('a running server', () => {
  let service: Service;
  afterEach(() => service.stop());

  it('says first what it is connected to and what it listens on, and ends with 0', async () => {
    service = await startService({ redis: 'embedded', directory });
    const lines = oneLine(service.output()).map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(lines).toEqual([
      `connected to the embedded store ${join(directory, 'catalogue.lmdb')}`,
      `listening on ${service.url}`,
    ]);
    expect(await service.stop()).toBe(0);
  });

  it('takes its options from the environment, and flags before them', async () => {
    const log = join(directory, 'env.log');
    process.env['IMG_LOG'] = log;
    process.env['IMG_DEFAULT_AVATAR'] = '/elsewhere.svg';
    process.env['IMG_AVATAR_HEIGHT'] = 'ignored';
    try {
      service = await startService({ redis: 'embedded', directory, flags: ['-l=-', '--avatar-height=32'] });
    } finally {
      for (const name of ['IMG_LOG', 'IMG_DEFAULT_AVATAR', 'IMG_AVATAR_HEIGHT']) delete process.env[name];
    }
    expect(service.output()).toContain('listening on');
    const avatar = await request(`${service.url}/avatars/00`);
    expect(avatar.headers.get('location')).toBe('/elsewhere.svg');
  });

  it.runIf(process.platform === 'linux')('goes on serving when its log cannot be written', async () => {
    const logs = join(directory, 'logs');
    mkdirSync(logs);
    const log = join(logs, 'log');
    service = await startService({ redis: 'embedded', log, flags: ['-l', log] });
    renameSync(logs, join(directory, 'moved'));
    service.process.kill('SIGHUP');
    for (let n = 0; n < 5; n++) expect((await request(`${service.url}/status`)).status).toBe(200);
    expect(service.process.exitCode).toBeNull();
  });

  it('opens its log file anew on SIGHUP', async () => {
    const log = join(directory, 'img.log');
    service = await startService({ redis: 'embedded', directory, flags: ['-l', log], log });
    expect(readFileSync(log, 'utf8')).toContain('listening on');
    renameSync(log, `${log}.1`);
    service.process.kill('SIGHUP');
    await expect.poll(() => readFileSync(log, { encoding: 'utf8', flag: 'a+' })).toBe('');
    await service.stop();
    expect(readFileSync(log, 'utf8')).toContain('stopped');
    expect(readFileSync(`${log}.1`, 'utf8')).not.toContain('stopped');
  });

  it('passes avatars through with --avatar-height 0', async () => {
    const origin = await startOrigin();
    const png = await raw(noise(100, 200)).png().toBuffer();
    origin.on('/a.png', sends('image/png', png));
    const uri = `${origin.url}/a.png`;
    expect(runCommand(['declare', '-r', 'embedded', '-d', directory, uri]).status).toBe(0);
    service = await startService({ redis: 'embedded', directory, flags: ['--avatar-height', '0'] });
    expect(await service.get('avatars', uri)).toMatchObject({ status: 200, body: png });
    await origin.close();
  });
});

describe('declare', () => {
  it('declares, and prints the links', () => {
    const uri = 'http://example.com/x/a%20b%2F.png';
    const hex = SourceUri.of(uri).hex.toUpperCase();
    const args = ['declare', '-r', 'embedded', '-d', directory, '-a', '[::1]:81', uri];
    const links = [`  http://[::1]:81/img/${hex}/a%20b_.png`, `  http://[::1]:81/avatars/${hex}/a%20b_.png`];
    expect(oneLine(runCommand(args).stdout)).toEqual([`declared: ${uri}`, ...links]);
    expect(oneLine(runCommand(args).stdout)).toEqual([`declared already: ${uri}`, ...links]);
    expect(JSON.parse(runCommand([...args, '--json']).stdout)).toEqual({
      declared: [{ uri, isNew: false, links: links.map((link) => link.trim()) }],
    });
  });

  it.each(['', 'a.png', 'ftp://example.com/a.png'])('refuses %j', (uri) => {
    const { status, stderr } = runCommand(['declare', '-r', 'embedded', '-d', directory, uri]);
    expect(status).toBe(2);
    expect(oneLine(stderr)).toHaveLength(1);
    expect(stderr).toContain('absolute http or https URI');
  });

  it('says when Redis is away', () => {
    const { status, stderr } = runCommand(['declare', '-r', '127.0.0.1:1', 'http://example.com/']);
    expect(status).toBe(2);
    expect(oneLine(stderr)).toHaveLength(1);
    expect(stderr).toContain('cannot connect to Redis 127.0.0.1:1/0');
  });
});

describe('-c', () => {
  it('is check, and takes its flags', () => {
    const { status, stdout } = runCommand(['-c', '-r', 'embedded', '-d', directory, '--json', '--dry-run']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ mode: 'dry-run', count: 0 });
  });

  it.each([
    ['there is no cache directory', ['-r', 'embedded', '-d', join(directory, 'none')]],
    ['Redis is away', ['-r', '127.0.0.1:1', '-d', directory]],
  ])('ends with 2 and one line when %s', (_, args) => {
    const { status, stderr } = runCommand(['-c', ...args]);
    expect(status).toBe(2);
    expect(oneLine(stderr)).toHaveLength(1);
  });
});
