/** The cells of LSTM, GRU and RNN, on four hidden units at a time. */
import { f32x4, op } from '../../wasm/index.ts'
import { type Activation, activationKey, emitActivation } from './activation.ts'
import type { Cell } from './recurrent-form.ts'
import { madd, type V128 } from './vectors.ts'

const mul = (a: V128, b: V128) => op('f32x4.mul', a, b)
const keyOf = (activations: readonly Activation[]) => activations.map(activationKey).join(',')

export interface LstmForm {
  /** Of the gates, of the new cell state, and of the cell state on its way out. */
  readonly activations: readonly [Activation, Activation, Activation]
  readonly peepholes: boolean
  /** forget = 1 - input. */
  readonly coupled: boolean
}

/** Gates in the order input, output, forget, cell; peepholes in the order input, output, forget. */
export function lstmCell({ activations, peepholes, coupled }: LstmForm): Cell {
  const [gate, fresh, out] = activations
  return {
    key: `lstm-${keyOf(activations)}${peepholes ? '-peepholes' : ''}${coupled ? '-coupled' : ''}`,
    form: { gates: 4, units: 1 },
    constants: peepholes ? 3 : 0,
    apart: [],
    hasState: true,
    emit(k, { gates, state, constant }) {
      const { f, target } = k
      const [input, output, forget, cell] = gates as readonly [V128, V128, V128, V128] // one per gate
      const peep = (sum: V128, i: number, c: V128) => (peepholes ? madd(target, constant(i), c, sum) : sum)
      const open = emitActivation(k, gate, peep(input, 0, state))
      const kept = f.let(
        coupled ? op('f32x4.sub', f32x4(1), open) : emitActivation(k, gate, peep(forget, 2, state)),
      )
      const candidate = emitActivation(k, fresh, cell)
      const next = f.let(madd(target, kept, state, mul(open, candidate)))
      const shown = emitActivation(k, gate, peep(output, 1, next))
      return { hidden: mul(shown, emitActivation(k, out, next)), state: next }
    },
  }
}

export interface GruForm {
  /** Of the gates and of the candidate. */
  readonly activations: readonly [Activation, Activation]
}

/** Gates in the order update, reset, hidden; the reset gate scales the products of the hidden state. */
export function gruCell({ activations }: GruForm): Cell {
  const [gate, fresh] = activations
  return {
    key: `gru-${keyOf(activations)}`,
    form: { gates: 3, units: 1 },
    constants: 0,
    apart: [2],
    hasState: false,
    emit(k, { gates, inputOf, hidden }) {
      const { target } = k
      const [z, r, products] = gates as readonly [V128, V128, V128] // one per gate
      const update = emitActivation(k, gate, z)
      const reset = emitActivation(k, gate, r)
      const candidate = emitActivation(k, fresh, madd(target, reset, products, inputOf(2)))
      return { hidden: madd(target, update, op('f32x4.sub', hidden, candidate), candidate) }
    },
  }
}

/** H' = f(sum). */
export function rnnCell(activation: Activation): Cell {
  return {
    key: `rnn-${activationKey(activation)}`,
    form: { gates: 1, units: 4 },
    constants: 0,
    apart: [],
    hasState: false,
    emit: (k, { gates }) => ({ hidden: emitActivation(k, activation, gates[0]!) }),
  }
}

/**
 * The first half of a GRU whose reset gate scales the hidden state itself: it gives reset · H, and the update gate as
 * its state.
 */
export function gruResetCell({ activations: [gate] }: GruForm): Cell {
  return {
    key: `gru-reset-${activationKey(gate)}`,
    form: { gates: 2, units: 2 },
    constants: 0,
    apart: [],
    hasState: false,
    emit(k, { gates, hidden }) {
      const [update, reset] = gates as readonly [V128, V128] // one per gate
      return { hidden: mul(emitActivation(k, gate, reset), hidden), state: emitActivation(k, gate, update) }
    },
  }
}

/** The second half, whose products are those of reset · H; its state is the update gate. */
export function gruCandidateCell({ activations: [, fresh] }: GruForm): Cell {
  return {
    key: `gru-candidate-${activationKey(fresh)}`,
    form: { gates: 1, units: 4 },
    constants: 0,
    apart: [],
    hasState: true,
    emit(k, { gates, hidden, state }) {
      const candidate = emitActivation(k, fresh, gates[0]!)
      return { hidden: madd(k.target, state, op('f32x4.sub', hidden, candidate), candidate) }
    },
  }
}
