/**
 * What waits for each other at most, so that the first is not late for the sake of hundreds. A request leaves some 12 kB of objects
 * behind until it is answered: those of 16 fit into a processor's own cache (512 KiB, say) with some large pictures, those of 64 do not.
 */
const MOST = 16;

const waiting: (() => void)[] = [];

/**
 * Sends an answer together with others, in the order in which they are ready, when all that came in this turn of the
 * event loop has been looked at, or as many are ready as may wait.
 *
 * An answer that is sent by itself wakes its client, which costs about as much as to make it, and that one asks again
 * before the next is made: a server under load would find no more than one or two requests in each turn for ever. Answers
 * that are sent one right after the other find a client awake, and the next turn finds as many requests.
 *
 * @param send Runs outside of the asynchronous context of its request. What it throws ends the process, as what nobody
 *   catches does, after the others were sent.
 */
export function atEndOfTurn(send: () => void): void {
  if (waiting.length === 0) setImmediate(sendAll);
  waiting.push(send);
  if (waiting.length === MOST) sendAll();
}

function sendAll(): void {
  for (const send of waiting.splice(0)) {
    try {
      send();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
