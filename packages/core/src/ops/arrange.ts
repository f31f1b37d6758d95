/** Between the positional lists of a node and the named arguments of its definition. */
import { SlipwayError } from '../base/errors.ts'
import type { Params } from './param.ts'

/** One value, none, or a list for a variadic parameter. */
export type Arranged<T> = Readonly<Record<string, T | undefined | readonly T[]>>

/** Positional arguments by parameter name. Throws SLP-O5 where their number is wrong. */
export function arrange<T>(
  params: Params,
  list: readonly (T | undefined)[],
  what: 'input' | 'output',
): Arranged<T> {
  const arranged: Record<string, T | undefined | readonly T[]> = {}
  let taken = 0
  let most = 0
  for (const name in params) {
    const param = params[name]!
    most += 1
    if (param.arity === 'variadic') {
      const rest = list.slice(taken).filter((item) => item !== undefined) as T[] // the filter removed undefined
      if (rest.length < param.least)
        throw wrongCount(what, `${name} needs at least ${param.least}`, rest.length)
      arranged[name] = rest
      taken = list.length
      continue
    }
    const item = list[taken++]
    if (item === undefined && param.arity === 'single')
      throw wrongCount(what, `${name} is required`, list.length)
    arranged[name] = item
  }
  for (let i = taken; i < list.length; i++)
    if (list[i] !== undefined) throw wrongCount(what, `there are at most ${most}`, list.length)
  return arranged
}

function wrongCount(what: string, rule: string, got: number): SlipwayError {
  return new SlipwayError('SLP-O5', `Cannot use ${what}s: ${rule}, got ${got} ${what}s`)
}

/** Named results as the positional list of a node with `count` outputs. */
export function flatten<T>(
  params: Params,
  results: Readonly<Record<string, T | undefined | readonly (T | undefined)[]>>,
  count: number,
): (T | undefined)[] {
  const list = Object.entries(params).flatMap(([name, param]): readonly (T | undefined)[] => {
    const result = results[name]
    return param.arity === 'variadic' ? (result as readonly T[]) : [result as T | undefined] // arity decides the form
  })
  return Array.from({ length: count }, (_, i) => list[i])
}
