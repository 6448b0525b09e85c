import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build, install, ROOT } from './prepare.mjs';

const given = process.argv.slice(2);
const isGiven = (...flags) => given.some((word) => flags.some((flag) => word === flag || word.startsWith(`${flag}=`)));

install();
build();

const store = isGiven('-r', '--redis') ? [] : ['-r', 'embedded'];
if (!isGiven('-d', '--dir')) mkdirSync(join(ROOT, 'cache'), { recursive: true });

const server = spawn(process.execPath, ['dist/server/main.js', ...store, ...given], { cwd: ROOT, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal));
server.on('exit', (code) => process.exit(code ?? 1));
if (!isGiven('-a', '--addr', '-h', '--help', '-c', '--check')) await welcome('http://127.0.0.1:8000');

async function welcome(url) {
  while (!(await isUp(url))) await delay(100);
  const options = [...store, ...given].join(' ');
  console.log(`
img-linuxfr is serving on ${url}. What to do next, in another terminal:

  node dist/server/main.js declare ${options} https://example.com/picture.png
      declares a picture and prints its links; open one in a browser

  npm run demo
      a tour that needs no internet

README.md tells the rest. Ctrl-C stops the server.
`);
}

async function isUp(url) {
  return fetch(`${url}/status`).then(
    ({ ok }) => ok,
    () => false,
  );
}
