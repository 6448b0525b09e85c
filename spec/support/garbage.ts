import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Whether nobody holds it any more. */
export async function isForgotten(reference: WeakRef<object>): Promise<boolean> {
  // What made or looked at it holds it until the end of its turn.
  await setImmediate();
  collect();
  return reference.deref() === undefined;
}
