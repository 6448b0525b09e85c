import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SCHED_IDLE, SCHED_OTHER } from '../support/processes.js';

const ROOT = join(import.meta.dirname, '../..');

/** Gives way in a process of its own, and says how it is scheduled and how nice it is. */
const PROGRAM = `
  import { giveWay } from './src/adapters/give-way.ts';
  import { nicenessesOf, policiesOf } from './spec/support/processes.ts';
  giveWay();
  console.log(JSON.stringify([policiesOf, nicenessesOf].map((of) => [...new Set(of(process.pid))])));
`;

function afterGivingWay(path = process.env['PATH']): unknown {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', env: { PATH: path } }));
}

describe('giveWay', () => {
  it('makes room at once for whoever else wants the processors', () => {
    expect(afterGivingWay()).toEqual([[SCHED_IDLE], [0]]);
  });

  it('is nice where there is no chrt', () => {
    expect(afterGivingWay('/nowhere')).toEqual([[SCHED_OTHER], [10]]);
  });
});
