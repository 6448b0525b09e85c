import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryDirectory } from '../../support/service.js';
import { HAS_TERMINALS, INTERRUPT, startOnTerminal } from '../../support/terminal.js';

describe.skipIf(!HAS_TERMINALS)('a server on a terminal', () => {
  it('logs for people, each request too, until it is interrupted', async () => {
    const directory = temporaryDirectory();
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const terminal = startOnTerminal(['-a', '127.0.0.1:0', '-r', 'embedded', '-d', directory]);
    onTestFinished(() => void terminal.kill());
    let shown = '';
    terminal.stdout.on('data', (data: Buffer) => (shown += stripVTControlCharacters(data.toString())));
    const when = (pattern: RegExp) =>
      vi.waitFor(() => pattern.exec(shown)?.[1] ?? expect.fail(`no ${pattern} in ${shown}`), { timeout: 10_000 });

    const url = await when(/listening on (\S+)\r/);
    await fetch(`${url}/img/${Buffer.from('http://origin.example/').toString('hex')}`);
    expect(await when(/\] INFO: request ({.*})/)).toContain('"outcome":"undeclared","status":404');
    terminal.stdin.write(INTERRUPT);
    // Not when it ends: what it has written last may still be on its way.
    expect(await once(terminal, 'close')).toEqual([0, null]);
    const lines = shown.trim().split('\r\n');
    expect(lines.map((line) => /^(?:\^C)?\[[\d:.]{12}\] (INFO: [\w:]+)/.exec(line)?.[1])).toEqual([
      'INFO: connected',
      'INFO: listening',
      'INFO: request',
      'INFO: SIGINT:',
      'INFO: stopped',
    ]);
  });
});
