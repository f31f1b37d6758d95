import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { emitCumulative } from './lower/lines.ts'
import { one } from './param.ts'
import { accumulate, accumulateInfer } from './shared/accumulate.ts'
import { floats, indexInts } from './types.ts'

/**
 * Running products along an axis. exclusive leaves each element's own value out; reverse starts at the end.
 */
export const cumProd = defineOp({
  name: 'CumProd',
  since: [26],
  types: { T: [...floats, ...indexInts, 'uint32', 'uint64'], T2: indexInts },
  inputs: { x: one('T'), axis: one('T2') },
  outputs: { y: one('T') },
  attrs: { reverse: attr.int(0), exclusive: attr.int(0) },
  traits: ['inplace'],
  infer: ({ x, axis }) => ({ y: accumulateInfer(x, axis) }),
  reference: ({ x, axis }, { exclusive, reverse }) => ({
    y: accumulate(
      x,
      axis,
      { exclusive: exclusive !== 0, reverse: reverse !== 0 },
      { identity: 1, float: (a, b) => a * b, small: Math.imul, int: (a, b) => BigInt.asIntN(64, a * b) },
    ),
  }),
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: ({ x, axis }, { y }, { exclusive, reverse }, context) => {
      const order = { isExclusive: exclusive !== 0, isReverse: reverse !== 0 }
      return emitCumulative(x, axis, y, { how: 'mul', ...order }, context)
    },
  },
})
