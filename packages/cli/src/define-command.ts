/** A command of the command line as one value; `program.ts` hands them to the parser. */
import type { Terminal } from './io/terminal.ts'

/** 0 ok · 1 findings · 2 usage, input or output · 3 not supported by the target. */
export type ExitCode = 0 | 1 | 2 | 3

export interface OptionSpec {
  /** As commander writes it: `--input <name=value>`. */
  readonly flags: string
  readonly about: string
  readonly repeatable?: boolean
  readonly fallback?: string
}

export interface CommandArgs {
  /** Positional arguments in order. */
  readonly positional: readonly string[]
  /** The last value of an option, or undefined. */
  text(name: string): string | undefined
  /** All values of a repeatable option. */
  list(name: string): readonly string[]
  flag(name: string): boolean
}

export interface Command {
  /** One word, or two for a command of a group: `bench serve`. */
  readonly name: string
  readonly about: string
  /** Positional arguments as commander writes them: `<model>`. */
  readonly arguments: readonly { readonly name: string; readonly about: string }[]
  readonly options: readonly OptionSpec[]
  readonly examples: readonly string[]
  run(args: CommandArgs, terminal: Terminal): Promise<ExitCode>
}

export function defineCommand(command: Command): Command {
  return command
}
