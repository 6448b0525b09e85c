/**
 * Pictures in a server of one's own: `/img` and `/avatars` are answered by the pipeline, everything else by the site.
 *
 *   npx tsx examples/embedded-server.ts 8080 cache https://example.com/a.jpg https://example.com/b.png
 *
 * The site is a page that shows the pictures it was given. Ctrl-C stops it.
 */
import { createServer, type RequestListener } from 'node:http';
import { DiskFiles, EmbeddedCatalogue, httpOrigin, magicSniffer, sharpResizer } from 'img-linuxfr/adapters';
import { SourceUri } from 'img-linuxfr/domain';
import { imagePipeline } from 'img-linuxfr/pipeline';
import { requestListener } from 'img-linuxfr/server';
import { addressRules, giveUp, makeFolder, orGiveUp, words } from './support/script.js';

const [port = '', folder = '', ...links] = words('PORT FOLDER URI...');
makeFolder(folder);
const uris = links.map((link) => SourceUri.of(link));
const userAgent = 'embedded-server/1.0';
const report = console.error;
const catalogue = orGiveUp(() => new EmbeddedCatalogue({ path: `${folder}/catalogue.lmdb` }));

const pictures = requestListener({
  pipeline: imagePipeline({
    catalogue,
    files: new DiskFiles(folder),
    origin: httpOrigin({ userAgent, addressRules: addressRules() }),
    sniffer: magicSniffer,
    resizer: sharpResizer(),
    report,
  }),
  userAgent,
  report,
  defaultAvatar: '/nobody.svg',
});

const site: RequestListener = (_, response) => {
  const page = uris.map(({ hex }) => `<p><img src="/avatars/${hex}"> <img src="/img/${hex}">`);
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(`<!doctype html>\n${page.join('\n')}\n`);
};

// Nothing is fetched that the site did not declare.
for (const uri of uris) await catalogue.declare(uri);
const server = createServer((request, response) => {
  const answer = /^\/(img|avatars)\//.test(request.url ?? '') ? pictures : site;
  answer(request, response);
});
server.on('error', ({ message }) => giveUp(message));
orGiveUp(() => server.listen(Number(port), '127.0.0.1', () => console.log('listening on', server.address())));
process.once('SIGINT', () => server.close(() => void catalogue.close()));
