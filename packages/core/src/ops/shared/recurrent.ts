/** What LSTM, GRU and RNN share: attributes, shapes, and the walk over directions, sequences and steps. */
import { type Dim, floorDivDims, mulDims } from '../../base/dim.ts'
import { type WideTensor, wide } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { type TensorFact, tensorFact } from '../fact.ts'
import { refuse, refuseValue } from '../refuse.ts'
import { floatsOf, integersOf } from './elements.ts'
import {
  type Activation,
  type ActivationSpec,
  activationsOf,
  type NamedActivation,
  namedActivations,
} from './recurrent-activation.ts'
import { requireShape, requireSize } from './require.ts'

export const recurrentAttrs = {
  direction: attr.oneOf(['forward', 'reverse', 'bidirectional'], 'forward'),
  hidden_size: attr.optional.int(),
  layout: attr.int(0),
  clip: attr.optional.float(),
  activation_alpha: attr.optional.floats(),
  activation_beta: attr.optional.floats(),
}

export interface RecurrentSpec {
  readonly direction: 'forward' | 'reverse' | 'bidirectional'
  readonly hidden_size?: number | undefined
  readonly layout: number
}

/** How many directions a layer has. */
export const directionsOf = ({ direction }: RecurrentSpec): number => (direction === 'bidirectional' ? 2 : 1)

export interface RecurrentFacts {
  readonly X: TensorFact
  readonly W: TensorFact
  readonly R: TensorFact
  readonly B: TensorFact | undefined
  readonly sequence_lens: TensorFact | undefined
  /** initial_h and initial_c, by name. */
  readonly initial: Readonly<Record<string, TensorFact | undefined>>
}

/** Types of Y and of a final state; checks all inputs. Throws SLP-O2. */
export function recurrentFacts(
  { X, W, R, B, sequence_lens, initial }: RecurrentFacts,
  spec: RecurrentSpec,
  gates: number,
  freshDim: (hint: string) => Dim,
): { Y: TensorFact; state: TensorFact; hidden: Dim } {
  requireShape('X', X, [undefined, undefined, undefined])
  const directions = directionsOf(spec)
  const hidden = hiddenSize(W, R, spec, gates) ?? freshDim('hidden')
  const rows = mulDims(hidden, gates)
  requireShape('W', W, [directions, rows, X.shape?.[2]])
  requireShape('R', R, [directions, rows, hidden])
  requireShape('B', B, [directions, mulDims(rows, 2)])
  const batchFirst = spec.layout === 1
  const [first, second] = [X.shape?.[0] ?? freshDim('steps'), X.shape?.[1] ?? freshDim('batch')]
  const [steps, batch] = batchFirst ? [second, first] : [first, second]
  requireShape('sequence_lens', sequence_lens, [batch])
  const stateShape = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden]
  for (const [name, fact] of Object.entries(initial)) requireShape(name, fact, stateShape)
  return {
    Y: tensorFact(
      X.dtype,
      batchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden],
    ),
    state: tensorFact(X.dtype, stateShape),
    hidden,
  }
}

function hiddenSize(
  W: TensorFact,
  R: TensorFact,
  { hidden_size }: RecurrentSpec,
  gates: number,
): Dim | undefined {
  requireSize('size 2 of R', R.shape?.[2], hidden_size)
  const rows = R.shape?.[1] ?? W.shape?.[1]
  return hidden_size ?? R.shape?.[2] ?? (rows === undefined ? undefined : floorDivDims(rows, gates))
}

/** The attributes that name activation functions, all of which may be left out. */
type ActivationAttrs = { readonly [K in keyof ActivationSpec]?: ActivationSpec[K] | undefined }

/** As many activation functions for each direction as `defaults` has. Throws SLP-O2 where there are fewer. */
export function directionActivations(
  spec: RecurrentSpec & ActivationAttrs,
  defaults: readonly string[],
): readonly (readonly Activation[])[] {
  return byDirection(spec, defaults, activationsOf)
}

/** The same as names with parameters. */
export function namedDirectionActivations(
  spec: RecurrentSpec & ActivationAttrs,
  defaults: readonly string[],
): readonly (readonly NamedActivation[])[] {
  return byDirection(spec, defaults, namedActivations)
}

