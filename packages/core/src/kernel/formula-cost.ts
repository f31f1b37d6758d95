/** How long a formula takes, roughly, so that work can be split into tasks of a good size. */

import { everyPart, type Formula } from './formula.ts'
import { has32BitLanes } from './register.ts'

/** Nanoseconds of a task. */
const taskTime = 50_000

const slow: ReadonlySet<string> = new Set([
  'exp',
  'expm1',
  'log',
  'log1p',
  'tanh',
  'erf',
  'sigmoid',
  'div',
  'sqrt',
])
const slower: ReadonlySet<string> = new Set([
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'asinh',
  'acosh',
  'atanh',
  'pow',
  'rem',
])

function partCost(part: Formula): number {
  if (part.kind === 'constant') return 0
  const operation = part.kind === 'unary' || part.kind === 'binary' ? part.operation : ''
  const base = slower.has(operation) ? 12 : slow.has(operation) ? 1.5 : 0.2
  return has32BitLanes(part.dtype) ? base : 4 * base
}

/** Nanoseconds per element. */
export const elementCost = (formula: Formula): number =>
  0.2 + everyPart(formula).reduce((sum, part) => sum + partCost(part), 0)

/** True for formulas of few instructions, which are better emitted several times than looped over. */
export const isLight = (formula: Formula): boolean => elementCost(formula) < 1.8

/** Elements of one task, where `total` cost `each` nanoseconds: all of them where that is little work. */
export function elementsPerTask(total: number, each: number, threads: number): number {
  const time = total * each
  if (time <= taskTime / 2) return Math.max(total, 1)
  const tasks = Math.max(Math.ceil(time / taskTime), Math.min(threads, Math.ceil(time / (taskTime / 4))))
  return Math.ceil(total / tasks)
}
