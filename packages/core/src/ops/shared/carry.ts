/** Facts about the state of a loop: what is true before every iteration and after the last. */
import type { Dim } from '../../base/dim.ts'
import { typeText, type ValueType } from '../../base/value.ts'
import type { InferContext } from '../define.ts'
import type { Fact } from '../fact.ts'
import { refuse } from '../refuse.ts'
import { type FreshAxis, mergeTypes, mergeValues, withoutSizes } from './merge.ts'
import { trackedOf } from './tracked.ts'

export interface Carried {
  /** True before every iteration; sizes that change have names of their own. */
  readonly state: readonly Fact[]
  /** Of the body's outputs, given that state. */
  readonly results: readonly (Fact | undefined)[]
}

/**
 * Runs a body's inference until the state no longer widens: first with all that is known of the initial state, then
 * without what an iteration changes. The first outputs of the body are the next state.
 */
export function carry(
  initial: readonly Fact[],
  run: (state: readonly Fact[]) => readonly (Fact | undefined)[],
  { freshDim }: InferContext,
): Carried {
  // One name per state and axis, however often the body runs, so that the names settle.
  const names = new Map<string, Dim>()
  const nameOf = (index: number, axis: number): Dim => {
    const key = `${index}.${axis}`
    const name = names.get(key) ?? freshDim(`state${index}`)
    names.set(key, name)
    return name
  }
  let state: readonly Fact[] = initial.map((fact) => ({ type: fact.type, value: trackedOf(fact) }))
  // Ends: each round forgets at least one size, rank or value, and nothing is learnt again.
  for (;;) {
    const results = run(state)
    const next = state.map((fact, i) => widen(fact, results[i], (axis) => nameOf(i, axis)))
    if (next.every((fact, i) => sameKnowledge(fact, state[i]!))) return { state: next, results }
    state = next
  }
}

/** Facts of the state after the loop, which may have run no iteration. */
export function finalFacts(
  initial: readonly Fact[],
  { results }: Carried,
  { freshDim }: InferContext,
): readonly Fact[] {
  return initial.map((fact, i) => {
    const result = results[i]
    if (!result) return { type: withoutSizes(fact.type) }
    const type = mergeTypes(fact.type, result.type, () => freshDim(`final${i}`))
    // An optional that the body unwraps: the body's type is what the node declares.
    return { type: type ?? result.type, value: mergeValues(fact, result) }
  })
}

function widen(before: Fact, after: Fact | undefined, fresh: FreshAxis): Fact {
  if (!after) return { type: withoutSizes(before.type) }
  return { type: widenType(before.type, after.type, fresh), value: mergeValues(before, after) }
}

function widenType(before: ValueType, after: ValueType, fresh: FreshAxis): ValueType {
  const same = mergeTypes(before, after, fresh)
  if (same) return same
  // A body may take an optional and give its element back.
  const element = before.kind === 'optional' ? mergeTypes(before.element, after, fresh) : undefined
  if (element) return { kind: 'optional', element }
  return refuse(`the body must keep the type of its state, ${typeText(before)}`, typeText(after))
}

function sameKnowledge(a: Fact, b: Fact): boolean {
  return typeText(a.type) === typeText(b.type) && (a.value !== undefined) === (b.value !== undefined)
}
