import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { sharpResizer } from '../../src/adapters/index.js';
import type { Resizer } from '../../src/domain/index.js';
import { noise, raw } from '../support/pictures.js';
import { childrenOf, nicenessesOf } from '../support/processes.js';

const ROOT = join(import.meta.dirname, '../..');
const OPTIONS = { maxPixels: 200_000_000, maxFrames: 3 };

/** As it was built: the process that it starts is a program. */
const { isolatedResizer } = (await import(
  join(ROOT, 'dist/adapters/index.js')
)) as typeof import('../../src/adapters/index.js');

const quick = await raw(noise(100, 200)).png().toBuffer();
/** Takes long enough for a process to be killed meanwhile. */
const slow = await sharp({ create: { width: 5000, height: 5000, channels: 3, background: 'red' } })
  .jpeg({ progressive: true })
  .toBuffer();

/** Wants an avatar while it can open nothing, and once more when it can. */
const WITHOUT_DESCRIPTORS = `
import { closeSync, openSync } from 'node:fs';
const { isolatedResizer } = await import('./dist/adapters/index.js');
const resizer = isolatedResizer();
const make = () => resizer.resize(Buffer.from(process.env.PICTURE, 'base64'), 'png', 64);
const taken = [];
try {
  for (;;) taken.push(openSync('/dev/null'));
} catch {}
await make().catch(({ message }) => console.log(message));
taken.forEach((descriptor) => closeSync(descriptor));
console.log((await make()).length > 0 && 'made');
`;

const children = () => childrenOf(process.pid);
const make = async (resizer: Resizer, bytes: Uint8Array, format: 'png' | 'jpeg' = 'png') =>
  Buffer.from((await resizer.resize(bytes, format, 64)) as Uint8Array);

/** Makes an avatar, and says whether it did. */
const PROGRAM = `
  import { isolatedResizer } from 'img-linuxfr/adapters';
  const made = isolatedResizer(${JSON.stringify(OPTIONS)}).resize(Buffer.from('${quick.toString('base64')}', 'base64'), 'png', 64);
  made.then(({ length }) => console.log(length > 100));
`;

/** A resizer, and its process, which is not one of those that were there before. */
async function started(report?: (trouble: unknown) => void): Promise<{ resizer: Resizer; pid: number }> {
  const before = new Set(children());
  const resizer = isolatedResizer({ ...OPTIONS, ...(report && { report }) });
  await make(resizer, quick);
  const [pid = 0, ...others] = children().filter((child) => !before.has(child));
  expect(others).toEqual([]);
  return { resizer, pid };
}

