import { command } from './command.js';
import { HOST_FLAG, type HostOption, moderate } from './moderate.js';

/** Takes back what `block` did; what was purged is fetched anew. */
export const unblock = command<HostOption>({
  usage: 'unblock [picture...]',
  about: 'unblock pictures, given by URI, link or hexadecimal, or all of a host',
  flags: [HOST_FLAG],
  run: (options, words) =>
    moderate(options, words, {
      verb: 'unblock',
      participle: 'unblocked',
      apply: async ({ moderation }, uri) => ({ change: await moderation.unblock(uri), removed: 0 }),
    }),
});
