import { spawnSync } from 'node:child_process';

/** The name of a Chromium, if there is one on PATH. Where everything has to be checked, there must be. */
export function browserCommand(): string | undefined {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    const { status, stdout } = spawnSync('which', [name], { encoding: 'utf8' });
    if (status === 0) return stdout.trim();
  }
  if (process.env['CI'] === 'true') throw new Error('no chromium on PATH: install it');
  return undefined;
}
