import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SourceUri } from '../../src/domain/index.js';
import { browserCommand } from '../support/browser.js';
import { sends } from '../support/origin.js';
import { openSetting, type Setting } from '../support/setting.js';

/** What an SVG can hold that reaches out; `C` stands for a server that would hear of it. */
const REACHING: readonly (readonly [name: string, content: string, bait?: 'bait'])[] = [
  ['script', '<script>fetch("C")</script>'],
  ['a script from elsewhere', '<script href="C"/>'],
  ['onload', '<g><animate attributeName="x" dur="1s" onbegin="fetch(\'C\')"/></g>'],
  ['SMIL that sets a handler off', '<rect><set attributeName="width" to="1" onbegin="fetch(\'C\')"/></rect>'],
  [
    'foreignObject with a frame',
    '<foreignObject width="9" height="9"><iframe xmlns="http://www.w3.org/1999/xhtml" src="C"/></foreignObject>',
  ],
  [
    'foreignObject with a picture',
    '<foreignObject width="9" height="9"><img xmlns="http://www.w3.org/1999/xhtml" src="C"/></foreignObject>',
  ],
  [
    'foreignObject with a handler',
    '<foreignObject width="9" height="9"><img xmlns="http://www.w3.org/1999/xhtml" src="data:," onerror="fetch(\'C\')"/></foreignObject>',
  ],
  [
    'a refresh',
    '<foreignObject><meta xmlns="http://www.w3.org/1999/xhtml" http-equiv="refresh" content="0;url=C"/></foreignObject>',
  ],
  ['a javascript: link', '<a href="javascript:fetch(\'C\')"><rect id="bait" width="90" height="90"/></a>', 'bait'],
  [
    'a form',
    '<foreignObject width="99" height="99"><form xmlns="http://www.w3.org/1999/xhtml" action="C"><button id="bait">go</button></form></foreignObject>',
    'bait',
  ],
  ['a picture from elsewhere', '<image href="C" width="9" height="9"/>'],
  ['a style sheet from elsewhere', '<style>@import url("C");</style>'],
  [
    'a fill from elsewhere',
    '<style>rect { background: url("C"); fill: red } svg { background-image: url("C") }</style>',
  ],
  [
    'a font from elsewhere',
    '<style>@font-face { font-family: F; src: url("C") } text { font-family: F }</style><text y="9">a</text>',
  ],
];

const ROWS = REACHING.map(([name, content, bait = '']) => [name, content, bait] as const);

const command = browserCommand();

describe.skipIf(command === undefined)('an SVG in a browser', () => {
  let setting: Setting;
  let browser: Browser;
  let page: Page;
  let heard = 0;
  const canary = createServer((_, response) => {
    heard++;
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*', 'Content-Type': 'text/plain' }).end();
  });
  let canaryUrl: string;
  beforeAll(async () => {
    setting = await openSetting('embedded');
    await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
    canaryUrl = `http://127.0.0.1:${(canary.address() as AddressInfo).port}/heard`;
    browser = await chromium.launch({
      executablePath: command!,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });
  beforeEach(async () => {
    page = await browser.newPage();
  });
  afterEach(() => page.close());
  afterAll(async () => {
    await browser.close();
    await setting.close();
    canary.close();
  });

  const svgOf = (content: string) =>
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">${content.replaceAll('C', canaryUrl)}</svg>`,
    );

  /** How often the canary hears something when a page is opened, and its bait is taken. */
  async function heardFrom(url: string, bait = ''): Promise<number> {
    const before = heard;
    await page.goto(url, { waitUntil: 'load' });
    if (bait !== '') await page.locator(`#${bait}`).click({ timeout: 2000, force: true });
    for (let waited = 0; waited < 600 && heard === before; waited += 50) await delay(50);
    return heard - before;
  }

  const publish = (name: string, content: string) =>
    setting.publish(`/${name.replaceAll(' ', '-')}.svg`, sends('image/svg+xml', svgOf(content)));
  const proxied = (uri: string) => `${setting.service.url}/img/${SourceUri.of(uri).hex}`;

  it.each(ROWS)('with %s would reach out when opened directly', async (name, content, bait) => {
    expect(await heardFrom(await publish(name, content), bait)).toBeGreaterThan(0);
  });

  it.each(ROWS)('with %s does not, opened from us', async (name, content, bait) => {
    const url = proxied(await publish(name, content));
    expect(await heardFrom(url, bait)).toBe(0);
    expect(await page.evaluate('document.documentElement.localName')).toBe('svg');
  });

  it.each(ROWS)('with %s does not, as a picture in a page', async (name, content) => {
    const url = proxied(await publish(name, content));
    setting.origin.on('/page.html', sends('text/html', Buffer.from(`<img src="${url}">`)));
    expect(await heardFrom(`${setting.origin.url}/page.html`)).toBe(0);
    expect(await page.evaluate(`document.querySelector('img').naturalWidth`)).toBe(100);
  });

  it('may not reach the page of another, nor anything that is kept for ours', async () => {
    await page.goto(proxied(await publish('plain', '<rect width="9" height="9"/>')));
    expect(await page.evaluate('self.origin')).toBe('null');
  });
});
