import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contactSheet, type Exhibit } from './contact-sheet.js';
import { MISHAPS, startOrigin } from './origin.js';
import { drawPictures } from './pictures.js';
import { startService } from './service.js';
import { tableOf, type Visit, visit } from './visit.js';

const OUTPUT = join(import.meta.dirname, '../../demo-output');

const pictures = await drawPictures();
const origin = await startOrigin(pictures);
const service = await startService();
console.log(`A host of pictures on ${origin.url}, img-linuxfr in front of it on ${service.url}.\n`);

try {
  const paths = [...pictures.map(({ path }) => path), ...Object.keys(MISHAPS)];
  const links = service.declare(paths.map((path) => origin.url + path));
  const visits: Visit[] = [];
  const exhibits: Exhibit[] = [];
  for (const [at, { img, avatars }] of links.entries()) {
    const name = paths[at] ?? '';
    const first = await visit(`/img      ${name}`, img);
    const avatar = await visit(`/avatars  ${name}`, avatars);
    visits.push(first, await visit(`/img      ${name} again`, img));
    visits.push(avatar, await visit(`/avatars  ${name} again`, avatars));
    if (first.status === 200)
      exhibits.push({ name: `${name}, ${first.type}`, original: first.bytes, avatar: avatar.bytes });
  }
  const undeclared = Buffer.from(`${origin.url}/nobody-declared.png`).toString('hex');
  visits.push(await visit('/img      /nobody-declared.png', `${service.url}/img/${undeclared}`));
  console.log(tableOf(visits));
  console.log(`\n${visits.length} requests were answered; the host was asked ${origin.requests()} times.`);

  mkdirSync(OUTPUT, { recursive: true });
  writeFileSync(join(OUTPUT, 'contact-sheet.png'), await contactSheet(exhibits));
  console.log('Look at demo-output/contact-sheet.png: what a reader sees, with each avatar beside its picture.');
} finally {
  await service.stop();
  origin.close();
}
