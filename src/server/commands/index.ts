import { block } from './block.js';
import { check } from './check.js';
import type { AddCommand } from './command.js';
import { declare } from './declare.js';
import { explain } from './explain.js';
import { latest } from './latest.js';
import { refresh } from './refresh.js';
import { unblock } from './unblock.js';
import { warm } from './warm.js';

export type { ExitCode, Invocation } from './command.js';

/** Every command, in the order of the help. */
export const COMMANDS: readonly AddCommand[] = [explain, block, unblock, refresh, latest, warm, declare, check];
