import { type Command, Option } from 'commander';
import type { Options } from '../options.js';

/** 0: done. 1: not everything is well, or it did not work. 2: it could not run, or the command line is wrong. */
export type ExitCode = 0 | 1 | 2;

/** What a command line asks for. */
export interface Invocation {
  /** `serve`, or the name of a command. */
  readonly command: string;
  readonly options: Options;
  readonly run: () => Promise<ExitCode>;
}

/** What every command may be told, besides what the server may. */
export interface CommandOptions extends Options {
  /** One document for programs in place of lines for people. */
  readonly json: boolean;
}

interface CommandDefinition<Own> {
  /** Its name and its arguments, as commander writes them: `declare <uri...>`. */
  readonly usage: string;
  readonly about: string;
  /** Flags of its own; those of the server it has anyway. */
  readonly flags?: readonly Option[];
  readonly run: (options: CommandOptions & Own, words: readonly string[]) => Promise<ExitCode>;
}

/** Adds a command to a program, which then hands over what was asked for. */
export type AddCommand = (program: Command, invoke: (invocation: Invocation) => void) => Command;

export function command<Own = unknown>({ usage, about, flags = [], run }: CommandDefinition<Own>): AddCommand {
  return (program, invoke) => {
    const added = program.command(usage).description(about);
    for (const flag of [...flags, new Option('--json', 'print one JSON document').default(false)]) {
      added.addOption(flag);
    }
    return added.action(() => {
      const options = added.optsWithGlobals<CommandOptions & Own>();
      invoke({ command: added.name(), options, run: () => run(options, added.args) });
    });
  };
}
