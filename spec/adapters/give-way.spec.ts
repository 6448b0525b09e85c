import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SCHED_IDLE, SCHED_OTHER } from '../support/processes.js';

const ROOT = join(import.meta.dirname, '../..');

/** Gives way in a process of its own, and says how its threads are scheduled and how nice they are. */
const PROGRAM = `
  import { giveWay } from './src/adapters/give-way.ts';
  import { nicenessesOf, policiesOf } from './spec/support/processes.ts';
  giveWay();
  const all = (of) => [...new Set(of(process.pid))];
  console.log(JSON.stringify({ policies: all(policiesOf), nicenesses: all(nicenessesOf) }));
`;

/** Whoever gives way has to wait while other specs keep the processors busy. */
const PATIENCE = { timeout: 60_000 };

function afterGivingWay(path = process.env['PATH']): { policies: number[]; nicenesses: number[] } {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM];
  const said = execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', env: { PATH: path } });
  return JSON.parse(said) as ReturnType<typeof afterGivingWay>;
}

describe('giveWay', () => {
  it('makes room at once for whoever else wants the processors', PATIENCE, () => {
    expect(afterGivingWay().policies).toEqual([SCHED_IDLE]);
  });

  it('is nice, with all threads, where there is no chrt', PATIENCE, () => {
    expect(afterGivingWay('/nowhere')).toEqual({ policies: [SCHED_OTHER], nicenesses: [10] });
  });
});
