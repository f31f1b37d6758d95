import { processTerminal } from './io/terminal.ts'
import { runProgram } from './program.ts'

/** The command line of a process: Ctrl-C aborts the running command, a second one ends the process. */
export async function main(argv: readonly string[]): Promise<number> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)))
  }
  return runProgram(argv, processTerminal(stop.signal))
}
