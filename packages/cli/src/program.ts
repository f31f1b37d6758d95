/** Builds the command line from the command values. */
import { SlipwayError } from '@slipway/core'
import { Command as Commander, CommanderError, Option } from 'commander'
import { commands, groups } from './commands/index.ts'
import type { Command, CommandArgs, ExitCode } from './define-command.ts'
import { type Terminal, visible } from './io/terminal.ts'
import { version } from './version.ts'

type Parsed = Readonly<Record<string, string | boolean | string[] | undefined>>

/** Runs the command line and returns its exit code. Never throws. */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = 0
  const program = new Commander('slipway')
    .description('Takes trained models from the laboratory into production')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.warn(text.trimEnd()),
    })
  for (const command of commands) {
    groupOf(program, command).addCommand(
      toCommander(program, command, async (args) => {
        code = await command.run(args, terminal)
      }),
    )
  }
  try {
    await program.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    return failure(error, terminal)
  }
}

/** The parent of a command: the program, or the group that the first of two words names. */
function groupOf(program: Commander, { name }: Command): Commander {
  const [group, own] = name.split(' ')
  if (own === undefined) return program
  const known = program.commands.find((one) => one.name() === group)
  if (known) return known
  const made = new Commander(group).copyInheritedSettings(program).description(groups[group!]!)
  program.addCommand(made)
  return made
}

function toCommander(
  program: Commander,
  command: Command,
  run: (args: CommandArgs) => Promise<void>,
): Commander {
  const made = new Commander(command.name.split(' ').at(-1))
    .copyInheritedSettings(program)
    .description(command.about)
    .exitOverride()
    .showHelpAfterError('(slipway help for the commands)')
  for (const { name, about } of command.arguments) made.argument(name, about)
  for (const { flags, about, repeatable, fallback } of command.options) {
    const option = new Option(flags, about)
    if (repeatable) option.argParser((value: string, all: string[] | undefined) => [...(all ?? []), value])
    if (fallback !== undefined) option.default(fallback)
    made.addOption(option)
  }
  made.addHelpText('after', `\nExamples:\n${command.examples.map((line) => `  ${line}`).join('\n')}`)
  made.action(async () => run(argsOf(made.args, made.opts<Parsed>())))
  return made
}

function argsOf(positional: readonly string[], parsed: Parsed): CommandArgs {
  return {
    positional,
    text: (name) => {
      const value = parsed[name]
      return typeof value === 'string' ? value : undefined
    },
    list: (name) => {
      const value = parsed[name]
      return Array.isArray(value) ? value : []
    },
    flag: (name) => parsed[name] === true,
  }
}

function failure(error: unknown, terminal: Terminal): ExitCode {
  // Commander has printed its own message; help and version end with exit code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof SlipwayError) {
    terminal.warn(visible(error.message))
    return error.code === 'SLP-F4' || error.code === 'SLP-F7' || error.code === 'SLP-O3' ? 3 : 2
  }
  terminal.warn(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return 2
}
