import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** It comes with Prometheus. */
const promtool = (...args: string[]) => spawnSync('promtool', args, { encoding: 'utf8' });

describe.skipIf(promtool('--version').error !== undefined)('the alerts, as Prometheus reads them,', () => {
  it('are raised by what goes wrong, and by nothing else', () => {
    const { stdout, stderr } = promtool('test', 'rules', join(import.meta.dirname, 'alerts.test.yml'));
    expect(stdout + stderr).toMatch(/^Unit Testing: .*\n\s+SUCCESS\s*$/);
  });
});
