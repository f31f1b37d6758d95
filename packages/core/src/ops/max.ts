import type { Dim } from '../base/dim.ts'
import { apply2 } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { many, one } from './param.ts'
import { broadcastInfer } from './shared/broadcast.ts'
import { reduceElements } from './shared/elementwise.ts'
import { maxDims } from './shared/tracked.ts'
import { numbers } from './types.ts'

/** The largest of the inputs, element by element, with broadcasting. NaN wins over every number. */
export const max = defineOp({
  name: 'Max',
  since: [1, 6, 8, 12, 13],
  types: { T: numbers },
  inputs: { data_0: many('T') },
  outputs: { max: one('T') },
  attrs: {},
  traits: ['commutative', 'associative', 'inplace'],
  infer: ({ data_0 }) => ({
    max: broadcastInfer(data_0, data_0[0]!.dtype, (elements) =>
      elements.reduce<Dim | undefined>((a, b) => (a === undefined ? a : maxDims(a, b)), elements[0]),
    ),
  }),
  reference: ({ data_0 }) => ({
    max: reduceElements(data_0, { float: Math.max, int: (a, b) => (a < b ? b : a) }),
  }),
  gradient: 'rule',
  lower: { kind: 'elementwise', formula: ({ data_0 }) => data_0.reduce((a, b) => apply2('max', a, b)) },
})
