import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { DiskFiles } from '../../src/adapters/index.js';
import { ProcessMark } from '../../src/adapters/process-mark.js';
import { SourceUri } from '../../src/domain/index.js';
import { type Link, startLink } from '../support/link.js';
import { sends } from '../support/origin.js';
import { noise, raw } from '../support/pictures.js';
import { freshRedis, redisUrl } from '../support/redis.js';
import { startService, temporaryDirectory } from '../support/service.js';
import { openRedisSetting, type RedisSetting } from '../support/setting.js';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const png = await raw(noise(200, 200)).png().toBuffer();

describe.skipIf(redisUrl === null || !isRoot)('when the disk is in trouble', () => {
  let setting: RedisSetting;
  let directory: string;
  beforeEach(() => {
    directory = temporaryDirectory();
  });
  afterEach(async () => {
    await setting.close();
    spawnSync('umount', [directory]);
    rmSync(directory, { recursive: true, force: true });
  });

  const get = (uri: string, collection: 'img' | 'avatars' = 'img') => setting.service.get(collection, uri);
  const pathOf = (uri: string) => new DiskFiles(directory).pathOf(SourceUri.of(uri));
  const troubles = () => setting.service.output().match(/"msg":"trouble"/g) ?? [];

  /** From memory, exact, again and again, with one look at the origin and one line in the log. */
  const expectFromMemory = async (uri: string, cause: RegExp) => {
    const { origin } = setting;
    const path = uri.slice(origin.url.length);
    const before = origin.count(path);
    for (let n = 0; n < 5; n++) {
      const answer = await get(uri);
      expect(answer).toMatchObject({ status: 200, body: png });
      expect(answer.headers.get('cache-status')).toBe('img-linuxfr; hit; detail="storage-unavailable"');
    }
    expect(origin.count(path)).toBe(before + 1);
    expect((await get(uri, 'avatars')).status).toBe(200);
    expect(troubles()).toHaveLength(1);
    expect(setting.service.output()).toMatch(cause);
  };

  /** Nothing was lost: what was held is stored now, without another look at the origin. */
  const expectStoredAtLast = async (uri: string) => {
    const path = uri.slice(setting.origin.url.length);
    const before = setting.origin.count(path);
    expect(await get(uri)).toMatchObject({ status: 200, body: png });
    expect(readFileSync(pathOf(uri))).toEqual(png);
    expect(readdirSync(join(directory, '.tmp'))).toEqual([]);
    expect((await get(uri)).headers.get('cache-status')).toMatch(/; hit; ttl=/);
    expect(setting.origin.count(path)).toBe(before);
  };

  it('full (ENOSPC), pictures are served from memory and stored when there is room again', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory]);
    setting = await openRedisSetting({ directory });
    const kept = await setting.publish('/kept.png', sends('image/png', png));
    expect((await get(kept)).status).toBe(200);
    const filler = join(directory, 'filler');
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k'], { stdio: 'ignore' });
    const uri = await setting.publish('/new.png', sends('image/png', png));
    await expectFromMemory(uri, /ENOSPC/);
    expect((await get(kept)).headers.get('cache-status')).toMatch(/; hit; ttl=/);
    rmSync(filler);
    await expectStoredAtLast(uri);
  });

  it('full (ENOSPC) when it starts, it starts all the same, and lets moderators purge', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,nr_inodes=40', 'tmpfs', directory]);
    setting = await openRedisSetting({ directory });
    const kept = await setting.publish('/kept.png', sends('image/png', png));
    expect((await get(kept)).status).toBe(200);
    const fill = () => {
      for (let n = 0; ; n++) writeFileSync(join(directory, `filler-${n}`), '');
    };
    expect(fill).toThrow('ENOSPC');
    const { host, port, db } = setting.redis.options;
    const anew = await startService({ redis: `${host}:${port}/${db}`, directory });
    onTestFinished(async () => void (await anew.stop()));
    expect(await anew.get('img', kept)).toMatchObject({ status: 200, body: png });
    const { status, stdout } = await setting.command(['block', '--purge', kept]);
    expect([status, stdout]).toEqual([0, expect.stringContaining('blocked')]);
    expect(existsSync(pathOf(kept))).toBe(false);
  });

  it('read-only (EROFS), pictures are served from memory and stored when it can be written to again', async () => {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', directory]);
    setting = await openRedisSetting({ directory });
    const kept = await setting.publish('/kept.png', sends('image/png', png));
    expect((await get(kept)).status).toBe(200);
    execFileSync('mount', ['-o', 'remount,ro', directory]);
    const uri = await setting.publish('/new.png', sends('image/png', png));
    await expectFromMemory(uri, /EROFS/);
    execFileSync('mount', ['-o', 'remount,rw', directory]);
    await expectStoredAtLast(uri);
  });

  describe('read-only (EROFS) from when a picture was written until it is to be put in its place', () => {
    let link: Link;
    beforeEach(async () => {
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', directory]);
      const { address, client } = await freshRedis();
      client.disconnect();
      const [, port, database] = /:(\d+)\/(\d+)$/.exec(address) ?? [];
      // Between the two lies a command to Redis.
      link = await startLink(Number(port), 300);
      setting = await openRedisSetting({ directory, flags: ['-r', `127.0.0.1:${link.port}/${database}`] });
    });
    afterEach(() => link.close());

    const temporary = () => readdirSync(directory).includes('.tmp') && readdirSync(join(directory, '.tmp')).length > 0;
    const untilWritten = async () => {
      while (!temporary()) await delay(1);
    };
    /** Not before it is closed. */
    const remountReadOnly = async () => {
      while (spawnSync('mount', ['-o', 'remount,ro', directory]).status !== 0) await delay(1);
    };

    it('it is served from memory and stored when it can be written to again', async () => {
      const uri = await setting.publish('/new.png', sends('image/png', png));
      const first = get(uri);
      await untilWritten();
      await remountReadOnly();
      for (const answer of [await first, await get(uri)]) {
        expect(answer).toMatchObject({ status: 200, body: png });
        expect(answer.headers.get('cache-status')).toBe('img-linuxfr; hit; detail="storage-unavailable"');
      }
      execFileSync('mount', ['-o', 'remount,rw', directory]);
      expect(await get(uri)).toMatchObject({ status: 200, body: png });
      expect(readFileSync(pathOf(uri))).toEqual(png);
      expect(setting.origin.count('/new.png')).toBe(1);
    });

    it('it is a 404 if it was blocked meanwhile', async () => {
      const uri = await setting.publish('/new.png', sends('image/png', png));
      const first = get(uri);
      await untilWritten();
      await setting.redis.hset(`img/${uri}`, 'status', 'Blocked');
      await remountReadOnly();
      expect((await first).status).toBe(404);
    });
  });

  describe('because of rights', () => {
    beforeEach(async () => {
      chownSync(directory, NOBODY, NOBODY);
      setting = await openRedisSetting({ directory, uid: NOBODY });
    });

    it('not writable (EACCES), pictures are served from memory and stored when it is again', async () => {
      chmodSync(directory, 0o555);
      const uri = await setting.publish('/new.png', sends('image/png', png));
      await expectFromMemory(uri, /EACCES/);
      chmodSync(directory, 0o755);
      await expectStoredAtLast(uri);
    });

    it('not readable (EACCES), a picture is fetched again, or is a 503 when it cannot be', async () => {
      const uri = await setting.publish('/kept.png', sends('image/png', png));
      expect((await get(uri)).status).toBe(200);
      chmodSync(pathOf(uri), 0o000);
      setting.origin.on('/kept.png', (request) => request.socket.destroy());
      expect((await get(uri)).status).toBe(503);
      const healthy = await setting.publish('/healthy.png', sends('image/png', png));
      expect((await get(healthy)).status).toBe(200);
      chmodSync(pathOf(healthy), 0o000);
      expect(await get(healthy)).toMatchObject({ status: 200, body: png });
      expect((await get(healthy)).headers.get('cache-status')).toMatch(/; hit; ttl=/);
      chmodSync(pathOf(uri), 0o644);
      expect(await get(uri)).toMatchObject({ status: 200, body: png });
    });
  });

  it('without file descriptors (EMFILE), it says so, blames no origin, and goes on afterwards', async () => {
    setting = await openRedisSetting({ directory });
    const { service } = setting;
    const kept = await setting.publish('/kept.png', sends('image/png', png));
    const uri = await setting.publish('/new.png', sends('image/png', png));
    expect((await get(kept)).status).toBe(200);
    // Only now: loading its modules takes more descriptors at once than serving does.
    execFileSync('prlimit', ['--pid', `${service.process.pid}`, '--nofile=64']);
    const talking = connect(service.port, '127.0.0.1');
    const crowd: Socket[] = [];
    for (let n = 0; n < 100; n++) crowd.push(connect(service.port, '127.0.0.1').on('error', () => undefined));
    await delay(500);
    for (const path of [kept, uri]) {
      expect(await statusOver(talking, `/img/${SourceUri.of(path).hex}`)).toBe('503');
    }
    for (const socket of crowd) socket.destroy();
    talking.destroy();
    await delay(200);
    for (const path of [kept, uri]) expect(await get(path)).toMatchObject({ status: 200, body: png });
    expect(setting.origin.count('/new.png')).toBe(1);
  });

  it('swept of what is there, a running service goes on', async () => {
    setting = await openRedisSetting({ directory });
    const uri = await setting.publish('/kept.png', sends('image/png', png));
    expect((await get(uri)).status).toBe(200);
    for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true });
    expect(await get(uri)).toMatchObject({ status: 200, body: png });
    expect(readFileSync(pathOf(uri))).toEqual(png);
  });

  it('with something in the way of its temporary files, it starts and serves from memory', async () => {
    writeFileSync(join(directory, '.tmp'), '');
    setting = await openRedisSetting({ directory });
    const uri = await setting.publish('/new.png', sends('image/png', png));
    for (let n = 0; n < 3; n++) expect(await get(uri)).toMatchObject({ status: 200, body: png });
    expect(setting.origin.count('/new.png')).toBe(1);
    expect(setting.service.output()).toMatch(/EEXIST/);
    rmSync(join(directory, '.tmp'));
    await expectStoredAtLast(uri);
  });

  it('left half-written files by a process that was killed, it sweeps them and says so', async () => {
    mkdirSync(join(directory, '.tmp'));
    const theirs = new ProcessMark().prefix.replace(`-${process.pid}-`, `-${spawnSync('true').pid}-`);
    writeFileSync(join(directory, '.tmp', `${theirs}left`), 'half a pict');
    setting = await openRedisSetting({ directory });
    expect(readdirSync(join(directory, '.tmp'))).toEqual([]);
    expect(setting.service.output()).toContain('removed 1 temporary files that an earlier process left');
  });
});

function statusOver(socket: Socket, path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    socket.once('data', (data) => resolve(/^HTTP\/1\.1 (\d+)/.exec(data.toString())?.[1]));
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  });
}
