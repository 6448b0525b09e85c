import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskFiles } from '../../src/adapters/index.js';
import { checksumOf, SourceUri, type StagedFile } from '../../src/domain/index.js';
import { temporaryDirectory } from '../support/service.js';

const URI = SourceUri.of('http://origin.example/picture.png');
const SHA1 = createHash('sha1').update('http://origin.example/picture.png').digest('hex');
const BYTES = Buffer.from('a picture');
const KEY = { checksum: 'c0ffee', height: 64 };

describe('DiskFiles', () => {
  let directory: string;
  let files: DiskFiles;
  let path: string;
  let temporary: string;
  beforeEach(() => {
    directory = temporaryDirectory();
    files = new DiskFiles(directory);
    temporary = join(directory, '.tmp');
    path = join(directory, SHA1.slice(0, 2), SHA1.slice(2, 4), SHA1.slice(4, 6), SHA1.slice(6));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const stage = async (bytes: Buffer): Promise<StagedFile> => files.stage(URI, bytes);
  const put = async (bytes: Buffer) => void (await (await stage(bytes)).commit());
  const siblings = () => readdirSync(join(path, '..'));

  it('keeps a picture where the contract says, readable by all whatever the umask', async () => {
    const umask = process.umask(0o077);
    try {
      await put(BYTES);
    } finally {
      process.umask(umask);
    }
    expect(readFileSync(path)).toEqual(BYTES);
    expect(statSync(path).mode & 0o777).toBe(0o644);
    expect(siblings()).toEqual([SHA1.slice(6)]);
  });

  it('gives back what it keeps, with the time at which it was written', async () => {
    const staged = await stage(BYTES);
    await staged.commit();
    expect(await files.read(URI)).toEqual({ bytes: BYTES, checksum: checksumOf(BYTES), modified: staged.modified });
    expect(staged.modified).toEqual(statSync(path).mtime);
  });

  it('knows nothing of what it never kept', async () => {
    expect(await files.read(URI)).toBeUndefined();
    expect(await files.readVariant(URI, KEY)).toBeUndefined();
  });

  it('shows nobody what is staged, and leaves nothing of what is discarded', async () => {
    await put(BYTES);
    const staged = await stage(Buffer.from('another'));
    expect(readFileSync(path)).toEqual(BYTES);
    await staged.discard();
    expect(readFileSync(path)).toEqual(BYTES);
    expect(siblings()).toEqual([SHA1.slice(6)]);
  });

  it('keeps an avatar beside its original, by its checksum and height, until another original comes', async () => {
    await put(BYTES);
    await files.writeVariant(URI, KEY, Buffer.from('small'));
    expect(await files.readVariant(URI, KEY)).toEqual(Buffer.from('small'));
    expect(await files.readVariant(URI, { ...KEY, checksum: 'decaf' })).toBeUndefined();
    expect(await files.readVariant(URI, { ...KEY, height: 32 })).toBeUndefined();
    await put(Buffer.from('another'));
    expect(await files.readVariant(URI, KEY)).toBeUndefined();
    expect(siblings()).toEqual([SHA1.slice(6)]);
  });

  it('says so when it cannot write, and leaves nothing behind', async () => {
    mkdirSync(join(path, '..', '..'), { recursive: true });
    writeFileSync(join(path, '..'), 'a file where a directory should be');
    const staged = await stage(BYTES);
    await expect(staged.commit()).rejects.toMatchObject({ code: 'storage-unavailable' });
    await staged.discard();
    await expect(files.writeVariant(URI, KEY, BYTES)).rejects.toMatchObject({ code: 'storage-unavailable' });
    expect(await files.read(URI)).toBeUndefined();
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('says so when it cannot write anything at all', async () => {
    writeFileSync(temporary, 'a file where a directory should be');
    await expect(stage(BYTES)).rejects.toMatchObject({ code: 'storage-unavailable' });
    await expect(files.writeVariant(URI, KEY, BYTES)).rejects.toMatchObject({ code: 'storage-unavailable' });
  });

  it('sweeps what processes left half-written that are gone, and nothing else', async () => {
    expect(await files.sweep()).toBe(0);
    const gone = spawnSync(process.execPath, ['--version']).pid;
    const old = `${process.ppid}-old`;
    mkdirSync(temporary);
    for (const name of [`${gone}-a`, `${process.pid}-of-an-earlier-life`, 'nonsense', `${process.ppid}-at-work`, old]) {
      writeFileSync(join(temporary, name), 'half a pict');
    }
    const longAgo = new Date(Date.now() - 11 * 60_000);
    utimesSync(join(temporary, old), longAgo, longAgo);
    expect((await files.leftovers()).map((path) => basename(path))).not.toContain(`${process.ppid}-at-work`);
    expect(await files.sweep()).toBe(4);
    expect(readdirSync(temporary)).toEqual([`${process.ppid}-at-work`]);
  });

  it('says so when what lies there is no file', async () => {
    mkdirSync(path, { recursive: true });
    await expect(files.read(URI)).rejects.toMatchObject({ code: 'storage-unavailable' });
    const staged = await stage(BYTES);
    await expect(staged.commit()).rejects.toMatchObject({ code: 'storage-unavailable' });
    await staged.discard();
    expect(siblings()).toEqual([SHA1.slice(6)]);
  });

  it('keeps pictures apart whose URIs are not UTF-8', async () => {
    const [one, two] = [SourceUri.of(Buffer.from([0x61, 0xe9])), SourceUri.of(Buffer.from([0x61, 0xe8]))];
    await (await files.stage(one, Buffer.from('one'))).commit();
    await (await files.stage(two, Buffer.from('two'))).commit();
    expect((await files.read(one))?.bytes.toString()).toBe('one');
    expect((await files.read(two))?.bytes.toString()).toBe('two');
    expect(existsSync(files.pathOf(one))).toBe(true);
  });
});
