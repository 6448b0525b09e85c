import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { Handover } from '../../../src/server/workers/handover.js';

describe('Handover', () => {
  let handover: Handover;
  let sockets: [Socket, Socket, Socket];
  /** What is to be called when each connection was sent, or could not be. */
  let outcomes: ((error: Error | null) => void)[];

  beforeEach(() => {
    outcomes = [];
    const send = (_message: object, _socket: Socket, _options: object, outcome: (error: Error | null) => void) =>
      outcomes.push(outcome) > 0;
    handover = new Handover({ send: send as ChildProcess['send'] });
    sockets = [new Socket(), new Socket(), new Socket()];
    for (const socket of sockets) handover.give(socket);
  });

  const open = () => sockets.map(({ destroyed }) => !destroyed);

  it('keeps connections open until they are taken, one after another', () => {
    outcomes.forEach((sent) => sent(null));
    expect(open()).toEqual([true, true, true]);
    handover.taken();
    expect(open()).toEqual([false, true, true]);
    handover.taken();
    expect(open()).toEqual([false, false, true]);
  });

  it('gives back at the end what was not sent, and closes what was on its way', () => {
    outcomes[0]?.(null);
    outcomes[1]?.(null);
    outcomes[2]?.(new Error('the worker is gone'));
    handover.taken();
    expect(handover.end()).toEqual([sockets[2]]);
    expect(open()).toEqual([false, false, true]);
  });

  it('gives back all when nothing was sent', () => {
    expect(handover.end()).toEqual(sockets);
    expect(open()).toEqual([true, true, true]);
  });
});
