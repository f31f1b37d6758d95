import type { WideValue } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { throughSequences } from './no-gradient.ts'
import { manyAny, sequence } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { itemFact, makeSequence, sequenceFact } from './shared/sequences.ts'
import { classicSequences, classicTensors } from './types.ts'

/**
 * Runs the body on each item of a sequence. Of further sequences it takes the item at the same position, of
 * tensors the whole; each output of the body becomes a sequence.
 */
export const sequenceMap = defineOp({
  name: 'SequenceMap',
  since: [17],
  types: { S: classicSequences, V: [...classicTensors, ...classicSequences] },
  inputs: { input_sequence: sequence('S'), additional_inputs: manyAny('V', 0) },
  outputs: { out_sequence: manyAny('S') },
  attrs: { body: attr.required.graph() },
  traits: ['control'],
  infer: ({ input_sequence, additional_inputs }, { body }, { inferGraph, freshDim, outputCount }) => {
    const inputs = [input_sequence, ...additional_inputs]
    if (body.inputs.length !== inputs.length) {
      refuse(`body must have ${inputs.length} inputs`, body.inputs.length)
    }
    if (body.outputs.length < outputCount) {
      refuse(`body must have ${outputCount} outputs`, body.outputs.length)
    }
    const items = inputs.map((fact) =>
      fact.type.kind === 'sequence' ? itemFact(fact.type.element, freshDim) : fact,
    )
    return { out_sequence: inferGraph(body, items).map((fact) => fact && sequenceFact(fact.type)) }
  },
  reference: ({ input_sequence, additional_inputs }, { body }, context) => {
    const inputs: readonly WideValue[] = [input_sequence, ...additional_inputs]
    const { length } = input_sequence.items
    const rows = Array.from({ length }, (_, i) => {
      context.checkCancelled()
      return context.runGraph(
        body,
        inputs.map((value) => itemOf(value, i, length)),
      )
    })
    return {
      out_sequence: context.outputs.map((_, k) =>
        makeSequence(
          rows.map((row) => row[k]!),
          k,
          context,
        ),
      ),
    }
  },
  gradient: throughSequences,
  lower: { kind: 'host' },
})

function itemOf(value: WideValue, index: number, length: number): WideValue {
  if (value.kind !== 'sequence') return value
  if (value.items.length !== length) {
    refuseValue(`all sequences must have ${length} items`, value.items.length)
  }
  return value.items[index]!
}
