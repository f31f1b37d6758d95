/** What the gradients of LSTM, GRU and RNN share: a layer taken apart into its directions, time first, and put together. */
import { SlipwayError } from '../base/errors.ts'
import type { TypedBuilder } from '../ops/typed-builder.ts'
import type { Maths } from './maths.ts'

export interface LayerNames {
  readonly X: string
  readonly W: string
  readonly R: string
  readonly B?: string | undefined
  readonly sequence_lens?: string | undefined
  readonly initial_h?: string | undefined
}

export interface LayerSpec {
  readonly direction: 'forward' | 'reverse' | 'bidirectional'
  readonly layout: number
  readonly clip?: number | undefined
}

export interface LayerPassage {
  readonly b: TypedBuilder
  readonly m: Maths
  readonly inputs: LayerNames
  readonly attrs: LayerSpec
  readonly Y: string
  readonly dY: string | undefined
  readonly dY_h: string | undefined
}

/** One direction: all sequences are [steps, batch, features]. */
export interface Direction {
  readonly reverse: 0 | 1
  readonly index: number
  readonly x: string
  readonly y: string
  /** The hidden states before each step. */
  readonly before: string
  readonly w: string
  readonly r: string
  /** What is added to the products with the input, and with the hidden state. */
  readonly biases: readonly [string, string] | undefined
  readonly dY: string | undefined
  readonly dY_h: string | undefined
}

/** Gradients that one direction gives: of what the input and what the hidden state give to the gates. */
export interface DirectionGradients {
  readonly dInput: string
  readonly dRecurrent: string
  readonly dInitial: string
}

export interface Layer {
  readonly directions: readonly Direction[]
  /** A state of all directions, for one of them: [batch, hidden]. */
  stateOf(state: string, index: number): string
  /** States of all directions as one. */
  joinStates(states: readonly string[]): string
  /** Gradients of the inputs of the layer. */
  join(parts: readonly DirectionGradients[]): {
    readonly X: string
    readonly W: string
    readonly R: string
    readonly B: string | undefined
    readonly initial_h: string | undefined
  }
}

/** Throws SLP-A1 for what no gradient is computed of. */
export function refuseLayer(reason: string): never {
  throw new SlipwayError('SLP-A1', `Cannot differentiate recurrent layer: it has no gradient: ${reason}`, {
    remedy: 'Put stopGradient before it where none is meant to pass.',
  })
}

/** Takes a layer apart. Throws SLP-A1 for sequences of lengths of their own, and for clipped gates. */
export function layerOf({ b, m, inputs, attrs, Y, dY, dY_h }: LayerPassage): Layer {
  if (inputs.sequence_lens !== undefined) refuseLayer('its sequences have lengths of their own')
  if (attrs.clip !== undefined) refuseLayer('its gates are clipped')
  const count = attrs.direction === 'bidirectional' ? 2 : 1
  const batchFirst = attrs.layout === 1
  const pick = (x: string, axis: number, index: number) =>
    count === 1 ? m.squeeze(x, [axis]) : b.node('Gather', [x, b.literal('int64', index)], { axis })
  const x = batchFirst ? m.transpose(inputs.X, [1, 0, 2]) : inputs.X
  const sequence = (all: string, index: number) =>
    pick(batchFirst ? m.transpose(all, [1, 2, 0, 3]) : all, 1, index)
  const stateOf = (state: string, index: number) => pick(state, batchFirst ? 1 : 0, index)
  const join = (list: readonly string[], axis = 0) => {
    const rows = list.map((one) => m.unsqueeze(one, [axis]))
    return rows.length === 1 ? rows[0]! : b.node('Concat', rows, { axis })
  }
  const directions = Array.from({ length: count }, (_, index): Direction => {
    const reverse = attrs.direction === 'reverse' || index === 1 ? 1 : 0
    const y = sequence(Y, index)
    const first = inputs.initial_h && m.unsqueeze(stateOf(inputs.initial_h, index), [0])
    return {
      reverse,
      index,
      x,
      y,
      before: shifted(b, m, y, first, reverse),
      w: pick(inputs.W, 0, index),
      r: pick(inputs.R, 0, index),
      biases: inputs.B === undefined ? undefined : halves(b, pick(inputs.B, 0, index)),
      dY: dY && sequence(dY, index),
      dY_h: dY_h && stateOf(dY_h, index),
    }
  })
  const joinStates = (states: readonly string[]) => join(states, batchFirst ? 1 : 0)
  return {
    directions,
    stateOf,
    joinStates,
    join(parts) {
      const of = (make: (part: DirectionGradients, own: Direction) => string) =>
        parts.map((part, i) => make(part, directions[i]!))
      const dx = of(({ dInput }, { w }) => m.matmul(dInput, w)).reduce((sum, one) => m.add(sum, one))
      return {
        X: batchFirst ? m.transpose(dx, [1, 0, 2]) : dx,
        W: join(of(({ dInput }, own) => product(b, dInput, own.x))),
        R: join(of(({ dRecurrent }, own) => product(b, dRecurrent, own.before))),
        B: inputs.B && join(of((part) => biasGradient(b, m, part))),
        initial_h: inputs.initial_h && joinStates(parts.map(({ dInitial }) => dInitial)),
      }
    },
  }
}

/** What was there one step before each step. */
function shifted(b: TypedBuilder, m: Maths, y: string, first: string | undefined, reverse: number): string {
  const slice = (from: number, to: number) => b.node('Slice', [y, m.ints([from]), m.ints([to]), m.ints([0])])
  const start = first ?? m.fullLike(slice(0, 1), 0)
  const rest = reverse ? slice(1, 2 ** 31 - 1) : slice(0, -1)
  return b.node('Concat', reverse ? [rest, start] : [start, rest], { axis: 0 })
}

function halves(b: TypedBuilder, x: string): readonly [string, string] {
  return b.nodes('Split', [x], { axis: 0, num_outputs: 2 }, { outputs: 2 }) as [string, string] // two
}

/** gatesᵀ · features over all steps of all sequences. */
function product(b: TypedBuilder, gates: string, features: string): string {
  const rows = (x: string) => b.node('Flatten', [x], { axis: 2 })
  return b.node('Gemm', [rows(gates), rows(features)], { transA: 1 })
}

function biasGradient(b: TypedBuilder, m: Maths, { dInput, dRecurrent }: DirectionGradients): string {
  const input = m.sum(dInput, [0, 1], false)
  const recurrent = dRecurrent === dInput ? input : m.sum(dRecurrent, [0, 1], false)
  return b.node('Concat', [input, recurrent], { axis: 0 })
}

/** weights · x for each step of each sequence, and what is added to it. */
export function affine(m: Maths, x: string, weights: string, bias: string | undefined): string {
  const sum = m.matmul(x, m.transpose(weights, [1, 0]))
  return bias === undefined ? sum : m.add(sum, bias)
}
