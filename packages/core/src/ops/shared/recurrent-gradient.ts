/** What the gradients of LSTM, GRU and RNN share: one direction, time first, [steps, batch, …]. */
import type { Dim } from '../../base/dim.ts'
import { mulDims } from '../../base/dim.ts'
import { type WideTensor, wide } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { type TensorFact, tensorFact } from '../fact.ts'
import { maybe, one } from '../param.ts'
import { floatsOf } from './elements.ts'
import { requireShape } from './require.ts'

/** The recurrent weights, and the gradients of all and of the last hidden states. */
export const gradientInputs = { R: one('T'), dY: maybe('T'), dY_h: maybe('T') }
/** 1 where time runs backward. */
export const gradientAttrs = { reverse: attr.int(0) }

/** Facts of rows with so many sections, and of a state; checks what all gradients have. Throws SLP-O2. */
export function gradientFacts(
  {
    R,
    dY,
    dY_h,
  }: { readonly R: TensorFact; readonly dY: TensorFact | undefined; readonly dY_h: TensorFact | undefined },
  operands: Readonly<Record<string, readonly [TensorFact, sections: number]>>,
  gates: number,
) {
  const [first] = Object.values(operands)[0]!
  const [steps, batch] = [first.shape?.[0], first.shape?.[1]]
  const size = R.shape?.[1]
  const times = (sections: number): Dim | undefined => size && mulDims(size, sections)
  requireShape('R', R, [times(gates), size])
  for (const [name, [fact, sections]] of Object.entries(operands))
    requireShape(name, fact, [steps, batch, times(sections)])
  requireShape('dY', dY, [steps, batch, size])
  requireShape('dY_h', dY_h, [batch, size])
  const fact = (...sizes: readonly (Dim | undefined)[]) =>
    tensorFact(R.dtype, sizes.every((one) => one !== undefined) ? (sizes as readonly Dim[]) : undefined) // as asked
  return {
    rows: (sections: number) => fact(steps, batch, times(sections)),
    state: fact(batch, size),
    stateShape: [batch, size] as const,
  }
}

/** One hidden unit of one sequence at one step. */
export interface GradientUnit {
  /** What the operand has in its section. */
  given(operand: number, section: number): number
  readonly hidden: number
  readonly state: { readonly gradient: number; readonly now: number; readonly before: number }
}

/** The gradients of all sections of all results, and what goes to the hidden and the cell state before. */
export type GradientStep = (unit: GradientUnit) => {
  readonly made: readonly (readonly number[])[]
  readonly carried?: number
  readonly state?: number
}

export interface GradientWalk {
  readonly R: WideTensor
  readonly dY: WideTensor | undefined
  readonly dY_h: WideTensor | undefined
  readonly dY_c?: WideTensor | undefined
  readonly reverse: number
  readonly given: readonly Float64Array[]
  readonly steps: number
  readonly batch: number
  /** Cell states of all steps, and those before the first. */
  readonly states?: { readonly all: Float64Array; readonly first: Float64Array }
  /** Sections of each result. */
  readonly made: readonly number[]
  readonly checkCancelled: () => void
}

/** Walks back through the steps of all sequences. */
export function walkBack(walk: GradientWalk, step: GradientStep) {
  const { R, dY, dY_h, dY_c, reverse, steps, batch } = walk
  const size = R.shape[1]!
  const results = walk.made.map((sections) => new Float64Array(steps * batch * sections * size))
  const start = (x: WideTensor | undefined) => (x ? floatsOf(x).slice() : new Float64Array(batch * size))
  const [hidden, state] = [start(dY_h), start(dY_c)]
  const dy = dY && floatsOf(dY)
  for (let i = 0; i < steps; i++) {
    walk.checkCancelled()
    const time = reverse ? i : steps - 1 - i
    const before = reverse ? time + 1 : time - 1
    for (let n = 0; n < batch; n++) {
      const row = time * batch + n
      for (let j = 0; j < size; j++) {
        const [at, own] = [row * size + j, n * size + j]
        const { all, first } = walk.states ?? {}
        const result = step({
          given: (k, s) => {
            const list = walk.given[k]!
            return list[row * (list.length / (steps * batch)) + s * size + j]!
          },
          hidden: hidden[own]! + (dy ? dy[at]! : 0),
          state: {
            gradient: state[own]!,
            now: all?.[at] ?? 0,
            before:
              (before >= 0 && before < steps ? all?.[(before * batch + n) * size + j] : first?.[own]) ?? 0,
          },
        })
        result.made.forEach((list, k) => {
          list.forEach((value, s) => {
            results[k]![(row * list.length + s) * size + j] = value
          })
        })
        hidden[own] = result.carried ?? 0
        state[own] = result.state ?? 0
      }
      addProduct(hidden.subarray(n * size, (n + 1) * size), results.at(-1)!, row, floatsOf(R))
    }
  }
  const stateOf = (data: Float64Array) => wide(R.dtype, [batch, size], data)
  const made = results.map((data, k) => wide(R.dtype, [steps, batch, walk.made[k]! * size], data))
  return { made, hidden: stateOf(hidden), state: stateOf(state) }
}

/** out += the row-th row of the gates × weights. */
function addProduct(out: Float64Array, gates: Float64Array, row: number, weights: Float64Array): void {
  const depth = weights.length / out.length
  for (let k = 0; k < depth; k++) {
    const value = gates[row * depth + k]!
    for (let j = 0; j < out.length; j++) out[j] = out[j]! + value * weights[k * out.length + j]!
  }
}
