import { describe, expect, it } from 'vitest';
import type { LineBatch } from '../../../src/server/log/line-batch.js';
import type { LineOutput } from '../../../src/server/log/line-output.js';
import { LineWriter } from '../../../src/server/log/line-writer.js';

/** An output that takes lines when it is told to. */
function open(most = 100) {
  const taken: string[] = [];
  const complaints: string[] = [];
  const lost: number[] = [];
  let pending: { lines: Buffer; done: (error?: Error) => void } | undefined;
  const output: LineOutput = {
    most,
    write: (lines, done) => {
      expect(pending, 'one write at a time').toBeUndefined();
      taken.push(lines.toString());
      pending = { lines, done };
    },
    writeNow: (lines) => void taken.push(`now ${lines.toString()}`),
    reopen: (done) => done(),
  };
  const writer = new LineWriter({
    output,
    complain: ({ message }) => complaints.push(message),
    lost: (count) => lost.push(count),
  });
  const done = (error?: Error) => {
    if (!pending) return;
    const { lines, done: settle } = pending;
    pending = undefined;
    expect(lines.toString(), 'nobody touches what is being written').toBe(taken.at(-1));
    settle(error);
  };
  return { writer, taken, complaints, lost, done };
}

const LINE = `${'x'.repeat(39)}\n`;

describe('LineWriter', () => {
  it('writes whole lines, as many at once as are best, one write at a time', () => {
    const { writer, taken, done } = open();
    for (let count = 0; count < 5; count++) writer.writeSoon(LINE);
    expect(taken).toEqual([LINE + LINE]);
    done();
    expect(taken).toEqual([LINE + LINE, LINE + LINE]);
    done();
    writer.write('last\n');
    expect(taken.slice(2)).toEqual([`${LINE}last\n`]);
  });

  it('gathers on while something is being written, and then writes what has to be written', () => {
    const { writer, taken, done } = open();
    writer.write('first\n');
    writer.write('due\n');
    writer.writeSoon('soon\n');
    done();
    expect(taken).toEqual(['first\n', 'due\nsoon\n']);
    writer.writeSoon('later\n');
    done();
    expect(taken).toHaveLength(2);
  });

  it('holds so much for whoever does not take it and no more, and tells what was lost when it is taken', () => {
    const { writer, taken, lost, done } = open();
    const big = `${'x'.repeat(1024 * 1024 - 1)}\n`;
    for (let count = 0; count < 10; count++) writer.write(big);
    for (let count = 0; count < 5; count++) done();
    expect(taken).toHaveLength(4);
    expect(lost).toEqual([6]);
    writer.write('after\n');
    expect(taken.at(-1)).toBe('after\n');
    done();
    expect([lost, writer.lost]).toEqual([[6], 6]);
  });

  it('goes on after a write that failed, and counts its lines as lost', () => {
    const { writer, taken, complaints, lost, done } = open();
    writer.writeSoon('a\n');
    writer.write('b\n');
    writer.write('c\n');
    done(new Error('no space'));
    done();
    expect(taken).toEqual(['a\nb\n', 'c\n']);
    expect(complaints).toEqual(['no space']);
    expect(lost).toEqual([2]);
  });

  it('puts lines together where they fit, and loses those that fit nowhere', () => {
    const { writer, taken } = open();
    const put = (line: LineBatch, text: string) => line.text(text);
    for (let count = 0; count < 3; count++) writer.compose(put, LINE);
    expect(taken).toEqual([LINE + LINE]);
    writer.compose(put, LINE.repeat(3));
    expect(writer.lost).toBe(1);
    writer.flushNow();
    expect(taken).toEqual([LINE + LINE, `now ${LINE}`]);
  });

  it('writes what nobody is writing yet when the process ends', () => {
    const { writer, taken } = open();
    writer.writeSoon('a\n');
    writer.flushNow();
    expect(taken).toEqual(['now a\n']);
  });

  it('writes everything that waits when the process ends', () => {
    const { writer, taken } = open();
    writer.write('a\n');
    writer.write('b\n');
    writer.writeSoon('c\n');
    writer.flushNow();
    expect(taken).toEqual(['a\n', 'now b\nc\n']);
  });
});
