import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../../support/service.js';

const PROGRAM = join(import.meta.dirname, '../../../dist/server/worker.js');

it('a worker ends when its primary went while it was loading', async () => {
  const directory = temporaryDirectory();
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const log = join(directory, 'log');
  const worker = fork(PROGRAM, ['-r', 'embedded', '-d', directory, '-l', log], { serialization: 'advanced' });
  onTestFinished(() => void worker.kill('SIGKILL'));
  worker.disconnect();
  expect(await once(worker, 'exit')).toEqual([1, null]);
  expect(readFileSync(log, 'utf8')).toContain('the primary is gone');
});
