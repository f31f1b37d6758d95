/** Names that nobody has used, for the values that rewrites add to a graph or to one of its bodies. */
import type { Graph } from './graph.ts'
import { definedNames } from './rewrite.ts'

/** Returns a name made of `hint` that is new each time. */
export type FreshName = (hint: string) => string

/** Fresh names for a graph: different from every name in it and in its bodies. */
export function freshNames(graph: Graph): FreshName {
  const used = new Set(definedNames(graph))
  const next = new Map<string, number>()
  return (hint) => {
    for (let i = next.get(hint) ?? 0; ; i++) {
      const name = i === 0 ? hint : `${hint}_${i}`
      if (used.has(name)) continue
      used.add(name)
      next.set(hint, i + 1)
      return name
    }
  }
}
