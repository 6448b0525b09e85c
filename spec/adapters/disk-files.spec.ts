import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DiskFiles } from '../../src/adapters/index.js';
import { ProcessMark } from '../../src/adapters/process-mark.js';
import {
  checksumOf,
  type FileBody,
  isInMemory,
  SourceUri,
  type StagedFile,
  type VariantKey,
} from '../../src/domain/index.js';
import { temporaryDirectory } from '../support/service.js';

const URI = SourceUri.of('http://origin.example/picture.png');
const SHA1 = createHash('sha1').update('http://origin.example/picture.png').digest('hex');
const BYTES = Buffer.from('a picture');
const KEY = { originalChecksum: 'c0ffee', height: 64 };

interface Picture {
  readonly uri: SourceUri;
  readonly bytes: Buffer;
}

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
  const read = async (uri = URI, checksum?: string) => files.read(uri, checksum);
  const variant = async (key: VariantKey) => files.readVariant(URI, key);
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
    expect(await read()).toMatchObject({ body: BYTES, checksum: checksumOf(BYTES), lastModified: staged.lastModified });
    expect(staged.lastModified).toEqual(statSync(path).mtime);
  });

  it('knows nothing of what it never kept', async () => {
    expect(await read()).toBeUndefined();
    expect(await variant(KEY)).toBeUndefined();
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
    expect(await variant(KEY)).toMatchObject({
      body: Buffer.from('small'),
      checksum: checksumOf(Buffer.from('small')),
    });
    expect(await variant({ ...KEY, originalChecksum: 'decaf' })).toBeUndefined();
    expect(await variant({ ...KEY, height: 32 })).toBeUndefined();
    await put(Buffer.from('another'));
    expect(siblings()).toEqual([SHA1.slice(6)]);
  });

  it.each([
    ['empty', (path: string) => truncateSync(path)],
    ['cut short', (path: string) => truncateSync(path, 3)],
    ['altered', (path: string) => writeFileSync(path, 'SMALL')],
  ])('takes an avatar that is %s for none', async (_, damage) => {
    await put(BYTES);
    await files.writeVariant(URI, KEY, Buffer.from('small'));
    for (const name of siblings()) if (name !== SHA1.slice(6)) damage(join(path, '..', name));
    expect(await variant(KEY)).toBeUndefined();
    await files.writeVariant(URI, KEY, Buffer.from('small'));
    expect(await variant(KEY)).toMatchObject({ body: Buffer.from('small') });
  });

  it('puts a picture in place though avatars of another cannot be removed', async () => {
    mkdirSync(`${path}.${KEY.originalChecksum}.avatar-${KEY.height}.c0ffee/in the way`, { recursive: true });
    await put(BYTES);
    expect((await read())?.body).toEqual(BYTES);
  });

  it('has the folder of a picture ready when its bytes are written', async () => {
    await stage(BYTES);
    expect(siblings()).toEqual([]);
  });

  it('does not complain of what cannot be discarded', async () => {
    const staged = await stage(BYTES);
    const [name = ''] = readdirSync(temporary);
    rmSync(join(temporary, name));
    mkdirSync(join(temporary, name));
    expect(await staged.discard()).toBeUndefined();
  });

  it('says so when it cannot write, and leaves nothing behind', async () => {
    mkdirSync(join(path, '..', '..'), { recursive: true });
    writeFileSync(join(path, '..'), 'a file where a directory should be');
    const staged = await stage(BYTES);
    await expect(staged.commit()).rejects.toMatchObject({ code: 'storage-unavailable' });
    await staged.discard();
    await expect(files.writeVariant(URI, KEY, BYTES)).rejects.toMatchObject({ code: 'storage-unavailable' });
    expect(await read()).toBeUndefined();
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('says so when it cannot write anything at all', async () => {
    writeFileSync(temporary, 'a file where a directory should be');
    await expect(stage(BYTES)).rejects.toMatchObject({ code: 'storage-unavailable' });
    await expect(files.writeVariant(URI, KEY, BYTES)).rejects.toMatchObject({ code: 'storage-unavailable' });
  });

  describe('sweeps what was left half-written', () => {
    const mark = new ProcessMark().prefix;
    const [home, , start] = mark.split('-');
    const gone = spawnSync(process.execPath, ['--version']).pid;
    const left = (name: string, age = 0) => {
      mkdirSync(temporary, { recursive: true });
      writeFileSync(join(temporary, name), 'half a pict');
      const then = new Date(Date.now() - age);
      utimesSync(join(temporary, name), then, then);
    };
    const MINUTE = 60_000;

    it.each([
      ['by a process that is gone', `${home}-${gone}-${start}-a`, 0],
      ['by one whose number another has by now', `${home}-${process.ppid}-1-a`, 0],
      ['by one whose number we have by now', `${home}-${process.pid}-1-a`, 0],
      ['long ago, by one that runs all the same', `${mark}a`, 11 * MINUTE],
      ['long ago, in another container or machine', `${'0'.repeat(16)}-${process.pid}-${start}-a`, 11 * MINUTE],
      ['long ago, by nobody knows whom', 'unknown-a', 11 * MINUTE],
    ])('%s', async (_, name, age) => {
      left(name, age);
      expect(await files.sweep()).toBe(1);
      expect(readdirSync(temporary)).toEqual([]);
    });

    it.each([
      ['by this process', `${mark}a`],
      ['in another container or machine', `${'0'.repeat(16)}-${gone}-${start}-a`],
      ['by nobody knows whom', 'unknown-a'],
    ])('but not what is being written %s', async (_, name) => {
      left(name, 9 * MINUTE);
      expect(await files.sweep()).toBe(0);
      expect(readdirSync(temporary)).toEqual([name]);
    });

    it('finds nothing where nothing was written', async () => {
      expect(await files.sweep()).toBe(0);
    });

    it.runIf(process.getuid?.() === 0)('leaves alone what a process of another container is writing', async () => {
      const script = `
        import { DiskFiles } from ${JSON.stringify(join(import.meta.dirname, '../../dist/adapters/index.js'))};
        import { SourceUri } from ${JSON.stringify(join(import.meta.dirname, '../../dist/domain/index.js'))};
        const files = new DiskFiles(${JSON.stringify(directory)});
        console.log(await files.sweep());
        await files.stage(SourceUri.of('theirs'), Buffer.from('theirs'));
      `;
      const staged = await stage(BYTES);
      const node = [process.execPath, '--input-type=module', '-e', script];
      const { stdout } = spawnSync('unshare', ['--pid', '--fork', '--mount-proc', ...node], { encoding: 'utf8' });
      expect(stdout).toBe('0\n');
      expect(readdirSync(temporary)).toHaveLength(2);
      expect(await files.sweep()).toBe(0);
      await staged.commit();
      expect((await read())?.body).toEqual(BYTES);
    });
  });

  it('says so when what lies there is no file', async () => {
    mkdirSync(path, { recursive: true });
    await expect(read()).rejects.toMatchObject({ code: 'storage-unavailable' });
    const staged = await stage(BYTES);
    await expect(staged.commit()).rejects.toMatchObject({ code: 'storage-unavailable' });
    await staged.discard();
    expect(siblings()).toEqual([SHA1.slice(6)]);
  });

  it('keeps pictures apart whose URIs are not UTF-8', async () => {
    const [one, two] = [SourceUri.of(Buffer.from([0x61, 0xe9])), SourceUri.of(Buffer.from([0x61, 0xe8]))];
    await (await files.stage(one, Buffer.from('one'))).commit();
    await (await files.stage(two, Buffer.from('two'))).commit();
    expect((await read(one))?.body).toEqual(Buffer.from('one'));
    expect((await read(two))?.body).toEqual(Buffer.from('two'));
    expect(existsSync(files.pathOf(one))).toBe(true);
  });

  describe('keeps pictures in memory', () => {
    const SHA = checksumOf(BYTES);
    const overwrite = (bytes: string) => writeFileSync(path, bytes);

    afterEach(() => vi.useRealTimers());

    it('for those who say which bytes they expect', async () => {
      await put(BYTES);
      const first = await read(URI, SHA);
      overwrite('a forgery');
      expect((await read(URI, SHA))?.body).toBe(first?.body);
      expect(await read(URI, checksumOf(Buffer.from('a forgery')))).toMatchObject({ body: Buffer.from('a forgery') });
      expect((await read(URI, SHA))?.body).toEqual(Buffer.from('a forgery'));
    });

    it('but looks at the disk for those who do not, and leaves the copy alone', async () => {
      await put(BYTES);
      await read(URI, SHA);
      overwrite('a forgery');
      expect((await read())?.body).toEqual(Buffer.from('a forgery'));
      expect((await read(URI, SHA))?.body).toEqual(BYTES);
      rmSync(path);
      expect(await read()).toBeUndefined();
      expect((await read(URI, SHA))?.body).toEqual(BYTES);
    });

    it('and looks at the disk for everybody after a while', async () => {
      vi.useFakeTimers({ toFake: ['performance'] });
      await put(BYTES);
      await read(URI, SHA);
      overwrite('a forgery');
      vi.advanceTimersByTime(140_000);
      expect((await read(URI, SHA))?.body).toEqual(BYTES);
      vi.advanceTimersByTime(170_000);
      for (let n = 0; n < 2; n++) expect((await read(URI, SHA))?.body).toEqual(Buffer.from('a forgery'));
      writeFileSync(path, BYTES);
      expect((await read(URI, SHA))?.body).toEqual(BYTES);
      rmSync(path);
      expect((await read(URI, SHA))?.body).toEqual(BYTES);
    });

    describe('and looks at the disk meanwhile for what is used', () => {
      /** Without waiting: a Promise if the disk is looked at first. */
      const readNow = () => files.read(URI, SHA);
      beforeEach(async () => {
        vi.useFakeTimers({ toFake: ['performance'] });
        await put(BYTES);
        await read(URI, SHA);
        vi.advanceTimersByTime(280_000);
      });

      it('so that nobody waits', async () => {
        for (let look = 0; look < 3; look++) {
          const hot = readNow();
          expect(hot).toMatchObject({ body: BYTES });
          await files.read(URI);
          vi.advanceTimersByTime(280_000);
          expect(readNow()).toBe(hot);
        }
      });

      it('so that it is soon known to be lost', async () => {
        rmSync(path);
        expect(readNow()).toMatchObject({ body: BYTES });
        await vi.waitFor(() => expect(readNow()).toBeInstanceOf(Promise));
        expect(await readNow()).toBeUndefined();
        expect(files.recall(URI, SHA)).toMatchObject({ body: BYTES });
      });
    });

    it('and recalls them though their files are lost', async () => {
      await put(BYTES);
      expect(files.recall(URI, SHA)).toBeUndefined();
      await read(URI, SHA);
      rmSync(path);
      expect(files.recall(URI, SHA)?.body).toEqual(BYTES);
      expect(files.recall(URI, 'c0ffee')).toBeUndefined();
    });

    it('until another is put in its place', async () => {
      await put(BYTES);
      await read(URI, SHA);
      await put(Buffer.from('another'));
      expect((await read(URI, SHA))?.body).toEqual(Buffer.from('another'));
    });

    it('only as many as there is room for, and none without memory', async () => {
      files = new DiskFiles(directory, { memoryBytes: 0 });
      await put(BYTES);
      await read(URI, SHA);
      overwrite('a forgery');
      expect((await read(URI, SHA))?.body).toEqual(Buffer.from('a forgery'));

      files = new DiskFiles(directory, { memoryBytes: 3200 });
      const others = ['one', 'two', 'three'].map((name) => SourceUri.of(name));
      for (const uri of [URI, ...others]) await (await files.stage(uri, BYTES)).commit();
      for (const uri of [URI, ...others]) await read(uri, SHA);
      for (const uri of [URI, ...others]) writeFileSync(files.pathOf(uri), 'a forgery');
      const kept = await Promise.all([URI, ...others].map(async (uri) => (await read(uri, SHA))?.checksum === SHA));
      expect(kept).toEqual([false, false, true, true]);
    });
  });

  describe('gives the bytes of a large picture piece by piece', () => {
    const LARGE = randomBytes(300_000);
    const descriptors = () => readdirSync('/proc/self/fd').length;
    const open = async () => {
      files = new DiskFiles(directory, { memoryBytes: 2 ** 20 });
      await put(LARGE);
      const file = await read(URI, checksumOf(LARGE));
      if (!file || isInMemory(file.body)) throw new Error('it should be on the disk');
      return { ...file, body: file.body };
    };
    const taken = async (pieces: AsyncIterable<Uint8Array>) => {
      const all: Uint8Array[] = [];
      for await (const piece of pieces) all.push(Uint8Array.from(piece));
      return Buffer.concat(all);
    };

    it('all of them, or from one to another', async () => {
      const { body, checksum } = await open();
      expect(checksum).toBe(checksumOf(LARGE));
      expect(body).toHaveLength(LARGE.length);
      const before = descriptors();
      expect(LARGE.equals(await taken(body.read()))).toBe(true);
      expect(LARGE.subarray(70_000, 270_001).equals(await taken(body.read(70_000, 270_001)))).toBe(true);
      expect(descriptors()).toBe(before);
    });

    it('in memory that is used again, by one reader at a time', async () => {
      const { body } = await open();
      const reading = () => body.read()[Symbol.asyncIterator]();
      const next = async (pieces: AsyncIterator<Uint8Array>) =>
        ((await pieces.next()) as IteratorYieldResult<Uint8Array>).value.buffer;
      const [one, other] = [reading(), reading()];
      const memory = await next(one);
      expect(await next(one)).toBe(memory);
      const othersMemory = await next(other);
      expect(othersMemory).not.toBe(memory);
      await other.return?.();
      for (let isDone: boolean | undefined = false; !isDone;) isDone = (await one.next()).done;
      expect(await next(reading())).toBe(memory);
      // Of one that was left, somebody may still be looking at the last piece.
      expect([memory, othersMemory]).not.toContain(await next(reading()));
    });

    it('keeps the file open only as long as pieces are taken', async () => {
      const { body } = await open();
      const before = descriptors();
      for await (const piece of body.read()) {
        expect(piece.length).toBeLessThan(LARGE.length);
        expect(descriptors()).toBe(before + 1);
        break;
      }
      expect(descriptors()).toBe(before);
    });

    it('of the file that was looked at, or none', async () => {
      const { body } = await open();
      const pieces = body.read()[Symbol.asyncIterator]();
      const first = Uint8Array.from(((await pieces.next()) as IteratorYieldResult<Uint8Array>).value);
      await put(Buffer.alloc(LARGE.length));
      const rest = await taken({ [Symbol.asyncIterator]: () => pieces });
      expect(LARGE.equals(Buffer.concat([first, rest]))).toBe(true);
      await expect(taken(body.read())).rejects.toMatchObject({ code: 'storage-unavailable' });
    });

    it('says so when the file is cut short meanwhile', async () => {
      const { body } = await open();
      const pieces = body.read()[Symbol.asyncIterator]();
      await pieces.next();
      truncateSync(path, 70_000);
      await expect(taken({ [Symbol.asyncIterator]: () => pieces })).rejects.toMatchObject({
        code: 'storage-unavailable',
      });
    });

    describe('of files that stay open', () => {
      const SHA = checksumOf(LARGE);
      const readNow = () => files.read(URI, SHA);
      /** The checksum of what is really sent. */
      const takeNow = async () => {
        const file = await readNow();
        return file && checksumOf(isInMemory(file.body) ? file.body : await taken(file.body.read()));
      };
      const opensOf = (name: string) =>
        readdirSync('/proc/self/fd').filter((descriptor) => {
          try {
            return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(name);
          } catch {
            return false;
          }
        }).length;

      /** In place, and late enough for its times to be others. */
      const change = (bytes: Buffer) => {
        writeFileSync(path, bytes);
        utimesSync(path, 1, 1);
      };

      beforeEach(async () => {
        files = new DiskFiles(directory, { memoryBytes: 2 ** 20, openFiles: 2 });
        await put(LARGE);
      });
      afterEach(() => {
        vi.useRealTimers();
        vi.restoreAllMocks();
      });

      it('from when they are first taken, for all of their readers', async () => {
        await readNow();
        expect(opensOf(path)).toBe(0);
        expect(await takeNow()).toBe(SHA);
        expect(opensOf(path)).toBe(1);
        const kept = readNow();
        expect(kept).not.toBeInstanceOf(Promise);
        expect(readNow()).toBe(kept);
        expect(new Set(await Promise.all(Array.from({ length: 10 }, takeNow)))).toEqual(new Set([SHA]));
        expect(opensOf(path)).toBe(1);
      });

      it('also when the first readers came together', async () => {
        await Promise.all(Array.from({ length: 10 }, takeNow));
        expect(opensOf(path)).toBe(1);
        expect(readNow()).not.toBeInstanceOf(Promise);
      });

      it.each<[what: string, happens: () => unknown, then: string | undefined]>([
        ['removed', () => rmSync(path), undefined],
        ['replaced by others', () => (writeFileSync(`${path}.new`, LARGE), renameSync(`${path}.new`, path)), SHA],
        ['replaced by us', () => put(LARGE), SHA],
        ['changed in place', () => change(LARGE), SHA],
      ])('until they are %s', async (_, happens, then) => {
        await takeNow();
        await happens();
        const found = readNow();
        expect(found).toBeInstanceOf(Promise);
        await found;
        await vi.waitFor(() => expect(opensOf(path)).toBe(0));
        expect(await takeNow()).toBe(then);
      });

      it('until another is put in their place, whose space is free at once', async () => {
        await takeNow();
        await put(randomBytes(300_000));
        await vi.waitFor(() => expect(opensOf(path)).toBe(0));
      });

      it('also when readers come faster than it is opened, and some want no bytes', async () => {
        const reads = [];
        for (let reader = 0; reader < 30; reader++) {
          await readNow();
          reads.push(takeNow());
          await turn();
        }
        expect(new Set(await Promise.all(reads))).toEqual(new Set([SHA]));
        for (let reader = 0; reader < 3; reader++) await readNow();
        expect(readNow()).not.toBeInstanceOf(Promise);
        expect(opensOf(path)).toBe(1);
      });

      it('and gives no others when they are changed between the look and the first byte', async () => {
        await takeNow();
        const { body } = (await readNow()) as { body: FileBody };
        change(randomBytes(300_000));
        // The look is trusted for ten.
        await delay(12);
        await expect(taken(body.read())).rejects.toMatchObject({ code: 'storage-unavailable' });
      });

      it('and lends their bytes once they were read, as long as they are those', async () => {
        const bytes = randomBytes(100_000);
        const find = async () => ((await files.read(URI, checksumOf(bytes))) as { body: FileBody }).body;
        await put(bytes);
        files = new DiskFiles(directory, { memoryBytes: 2 ** 20, openFiles: 2 });
        expect((await find()).lend?.(0, 100_000)).toBeUndefined();
        await taken((await find()).read());
        const body = await find();
        expect(bytes.equals(body.lend?.(0, 100_000)?.bytes ?? BYTES)).toBe(true);
        expect(bytes.subarray(7, 50_000).equals(body.lend?.(7, 50_000)?.bytes ?? BYTES)).toBe(true);
        change(randomBytes(100_000));
        // The look is trusted for ten.
        await delay(12);
        expect(body.lend?.(0, 100_000)).toBeUndefined();
        change(bytes);
        expect((await find()).lend?.(0, 100_000)).toBeUndefined();
      });

      it('of avatars too', async () => {
        await files.writeVariant(URI, KEY, LARGE);
        const avatar = async () => (await variant(KEY)) as { body: FileBody };
        for (let reader = 0; reader < 2; reader++) await taken((await avatar()).body.read());
        expect(files.readVariant(URI, KEY)).not.toBeInstanceOf(Promise);
        expect(LARGE.equals(await taken((await avatar()).body.read()))).toBe(true);
        expect(opensOf(path)).toBe(1);
      });

      it('also while chance has had one of their readers move them into memory, and afterwards', async () => {
        files = new DiskFiles(directory, { memoryBytes: 64 * LARGE.length, openFiles: 2 });
        const chance = vi.spyOn(Math, 'random').mockReturnValue(0.5);
        const fillers = Array.from({ length: 64 }, (_, n) => SourceUri.of(`filler ${n}`));
        for (const uri of fillers) await (await files.stage(uri, LARGE)).commit();
        for (const uri of fillers) await files.read(uri, SHA);
        for (let reader = 0; reader < 20; reader++) await takeNow();
        expect(isInMemory((await readNow())?.body ?? BYTES)).toBe(false);
        chance.mockReturnValue(0.001);
        await takeNow();
        chance.mockReturnValue(0.5);
        await vi.waitFor(async () => expect((await readNow())?.body).toBeInstanceOf(Uint8Array));
        expect(opensOf(path)).toBe(1);
        for (const uri of fillers) await files.read(uri, SHA);
        chance.mockReturnValue(0.001);
        for (const uri of fillers) await files.read(uri, SHA);
        chance.mockReturnValue(0.5);
        expect(readNow()).not.toBeInstanceOf(Promise);
        expect(isInMemory((await readNow())?.body ?? BYTES)).toBe(false);
        expect(await takeNow()).toBe(SHA);
      });

      it('whatever chance says, when they are too large to be in memory', async () => {
        files = new DiskFiles(directory, { memoryBytes: 64 * LARGE.length - 1, openFiles: 2 });
        vi.spyOn(Math, 'random').mockReturnValue(0.001);
        for (let reader = 0; reader < 5; reader++) await takeNow();
        await delay(50);
        expect(isInMemory((await readNow())?.body ?? BYTES)).toBe(false);
      });

      it('by whose bytes they are, whoever wants others', async () => {
        await takeNow();
        const other = randomBytes(300_000);
        change(other);
        expect(await files.read(URI, checksumOf(other))).toMatchObject({ checksum: checksumOf(other) });
        expect(await readNow()).toMatchObject({ checksum: checksumOf(other) });
      });

      it('for those who are reading, though they are not kept any more', async () => {
        await takeNow();
        const { body } = (await readNow()) as { body: FileBody };
        const pieces = body.read()[Symbol.asyncIterator]();
        const first = Uint8Array.from(((await pieces.next()) as IteratorYieldResult<Uint8Array>).value);
        rmSync(path);
        expect(await readNow()).toBeUndefined();
        expect(opensOf(path)).toBe(1);
        const rest = await taken({ [Symbol.asyncIterator]: () => pieces });
        expect(LARGE.equals(Buffer.concat([first, rest]))).toBe(true);
        expect(opensOf(path)).toBe(0);
      });

      describe('for some minutes', () => {
        const clock = () => vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });

        it('and are closed then if nobody has asked for them', async () => {
          clock();
          await takeNow();
          expect(vi.getTimerCount()).toBe(1);
          vi.advanceTimersByTime(300_000);
          vi.useRealTimers();
          await vi.waitFor(() => expect(opensOf(path)).toBe(0));
        });

        it('and are closed then if they are not in their place any more', async () => {
          clock();
          await takeNow();
          renameSync(directory, `${directory}.elsewhere`);
          vi.advanceTimersByTime(140_000);
          expect(await takeNow()).toBe(SHA);
          vi.advanceTimersByTime(160_000);
          await vi.waitFor(() => expect(opensOf(`${directory}.elsewhere`)).toBe(0));
          expect(await takeNow()).toBeUndefined();
          vi.advanceTimersByTime(20_000);
          expect(vi.getTimerCount()).toBe(0);
          renameSync(`${directory}.elsewhere`, directory);
        });

        it('and then for some more if they were asked for, and no reader waits', async () => {
          clock();
          await takeNow();
          for (let time = 0; time < 5; time++) {
            vi.advanceTimersByTime(140_000);
            expect(readNow()).not.toBeInstanceOf(Promise);
            // A look at the path takes no time of this clock.
            await delay(50);
          }
          expect(opensOf(path)).toBe(1);
          // Once since the last reader, and once after that.
          await vi.waitFor(() => {
            vi.advanceTimersByTime(290_000);
            expect(opensOf(path)).toBe(0);
          });
        });
      });

      it('as many as may, and one in eight instead of the least recently used', async () => {
        const pictures: Picture[] = ['one', 'two', 'three'].map((name) => ({
          uri: SourceUri.of(name),
          bytes: randomBytes(300_000),
        }));
        for (const { uri, bytes } of pictures) await (await files.stage(uri, bytes)).commit();
        const find = async ({ uri, bytes }: Picture) =>
          (await files.read(uri, checksumOf(bytes))) as { body: FileBody };
        const openOf = ({ uri }: Picture) => opensOf(files.pathOf(uri));
        const opens = async (picture: Picture) => {
          await taken((await find(picture)).body.read());
          return openOf(picture);
        };
        const chance = vi.spyOn(Math, 'random').mockReturnValue(0.5);
        const [one, two, three] = pictures as [Picture, Picture, Picture];
        expect([await opens(one), await opens(two), await opens(three)]).toEqual([1, 1, 0]);
        const first = await find(one);
        chance.mockReturnValue(0.1);
        expect(await opens(three)).toBe(1);
        await vi.waitFor(() => expect([openOf(one), openOf(two)]).toEqual([0, 1]));
        chance.mockReturnValue(0.5);
        expect(one.bytes.equals(await taken(first.body.read()))).toBe(true);
        expect(openOf(one)).toBe(0);
      });
    });

    it('unless it is worth memory: when there is room, and one in eight when there is none', async () => {
      files = new DiskFiles(directory, { memoryBytes: 64 * 100_000 });
      const chance = vi.spyOn(Math, 'random').mockReturnValue(0.5);
      const isKept = async (number: number) => {
        const uri = SourceUri.of(`picture ${number}`);
        const bytes = randomBytes(90_000);
        await (await files.stage(uri, bytes)).commit();
        const file = await files.read(uri, checksumOf(bytes));
        return file !== undefined && isInMemory(file.body);
      };
      const room = Math.floor((64 * 100_000) / 91_536);
      for (let number = 0; number < room; number++) expect(await isKept(number)).toBe(true);
      expect(await isKept(room)).toBe(false);
      chance.mockReturnValue(0.1);
      expect(await isKept(room + 1)).toBe(true);
      // Of one whose checksum is known by now, chance is asked once as well: after two looks whether it is in memory.
      chance.mockReturnValue(0.5);
      const again = SourceUri.of(`picture ${room}`);
      const checksum = (await files.read(again))?.checksum ?? '';
      chance
        .mockReset()
        .mockReturnValueOnce(0.5)
        .mockReturnValueOnce(0.5)
        .mockReturnValueOnce(0.1)
        .mockReturnValue(0.5);
      const { body } = (await files.read(again, checksum)) ?? { body: LARGE };
      expect([body.length, isInMemory(body)]).toEqual([90_000, true]);
      chance.mockRestore();
    });

    it('even of a smaller one, when what others hold takes all the memory there is', async () => {
      files = new DiskFiles(directory, { memoryBytes: 64 * 100_000 });
      const held = [];
      for (let number = 0; number < 200; number++) {
        const uri = SourceUri.of(`picture ${number}`);
        await (await files.stage(uri, randomBytes(80_000))).commit();
        held.push((await read(uri))?.body);
      }
      const inMemory = held.filter((body) => body && isInMemory(body)).length;
      expect(inMemory).toBe(Math.floor((2 * 64 * 100_000) / 80_000));
    });
  });
});
