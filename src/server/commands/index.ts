import { check } from './check.js';
import type { AddCommand } from './command.js';
import { declare } from './declare.js';

export type { ExitCode, Invocation } from './command.js';

/** Every command, in the order of the help. */
export const COMMANDS: readonly AddCommand[] = [check, declare];
