import { apply2, like } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { many, one } from './param.ts'
import { broadcastInfer } from './shared/broadcast.ts'
import { mapElements, reduceElements } from './shared/elementwise.ts'
import { floats } from './types.ts'

/** The mean of the inputs, element by element, with broadcasting. */
export const mean = defineOp({
  name: 'Mean',
  since: [1, 6, 8, 13],
  types: { T: floats },
  inputs: { data_0: many('T') },
  outputs: { mean: one('T') },
  attrs: {},
  traits: ['commutative'],
  infer: ({ data_0 }) => ({ mean: broadcastInfer(data_0, data_0[0]!.dtype) }),
  reference: ({ data_0 }) => {
    const total = reduceElements(data_0, { float: (a, b) => a + b })
    return { mean: mapElements(total, { float: (x) => x / data_0.length }) }
  },
  gradient: 'rule',
  lower: {
    kind: 'elementwise',
    formula: ({ data_0 }) =>
      apply2(
        'div',
        data_0.reduce((a, b) => apply2('add', a, b)),
        like(data_0.length, data_0[0]!),
      ),
  },
})
