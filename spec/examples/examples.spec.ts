import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SourceUri } from '../../src/domain/index.js';
import { sends, startOrigin, type TestOrigin } from '../support/origin.js';
import { noise, type Picture, pictures, raw } from '../support/pictures.js';
import { temporaryDirectory } from '../support/service.js';

const ROOT = join(import.meta.dirname, '../..');
const ENV = { ...process.env, IMG_ALLOW_NETWORK: '127.0.0.0/8' };

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function programOf(name: string): string[] {
  return ['--import', 'tsx', join(ROOT, `examples/${name}.ts`)];
}

/** Runs an example to its end, as its head comment says. */
function run(name: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...programOf(name), ...args], { cwd: ROOT, env: ENV }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

let directory: string;
let origin: TestOrigin;
let all: Picture[];
const inside = (...names: string[]) => join(directory, ...names);
const bytesOf = (name: string) => all.find((picture) => picture.name === name)?.bytes ?? Buffer.alloc(0);
const linkTo = (name: string) => `${origin.url}/${name}`;

beforeAll(async () => (all = await pictures()));
beforeEach(async () => {
  directory = temporaryDirectory();
  origin = await startOrigin();
  for (const { name, type, bytes } of all) origin.on(`/${name}`, sends(type, bytes));
});
afterEach(async () => {
  await origin.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('archive-markdown', () => {
  it('archives what can be had, each picture once, and leads to it', async () => {
    const [png, svg, gone] = ['plain.png', 'vector.svg', 'gone.png'].map(linkTo) as [string, string, string];
    const article = (first: string, second: string) =>
      `# Tux\n![one](${first} "Tux") and ![again](<${first}>)\n\n<img alt="" src="${second}">\n[no picture](${png})\n![](${gone})\n`;
    writeFileSync(inside('article.md'), article(png, svg));
    const { code, stdout, stderr } = await run('archive-markdown', inside('article.md'), inside('archive'));

    const [pngFile, svgFile] = [`${SourceUri.of(png).digest}.png`, `${SourceUri.of(svg).digest}.svg`];
    expect(readFileSync(inside('archive/article.md'), 'utf8')).toBe(article(pngFile, svgFile));
    expect(readFileSync(inside('archive', pngFile))).toEqual(bytesOf('plain.png'));
    expect(readFileSync(inside('archive', svgFile))).toEqual(bytesOf('vector.svg'));
    expect(stdout).toBe(`2 pictures are in ${inside('archive')}\n`);
    expect(stderr).toBe(`${gone}: the origin answered 404\n`);
    expect([code, origin.count('/plain.png')]).toEqual([1, 1]);
  });
});

describe('avatars-of-folder', () => {
  it('makes an avatar of each picture, and says of what it makes none', async () => {
    mkdirSync(inside('photos/folder'), { recursive: true });
    for (const { name, bytes } of all) writeFileSync(inside('photos', name), bytes);
    writeFileSync(inside('photos/notes.txt'), 'no picture');
    const { code, stdout, stderr } = await run('avatars-of-folder', inside('photos'), inside('avatars'));

    const made = all.filter(({ resizable }) => resizable).map(({ name }) => name);
    expect(stdout.trim().split('\n').sort()).toEqual([...made].sort());
    expect(readdirSync(inside('avatars')).sort()).toEqual([...made].sort());
    for (const name of made) {
      const { width, height, pageHeight } = await sharp(readFileSync(inside('avatars', name))).metadata();
      expect([name, width, pageHeight ?? height]).toEqual([name, 32, 64]);
    }
    expect(stderr.trim().split('\n').sort()).toEqual([
      'favicon.ico: no avatars are made of ico',
      'notes.txt: no avatars are made of such files',
      'old.bmp: no avatars are made of bmp',
      'vector.svg: no avatars are made of svg',
    ]);
    expect(code).toBe(1);
  });
});

describe('check-links', () => {
  it('says of each link what it leads to, and asks a host for two at once', async () => {
    let [running, most] = [0, 0];
    const slow = [1, 2, 3, 4].map((number) => `slow-${number}.png`);
    for (const name of slow)
      origin.on(`/${name}`, (request, response) => {
        most = Math.max(most, ++running);
        response.once('close', () => running--);
        setTimeout(() => sends('image/png', bytesOf('plain.png'))(request, response), 50);
      });
    origin.on('/page.png', sends('image/png', Buffer.from('<html>')));
    const links = [...[...slow, 'gone.png', 'page.png'].map(linkTo), 'mailto:"tux"@example.com', ''];
    writeFileSync(inside('links.txt'), links.join('\n'));
    const { code, stdout, stderr } = await run('check-links', inside('links.txt'));

    const [head, ...rows] = stdout.trim().split('\n');
    expect(head).toBe('"link","verdict","type","bytes","reason"');
    expect(rows.sort()).toEqual(
      [
        ...slow.map((name) => `"${linkTo(name)}","ok","image/png","${bytesOf('plain.png').length}",""`),
        `"${linkTo('gone.png')}","unexpected-status","","","the origin answered 404"`,
        `"${linkTo('page.png')}","invalid-type","","","the bytes labelled image/png are no image"`,
        '"mailto:""tux""@example.com","invalid-uri","","","mailto:""tux""@example.com is not an absolute http or https URI"',
      ].sort(),
    );
    expect([code, stderr, most]).toEqual([1, '', 2]);
  });

  it('ends with 0 when all of them are pictures, and asks no address that is not public', async () => {
    writeFileSync(inside('links.txt'), linkTo('plain.png'));
    expect(await run('check-links', inside('links.txt'))).toMatchObject({ code: 0 });
    const closed = execFile(process.execPath, [...programOf('check-links'), inside('links.txt')], { cwd: ROOT });
    let printed = '';
    closed.stdout?.on('data', (data: string) => (printed += data));
    expect(await once(closed, 'close')).toEqual([1, null]);
    expect(printed).toContain('"forbidden-address"');
  });
});

describe('watermark', () => {
  it('stores marked pictures, and does not ask for them again', async () => {
    const blue = sharp({ create: { width: 80, height: 40, channels: 3, background: 'blue' } });
    writeFileSync(inside('mark.png'), await blue.png().toBuffer());
    origin.on('/photo.png', sends('image/png', await raw(noise(200, 100)).png().toBuffer()));
    const links = ['photo.png', 'moving.gif'].map(linkTo) as [string, string];
    const first = await run('watermark', inside('mark.png'), inside('cache'), ...links);

    const { digest } = SourceUri.of(links[0]);
    const path = inside('cache', digest.slice(0, 2), digest.slice(2, 4), digest.slice(4, 6), digest.slice(6));
    expect(first).toEqual({
      code: 1,
      stdout: `${links[0]}: ${path}\n`,
      stderr: `${links[1]}: animations are not marked\n`,
    });
    const area = (picture: Sharp, left: number, top: number) =>
      picture.extract({ left, top, width: 50, height: 25 }).removeAlpha().raw().toBuffer();
    const stored = readFileSync(path);
    expect(await area(sharp(stored), 150, 75)).toEqual(Buffer.alloc(50 * 25 * 3, Buffer.from([0, 0, 255])));
    expect(await area(sharp(stored), 100, 75)).toEqual(await area(raw(noise(200, 100)), 100, 75));

    const second = await run('watermark', inside('mark.png'), inside('cache'), links[0]);
    expect(second).toEqual({ code: 0, stdout: `${links[0]}: ${path}, as before\n`, stderr: '' });
    expect(origin.count('/photo.png')).toBe(1);
  });
});

describe('embedded-server', () => {
  it('answers for pictures as the service does, and for everything else as the site does', async () => {
    const link = linkTo('photo.jpg');
    const server = spawn(process.execPath, [...programOf('embedded-server'), '0', inside('cache'), link], {
      cwd: ROOT,
      env: ENV,
    });
    try {
      const url = await new Promise<string>((resolve) =>
        server.stdout.on('data', (data: Buffer) => {
          const [, port] = /port: (\d+)/.exec(data.toString()) ?? [];
          if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
        }),
      );
      const page = await (await fetch(url)).text();
      const [avatar = '', picture = ''] = [...page.matchAll(/src="([^"]+)"/g)].map(([, path]) => path);
      const answer = await fetch(url + picture);
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytesOf('photo.jpg'));
      expect(answer.headers.get('content-type')).toBe('image/jpeg');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      const again = await fetch(url + picture, { headers: { 'If-None-Match': answer.headers.get('etag') ?? '' } });
      expect(again.status).toBe(304);
      const made = await sharp(Buffer.from(await (await fetch(url + avatar)).arrayBuffer())).metadata();
      expect(made.height).toBe(64);
      expect((await fetch(`${url}/img/${SourceUri.of(linkTo('plain.png')).hex}`)).status).toBe(404);
      const nobody = await fetch(`${url}/avatars/${SourceUri.of(linkTo('plain.png')).hex}`, { redirect: 'manual' });
      expect([nobody.status, nobody.headers.get('location')]).toEqual([302, '/nobody.svg']);
      expect(origin.requests).toHaveLength(1);
    } finally {
      server.kill('SIGINT');
      expect(await once(server, 'exit')).toEqual([0, null]);
    }
  });
});

describe('what an example was not told right', () => {
  it.each([
    [['check-links'], /^check-links\.ts: give LIST\n$/],
    [['archive-markdown', 'absent.md', 'absent'], /^archive-markdown\.ts: ENOENT.*absent\.md'\n$/],
    [['avatars-of-folder', 'absent', 'absent'], /^avatars-of-folder\.ts: ENOENT.*'absent'\n$/],
    [['watermark', 'package.json', 'package.json', 'http://a.example/'], /^watermark\.ts: EEXIST.*\n$/],
    [['embedded-server', 'port', 'cache', 'http://a.example/'], /^embedded-server\.ts: .*port.*\n$/],
  ])('is said in one line: %j', async ([name = '', ...args], line) => {
    const { code, stdout, stderr } = await run(name, ...args.map((arg) => (arg === 'cache' ? inside(arg) : arg)));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(line);
    expect(existsSync(join(ROOT, 'absent'))).toBe(false);
  });
});
