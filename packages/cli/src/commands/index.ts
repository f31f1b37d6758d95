import type { Command } from '../define-command.ts'
import { check } from './check.ts'
import { explain } from './explain.ts'
import { inspect } from './inspect.ts'
import { run } from './run.ts'

/** Every command, in the order of the help text. */
export const commands: readonly Command[] = [run, inspect, check, explain]
