/** The ways back through recurrent layers as Scans of elementwise operators and products. */
import type { DType } from '../../base/dtype.ts'
import { type GraphBuilder, graphBuilder } from '../../ir/builder.ts'

export interface BackNames {
  readonly R: string
  readonly dY?: string | undefined
  readonly dY_h?: string | undefined
  readonly dtype: DType
  readonly reverse: number
  /** [batch, hidden], of which zeros can be made. */
  readonly zerosLike: string
}

export interface BackStep {
  readonly b: GraphBuilder
  /** Slices of the sequences, in order. */
  readonly slices: readonly string[]
  /** The gradient of the hidden state, and that of the cell state. */
  readonly hidden: string
  readonly state: string | undefined
}

interface BackResults {
  /** What is stacked; the last is multiplied by the recurrent weights. */
  readonly made: readonly string[]
  readonly carried?: string
  readonly state?: string
}

/** Runs back through the steps; gives what is stacked, then the gradients of the initial states. */
export function scanBack(
  b: GraphBuilder,
  names: BackNames,
  sequences: readonly string[],
  lastState: string | undefined,
  step: (step: BackStep) => BackResults,
): { readonly made: readonly string[]; readonly hidden: string; readonly state: string | undefined } {
  const zeros = () => b.node('Mul', [names.zerosLike, b.literal(names.dtype, 0)])
  const read = names.dY === undefined ? sequences : [...sequences, names.dY]
  const inner = graphBuilder({ name: 'step', prefix: `${b.fresh('step')}/` })
  const input = (hint: string) => inner.input(inner.fresh(hint), { kind: 'tensor', dtype: names.dtype })
  const before = input('hidden')
  const state = lastState === undefined ? undefined : input('state')
  const slices = read.map((_, i) => input(`slice${i}`))
  const dy = names.dY === undefined ? undefined : slices.at(-1)!
  const hidden = dy === undefined ? before : inner.node('Add', [before, dy])
  const { made, carried, state: next } = step({ b: inner, slices, hidden, state })
  const product = inner.node('MatMul', [made.at(-1)!, names.R])
  const after = carried === undefined ? product : inner.node('Add', [carried, product])
  const states = [names.dY_h ?? zeros(), ...(lastState === undefined ? [] : [lastState])]
  const direction = names.reverse ? 0 : 1
  const results = b.nodes(
    'Scan',
    [...states, ...read],
    {
      body: inner.build([after, ...(next === undefined ? [] : [next]), ...made]),
      num_scan_inputs: read.length,
      scan_input_directions: read.map(() => direction),
      scan_output_directions: made.map(() => direction),
    },
    { outputs: states.length + made.length },
  )
  return { made: results.slice(states.length), hidden: results[0]!, state: lastState && results[1] }
}

/** The cell states of an LSTM before and after each step. */
export function scanStates(
  b: GraphBuilder,
  first: string,
  [input, forget, cell]: readonly [string, string, string],
  { dtype, reverse }: Pick<BackNames, 'dtype' | 'reverse'>,
): readonly [before: string, now: string] {
  const inner = graphBuilder({ name: 'cell', prefix: `${b.fresh('cell')}/` })
  const [c, i, f, g] = ['c', 'i', 'f', 'g'].map((name) =>
    inner.input(inner.fresh(name), { kind: 'tensor', dtype }),
  )
  const next = inner.node('Add', [inner.node('Mul', [f, c]), inner.node('Mul', [i, g])])
  const body = inner.build([next, inner.node('Identity', [c]), inner.node('Identity', [next])])
  const directions = (count: number) => Array.from({ length: count }, () => (reverse ? 1 : 0))
  const [, before, now] = b.nodes(
    'Scan',
    [first, input, forget, cell],
    { body, num_scan_inputs: 3, scan_input_directions: directions(3), scan_output_directions: directions(2) },
    { outputs: 3 },
  ) as [string, string, string] // as many as asked for
  return [before, now]
}

/** Formulas of a step. */
export function formulas(b: GraphBuilder, dtype: DType) {
  const mul = (first: string, ...rest: readonly string[]) =>
    rest.reduce((product, x) => b.node('Mul', [product, x]), first)
  return {
    mul,
    add: (x: string, y: string) => b.node('Add', [x, y]),
    sub: (x: string, y: string) => b.node('Sub', [x, y]),
    /** 1 - x */
    rest: (x: string) => b.node('Sub', [b.literal(dtype, 1), x]),
    join: (list: readonly string[]) => b.node('Concat', list, { axis: -1 }),
  }
}

/** Equal parts along the last axis. */
export function sections(b: GraphBuilder, x: string, count: number): readonly string[] {
  return b.nodes('Split', [x], { axis: -1, num_outputs: count }, { outputs: count })
}