describe('isolatedResizer', () => {
  it('needs no options', async () => {
    expect(await make(isolatedResizer(), quick)).toEqual(await make(sharpResizer(), quick));
  });

  it('makes the same avatars as sharp in this process, and refuses the same pictures', async () => {
    const [isolated, here] = [isolatedResizer(OPTIONS), sharpResizer(OPTIONS)];
    expect(await make(isolated, quick)).toEqual(await make(here, quick));
    await expect(make(isolated, quick.subarray(0, 40))).rejects.toMatchObject({ code: 'undecodable' });
    await expect(make(isolated, Buffer.alloc(0))).rejects.toMatchObject({ code: 'undecodable' });
    await expect(make(isolatedResizer({ ...OPTIONS, maxPixels: 100 }), quick)).rejects.toMatchObject({
      code: 'too-many-pixels',
    });
  });

  it('tells pictures of all sizes apart that come at once', async () => {
    const [isolated, here] = [isolatedResizer(OPTIONS), sharpResizer(OPTIONS)];
    const sizes = [1200, 30, 900, 10, 1100];
    const pictures = await Promise.all(
      sizes.map((size, at) =>
        raw(noise(size, size - at, at))
          .png()
          .toBuffer(),
      ),
    );
    const expected = await Promise.all(pictures.map((bytes) => make(here, bytes)));
    expect(await Promise.all(pictures.map((bytes) => make(isolated, bytes)))).toEqual(expected);
  });

  it('gives way with all its threads, and knows nothing of our environment', async () => {
    const { pid } = await started();
    const nicenesses = nicenessesOf(pid);
    expect(nicenesses.length).toBeGreaterThan(5);
    expect(new Set(nicenesses)).toEqual(new Set([19]));
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toMatch(/PATH|HOME/);
  });

  it('makes avatars where it cannot choose its priority', () => {
    // As who gives way more already, and may not take that back.
    const unprivileged = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const args = ['-n', '15', process.execPath, '--input-type=module', '-e', PROGRAM];
    expect(execFileSync('nice', args, { cwd: ROOT, encoding: 'utf8', ...unprivileged })).toBe('true\n');
  });

  it('loses no avatar when its process is killed, and reports that it was', async () => {
    const report = vi.fn();
    const { resizer, pid } = await started(report);
    const making = [make(resizer, slow, 'jpeg'), make(resizer, slow, 'jpeg')];
    await delay(20);
    const before = new Set(children());
    process.kill(pid, 'SIGKILL');
    const others = () => children().filter((child) => !before.has(child));
    await vi.waitUntil(() => others().length > 0, { interval: 1, timeout: 5000 });
    await delay(50);
    // One after another: those of a whole queue would be more than the machine has room for.
    expect(others()).toHaveLength(1);
    for (const avatar of await Promise.all(making)) expect(avatar.length).toBeGreaterThan(100);
    const trouble = { name: 'ProcessEnded', message: 'the process that makes avatars ended with SIGKILL' };
    expect(report.mock.calls).toEqual([[expect.objectContaining(trouble)], [expect.objectContaining(trouble)]]);
    expect((await make(resizer, quick)).length).toBeGreaterThan(100);
  });

  it('blames the picture that ends each process that looks at it, and no other', async () => {
    const { resizer, pid } = await started();
    const before = new Set(children());
    const killing = make(resizer, slow, 'jpeg');
    const beside = make(resizer, quick);
    process.kill(pid, 'SIGKILL');
    // In the order in which they were asked for, each begins anew in a process of its own.
    const alone = await vi.waitUntil(() => children().find((child) => !before.has(child)), { interval: 1 });
    process.kill(alone, 'SIGSEGV');
    await expect(killing).rejects.toThrow('the process that makes avatars ended with SIGSEGV');
    await expect(killing).rejects.toMatchObject({ code: 'undecodable' });
    expect((await beside).length).toBeGreaterThan(100);
  });

  it('ends a process that does not come to an end, and blames the picture that is too much for the next one as well', async () => {
    const before = new Set(children());
    const report = vi.fn();
    const resizer = isolatedResizer({ ...OPTIONS, patience: 5000, report });
    const stopNext = async () => {
      const others = () => children().find((child) => !before.has(child));
      const pid = await vi.waitUntil(others, { interval: 1, timeout: 20_000 });
      before.add(pid);
      process.kill(pid, 'SIGSTOP');
    };
    const tooMuchOnce = make(resizer, quick);
    await stopNext();
    expect((await tooMuchOnce).length).toBeGreaterThan(100);
    expect(report.mock.calls).toMatchObject([[{ message: 'the process that makes avatars was at it for 5000 ms' }]]);
    children().forEach((child) => before.add(child));

    const tooMuch = expect(make(resizer, quick)).rejects.toMatchObject({ code: 'undecodable' });
    await stopNext();
    await stopNext();
    await tooMuch;
    expect((await make(resizer, quick)).length).toBeGreaterThan(100);
  });

  it('says why its process could not be started, and starts another when it can', () => {
    const limited = `ulimit -n 1000; exec ${process.execPath} --input-type=module -e "$PROGRAM"`;
    const env = { ...process.env, PROGRAM: WITHOUT_DESCRIPTORS, PICTURE: quick.toString('base64') };
    const said = execFileSync('bash', ['-c', limited], { cwd: ROOT, encoding: 'utf8', env, timeout: 10_000 });
    expect(said).toMatch(/^spawn .* EMFILE\nmade\n$/);
  });

  it('keeps nobody from ending, but for who waits for an avatar', () => {
    const args = ['--input-type=module', '-e', PROGRAM];
    expect(execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', timeout: 10_000 })).toBe('true\n');
  });
});
