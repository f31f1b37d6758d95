import { productOfDims } from '../base/dim.ts'
import { elementCount } from '../base/shape.ts'
import { wide } from '../base/wide.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { notFloat } from './no-gradient.ts'
import { one } from './param.ts'
import { tensorsIr13 } from './types.ts'

/** The number of elements, as a scalar. */
export const size = defineOp({
  name: 'Size',
  since: [1, 13, 19, 21, 23, 24, 25],
  types: { T: tensorsIr13, T1: ['int64'] },
  inputs: { data: one('T') },
  outputs: { size: one('T1') },
  attrs: {},
  infer: ({ data }) => ({ size: tensorFact('int64', [], data.shape && [productOfDims(data.shape)]) }),
  reference: ({ data }) => ({ size: wide('int64', [], BigInt64Array.of(BigInt(elementCount(data.shape)))) }),
  gradient: notFloat,
  lower: { kind: 'host' },
})
