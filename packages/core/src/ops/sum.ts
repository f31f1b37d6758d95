import { apply2 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { many, one } from './param.ts'
import { broadcastInfer } from './shared/broadcast.ts'
import { reduceElements } from './shared/elementwise.ts'
import { floats } from './types.ts'

/** The sum of the inputs, element by element, with broadcasting. */
export const sum = defineOp({
  name: 'Sum',
  since: [1, 6, 8, 13],
  types: { T: floats },
  inputs: { data_0: many('T') },
  outputs: { sum: one('T') },
  attrs: {},
  traits: ['commutative', 'associative', 'inplace'],
  infer: ({ data_0 }) => ({ sum: broadcastInfer(data_0, data_0[0]!.dtype) }),
  reference: ({ data_0 }) => ({ sum: reduceElements(data_0, { float: (a, b) => a + b }) }),
  gradient: 'rule',
  lower: { kind: 'elementwise', formula: ({ data_0 }) => data_0.reduce((a, b) => apply2('add', a, b)) },
})