function byDirection<T>(
  spec: RecurrentSpec & ActivationAttrs,
  defaults: readonly string[],
  list: (spec: ActivationSpec) => readonly T[],
): readonly (readonly T[])[] {
  const [directions, count] = [directionsOf(spec), defaults.length]
  const names = spec.activations ?? Array.from({ length: directions }, () => defaults).flat()
  if (names.length < count * directions) refuse(`activations must have ${count * directions} entries`, names)
  const functions = list({ ...spec, activations: names })
  return Array.from({ length: directions }, (_, d) => functions.slice(d * count, (d + 1) * count))
}

/** One direction's part of W, R and B, row-major. */
export interface CellWeights {
  readonly hidden: number
  /** [gates * hidden, hidden] */
  readonly r: Float64Array
  /** [gates * hidden] */
  readonly recurrentBias: Float64Array
}

/**
 * One step of one sequence: `input` is W x + Wb for all gates; `states` (h first) are replaced in place.
 */
export type Cell = (input: Float64Array, states: readonly Float64Array[], weights: CellWeights) => void

export interface RecurrentArgs {
  readonly X: WideTensor
  readonly W: WideTensor
  readonly R: WideTensor
  readonly B: WideTensor | undefined
  readonly sequence_lens: WideTensor | undefined
  /** Per state; an absent one starts at zero. */
  readonly initial: readonly (WideTensor | undefined)[]
  readonly spec: RecurrentSpec
  readonly checkCancelled: () => void
}

/** All hidden states, and the last of each kind of state. `cells` has one entry per direction. */
export function runRecurrent(
  { X, W, R, B, sequence_lens, initial, spec, checkCancelled }: RecurrentArgs,
  cells: readonly Cell[],
): { Y: WideTensor; states: readonly WideTensor[] } {
  const batchFirst = spec.layout === 1
  const [steps, batch] = batchFirst ? [X.shape[1]!, X.shape[0]!] : [X.shape[0]!, X.shape[1]!]
  const [inputs, rows, hidden] = [X.shape[2]!, R.shape[1]!, R.shape[2]!]
  const directions = directionsOf(spec)
  const lengths = sequenceLengths(sequence_lens, batch, steps)
  const x = floatsOf(X)
  const y = new Float64Array(steps * directions * batch * hidden)
  const finals = initial.map((state) =>
    state ? floatsOf(state).slice() : new Float64Array(directions * batch * hidden),
  )
  for (let d = 0; d < directions; d++) {
    const part = (all: WideTensor, size: number) => floatsOf(all).subarray(d * size, (d + 1) * size)
    const w = part(W, rows * inputs)
    const bias = B ? part(B, 2 * rows) : new Float64Array(2 * rows)
    const weights = { hidden, r: part(R, rows * hidden), recurrentBias: bias.subarray(rows) }
    const backward = spec.direction === 'reverse' || d === 1
    for (let n = 0; n < batch; n++) {
      checkCancelled()
      const at = (batchFirst ? n * directions + d : d * batch + n) * hidden
      const states = finals.map((state) => state.subarray(at, at + hidden))
      for (let i = 0; i < lengths[n]!; i++) {
        const t = backward ? lengths[n]! - 1 - i : i
        const start = (batchFirst ? n * steps + t : t * batch + n) * inputs
        cells[d]!(affine(w, x.subarray(start, start + inputs), bias.subarray(0, rows)), states, weights)
        const row = batchFirst ? (n * steps + t) * directions + d : (t * directions + d) * batch + n
        y.set(states[0]!, row * hidden)
      }
    }
  }
  const stateShape = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden]
  const shape = batchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden]
  return {
    Y: wide(X.dtype, shape, y),
    states: finals.map((state) => wide(X.dtype, stateShape, state)),
  }
}

function sequenceLengths(lens: WideTensor | undefined, batch: number, steps: number): readonly number[] {
  const lengths = lens ? integersOf(lens) : new Array<number>(batch).fill(steps)
  if (lengths.some((length) => length < 0 || length > steps)) {
    refuseValue(`sequence_lens must lie in [0, ${steps}]`, lengths)
  }
  return lengths
}

/** matrix × vector + bias for a row-major matrix. */
export function affine(matrix: Float64Array, vector: Float64Array, bias: Float64Array): Float64Array {
  const out = bias.slice()
  for (let row = 0; row < out.length; row++) {
    let sum = out[row]!
    const start = row * vector.length
    for (let i = 0; i < vector.length; i++) sum += matrix[start + i]! * vector[i]!
    out[row] = sum
  }
  return out
}
