/** Follows all ways through an expression at once, so that time is linear in the text. */
import type { CharacterTest, PlaceTest, Syntax } from './syntax.ts'

/** A state by its index in the list of all. */
type State =
  | { readonly kind: 'character'; readonly test: CharacterTest; readonly next: number }
  | { readonly kind: 'place'; readonly test: PlaceTest; readonly next: number }
  | { readonly kind: 'fork'; readonly next: number[] }

const accepted = -1
/** Patterns of repetitions side by side grow without a bound otherwise. */
const mostStates = 1_000_000

/** Whether all of a text matches. Calls `fail` where the expression has too many states. */
export function automaton(syntax: Syntax, fail: (reason: string) => never): (text: string) => boolean {
  const states: State[] = []
  const add = (state: State): number => {
    if (states.length === mostStates) fail(`at most ${mostStates} states`)
    return states.push(state) - 1
  }
  const start = build(syntax, accepted, add)
  return (text) => follow(states, start, [...text])
}

type Add = (state: State) => number

/** Adds the states of a part from behind; the result is where it begins. */
function build(syntax: Syntax, next: number, add: Add): number {
  switch (syntax.kind) {
    case 'character':
      return add({ kind: 'character', test: syntax.test, next })
    case 'place':
      return add({ kind: 'place', test: syntax.test, next })
    case 'sequence':
      return syntax.parts.reduceRight((behind, part) => build(part, behind, add), next)
    case 'choice': {
      const [first, ...others] = syntax.parts.map((part) => build(part, next, add))
      return others.length === 0 ? first! : add({ kind: 'fork', next: [first!, ...others] })
    }
    case 'repeat':
      return buildRepeat(syntax, next, add)
    default:
      return syntax satisfies never
  }
}

function buildRepeat(
  { part, least, most }: Extract<Syntax, { kind: 'repeat' }>,
  next: number,
  add: Add,
): number {
  let entry = next
  if (most === Number.POSITIVE_INFINITY) {
    const ways = [next]
    entry = add({ kind: 'fork', next: ways })
    ways.push(build(part, entry, add))
  } else
    for (let i = least; i < most; i++) entry = add({ kind: 'fork', next: [build(part, entry, add), next] })
  for (let i = 0; i < least; i++) entry = build(part, entry, add)
  return entry
}

function follow(states: readonly State[], start: number, characters: readonly string[]): boolean {
  // The step at which a state was last reached.
  const reached = new Uint32Array(states.length)
  let waiting = [start]
  for (let step = 1; ; step++) {
    const before = characters[step - 2]
    const after = characters[step - 1]
    const following: number[] = []
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      if (index === accepted) {
        if (after === undefined) return true
        continue
      }
      if (reached[index] === step) continue
      reached[index] = step
      const state = states[index]!
      if (state.kind === 'fork') waiting.push(...state.next)
      else if (state.kind === 'place') {
        if (state.test(before, after)) waiting.push(state.next)
      } else if (after !== undefined && state.test(after)) following.push(state.next)
    }
    if (following.length === 0) return false
    waiting = following
  }
}
