import { stopSignal } from './io/stop-signal.ts'
import { processTerminal } from './io/terminal.ts'
import { runProgram } from './program.ts'

/** A reader that has seen enough, such as `head`, is no error; the command goes on to its own exit code. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

/** The command line of a process: Ctrl-C aborts the running command, a second one ends the process. */
export async function main(argv: readonly string[]): Promise<number> {
  const signal = stopSignal({
    source: process,
    nowMs: () => performance.now(),
    end: (by) => process.kill(process.pid, by),
  })
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)
  return runProgram(argv, processTerminal(signal))
}
