import { wide } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { notFloat } from './no-gradient.ts'
import { one } from './param.ts'
import { tensorsIr13 } from './types.ts'

/** The sizes of the axes [start, end) of a tensor. Negative positions count from the end; all are clamped. */
export const shape = defineOp({
  name: 'Shape',
  since: [1, 13, 15, 19, 21, 23, 24, 25],
  types: { T: tensorsIr13, T1: ['int64'] },
  inputs: { data: one('T') },
  outputs: { shape: one('T1') },
  attrs: { start: attr.int(0), end: attr.optional.int() },
  infer: ({ data }, { start, end }, { freshDim }) => {
    const sizes = data.shape?.slice(start, end)
    return { shape: tensorFact('int64', [sizes?.length ?? freshDim('rank')], sizes) }
  },
  reference: ({ data }, { start, end }) => {
    const sizes = data.shape.slice(start, end)
    return { shape: wide('int64', [sizes.length], BigInt64Array.from(sizes, BigInt)) }
  },
  gradient: notFloat,
  lower: { kind: 'host' },
})
