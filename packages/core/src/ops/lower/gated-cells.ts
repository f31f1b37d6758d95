/** Lowers LSTM, GRU and RNN by the cells that their attributes ask for. */
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import type { Activation } from '../../kernel/nn/activation.ts'
import { gruCandidateCell, gruCell, gruResetCell, lstmCell, rnnCell } from '../../kernel/nn/cells.ts'
import type { RecurrentSpec } from '../shared/recurrent.ts'
import type { ActivationSpec } from '../shared/recurrent-activation.ts'
import {
  cellActivations,
  lowerRecurrent,
  lowerTwoPhases,
  type RecurrentRefs,
  recurrentSizes,
} from './recurrent.ts'

type Attributes = RecurrentSpec & { readonly clip?: number | undefined } & {
  readonly [K in keyof ActivationSpec]?: ActivationSpec[K] | undefined
}

/** An LSTM layer. */
export function lowerLstm(
  { P, ...refs }: RecurrentRefs & { readonly P: TensorRef | undefined },
  attrs: Attributes & { readonly input_forget: number },
  context: LowerContext,
): Refusal {
  const sizes = recurrentSizes(refs, attrs)
  const functions = cellActivations(attrs, ['Sigmoid', 'Tanh', 'Tanh'])
  if (typeof sizes === 'string') return sizes
  if (typeof functions === 'string') return functions
  const [f, g, h] = functions as readonly [Activation, Activation, Activation] // as many as there are defaults
  const { clip } = attrs
  const cell = lstmCell({
    // The cell state is not clipped on its way out.
    activations: [{ ...f, clip }, { ...g, clip }, h],
    peepholes: P !== undefined,
    coupled: attrs.input_forget !== 0,
  })
  const biases = ['both', 'both', 'both', 'both'] as const
  return lowerRecurrent(refs, sizes, { cell, firstGate: 0, gates: 4, biases }, P, context)
}

/** A GRU layer. */
export function lowerGru(
  refs: RecurrentRefs,
  attrs: Attributes & { readonly linear_before_reset: number },
  context: LowerContext,
): Refusal {
  const sizes = recurrentSizes(refs, attrs)
  const functions = cellActivations(attrs, ['Sigmoid', 'Tanh'])
  if (typeof sizes === 'string') return sizes
  if (typeof functions === 'string') return functions
  const { clip } = attrs
  const [f, g] = functions as readonly [Activation, Activation] // as many as there are defaults
  const form = {
    activations: [
      { ...f, clip },
      { ...g, clip },
    ],
  } as const
  const gates = 3
  if (attrs.linear_before_reset !== 0) {
    const biases = ['both', 'both', 'input'] as const
    return lowerRecurrent(
      refs,
      sizes,
      { cell: gruCell(form), firstGate: 0, gates, biases },
      undefined,
      context,
    )
  }
  const reset = { cell: gruResetCell(form), firstGate: 0, gates, biases: ['both', 'both'] } as const
  const candidate = { cell: gruCandidateCell(form), firstGate: 2, gates, biases: ['both'] } as const
  return lowerTwoPhases(refs, sizes, [reset, candidate], context)
}

/** A layer of simple cells. */
export function lowerRnn(refs: RecurrentRefs, attrs: Attributes, context: LowerContext): Refusal {
  const sizes = recurrentSizes(refs, attrs)
  const functions = cellActivations(attrs, ['Tanh'])
  if (typeof sizes === 'string') return sizes
  if (typeof functions === 'string') return functions
  const cell = rnnCell({ ...functions[0]!, clip: attrs.clip })
  return lowerRecurrent(refs, sizes, { cell, firstGate: 0, gates: 1, biases: ['both'] }, undefined, context)
}
