/** The cells of LSTM, GRU and RNN on the way back, four hidden units at a time. */
import { f32x4, i32, type Local, op, select } from '../../wasm/index.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../kernel.ts'
import { type Target, targetKey } from '../target.ts'
import { emitActivation } from './activation.ts'
import type { GradientCell } from './recurrent-gradient.ts'
import { madd, overRow, overTask, plus, storeSome, times, type V128, vector } from './vectors.ts'

const mul = (a: V128, b: V128) => op('f32x4.mul', a, b)
const add = (a: V128, b: V128) => op('f32x4.add', a, b)
const sub = (a: V128, b: V128) => op('f32x4.sub', a, b)
const rest = (x: V128) => sub(f32x4(1), x)
type Emitter = Pick<KernelBuilder, 'm' | 'f' | 'target'>
const sigmoid = (k: Emitter, x: V128) => emitActivation(k, { name: 'Sigmoid', alpha: 0, beta: 0 }, x)
const tanh = (k: Emitter, x: V128) => emitActivation(k, { name: 'Tanh', alpha: 0, beta: 0 }, x)

/** Operand: the gates behind their functions, in the order input, output, forget, cell. */
export const lstmGradientCell: GradientCell = {
  key: 'lstm',
  given: [4],
  made: [4],
  hasState: true,
  carries: false,
  emit(k, { given, hidden, state }) {
    const { f } = k
    const gate = (s: number) => f.let(given(0, s))
    const [i, o, kept, g] = [gate(0), gate(1), gate(2), gate(3)] as const
    const shown = f.let(tanh(k, state.now))
    const through = mul(mul(hidden, o), rest(mul(shown, shown)))
    const dc = f.let(add(state.gradient, through))
    return {
      made: [
        [
          mul(mul(dc, g), mul(i, rest(i))),
          mul(mul(hidden, shown), mul(o, rest(o))),
          mul(mul(dc, state.before), mul(kept, rest(kept))),
          mul(mul(dc, i), rest(mul(g, g))),
        ],
      ],
      state: mul(dc, kept),
    }
  },
}

/**
 * Operands: what the input and what the hidden state give to the gates, update, reset, hidden, and the hidden state before.
 * Results: the gradients of the two former.
 */
export const gruGradientCell: GradientCell = {
  key: 'gru',
  given: [3, 3, 1],
  made: [3, 3],
  hasState: false,
  carries: true,
  emit(k, { given, hidden }) {
    const { f, target } = k
    const z = f.let(sigmoid(k, add(given(0, 0), given(1, 0))))
    const r = f.let(sigmoid(k, add(given(0, 1), given(1, 1))))
    const own = f.let(given(1, 2))
    const n = f.let(tanh(k, madd(target, r, own, given(0, 2))))
    const dn = f.let(mul(mul(hidden, rest(z)), rest(mul(n, n))))
    const dz = f.let(mul(mul(hidden, sub(given(2, 0), n)), mul(z, rest(z))))
    const dr = f.let(mul(mul(dn, own), mul(r, rest(r))))
    return {
      made: [
        [dz, dr, dn],
        [dz, dr, mul(dn, r)],
      ],
      carried: mul(hidden, z),
    }
  },
}

/** Slopes of the functions of simple cells by their values. */
const slopes = {
  Tanh: (y: V128) => rest(mul(y, y)),
  Sigmoid: (y: V128) => mul(y, rest(y)),
  Relu: (y: V128) => op('v128.and', op('f32x4.gt', y, f32x4(0)), f32x4(1)),
} as const

export type SimpleActivation = keyof typeof slopes

/** Operand: the hidden states. */
export function rnnGradientCell(activation: SimpleActivation): GradientCell {
  return {
    key: `rnn-${activation}`,
    given: [1],
    made: [1],
    hasState: false,
    carries: false,
    emit: ({ f }, { given, hidden }) => ({ made: [[mul(hidden, slopes[activation](f.let(given(0, 0))))]] }),
  }
}

const stateParams = {
  gates: 'in',
  first: 'in',
  values: 'out',
  states: 'out',
  size: 'i32',
  rows: 'i32',
  rowsPerTask: 'i32',
  steps: 'i32',
  isReverse: 'i32',
} as const

/** The gates of an LSTM behind their functions, and its cell states. */
export function lstmStates(target: Target): Kernel<typeof stateParams> {
  return defineKernel({
    key: `lstm-states-${targetKey(target)}`,
    params: stateParams,
    emit(k) {
      const { f, arg } = k
      const bytes = f.let(times(arg('size'), 4))
      const step = f.local('i32')
      overTask(f, k.task, arg('rowsPerTask'), arg('rows'), (row) => {
        const before = f.let(plus(arg('first'), op('i32.mul', row, bytes)))
        f.for(step, 0, f.let(arg('steps')), 1, () => {
          const back = op('i32.sub', op('i32.sub', arg('steps'), i32(1)), step)
          const time = select(back, step, arg('isReverse'))
          const at = f.let(op('i32.mul', plus(op('i32.mul', time, arg('rows')), row), bytes))
          emitStates(k, at, before, bytes)
          f.set(before, plus(arg('states'), at))
        })
      })
    },
  })
}

function emitStates(
  k: KernelBuilder<typeof stateParams>,
  at: Local<'i32'>,
  start: Local<'i32'>,
  bytes: Local<'i32'>,
): void {
  const { f, arg, target } = k
  const gates = f.let(plus(arg('gates'), times(at, 4)))
  const values = f.let(plus(arg('values'), times(at, 4)))
  const state = f.let(plus(arg('states'), at))
  const before = f.let(start)
  overRow(f, arg('size'), [gates, values, state, before], (left) => {
    const section = (base: Local<'i32'>, s: number) => plus(base, times(bytes, s))
    const [i, o, kept, g] = [0, 1, 2, 3].map((s) => {
      const sum = vector(section(gates, s))
      return f.let(s === 3 ? tanh(k, sum) : sigmoid(k, sum))
    }) as [Local<'v128'>, Local<'v128'>, Local<'v128'>, Local<'v128'>] // four
    ;[i, o, kept, g].forEach((value, s) => storeSome(f, section(values, s), value, left))
    storeSome(f, state, madd(target, kept, vector(before), mul(i, g)), left)
  })
}
