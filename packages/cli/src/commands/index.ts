import type { Command } from '../define-command.ts'
import { benchServe } from './bench-serve.ts'
import { check } from './check.ts'
import { convert } from './convert.ts'
import { doctor } from './doctor.ts'
import { explain } from './explain.ts'
import { inspect } from './inspect.ts'
import { keys } from './keys.ts'
import { lock } from './lock.ts'
import { run } from './run.ts'
import { serve } from './serve.ts'
import { sign } from './sign.ts'
import { trainReport } from './train-report.ts'
import { verify } from './verify.ts'

/** Every command, in the order of the help text. */
export const commands: readonly Command[] = [
  run,
  serve,
  keys,
  inspect,
  check,
  verify,
  doctor,
  convert,
  lock,
  sign,
  explain,
  benchServe,
  trainReport,
]

/** What stands before the name of a command that has two words. */
export const groups: Readonly<Record<string, string>> = {
  bench: 'Measures how fast something is',
  train: 'Shows how training went',
}
