import { wide } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { indexInts } from '../types.ts'
import { rowDims, rowsOf } from './shared/rows.ts'

const norms = {
  // The greatest element, signed: what the specification's max(X) says, and onnxruntime does.
  MAX: (row: Float64Array) => row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  L1: (row: Float64Array) => row.reduce((sum, x) => sum + Math.abs(x), 0),
  L2: (row: Float64Array) => Math.sqrt(row.reduce((sum, x) => sum + x * x, 0)),
} as const

/**
 * Each row divided by its greatest element (MAX), by the sum of its magnitudes (L1) or by its Euclidean
 * length (L2). A row whose divisor is 0 stays as it is.
 */
export const normalizer = defineOp({
  name: 'Normalizer',
  domain: 'ai.onnx.ml',
  since: [1],
  types: { T: [...indexInts, 'float32', 'float64'] },
  inputs: { X: one('T') },
  outputs: { Y: one('float32') },
  attrs: { norm: attr.oneOf(['MAX', 'L1', 'L2'], 'MAX') },
  infer: ({ X }) => {
    rowDims(X)
    return { Y: tensorFact('float32', X.shape) }
  },
  reference: ({ X }, { norm }) => {
    const rows = rowsOf(X).map((row) => {
      const divisor = norms[norm](row)
      return divisor === 0 ? row : row.map((x) => x / divisor)
    })
    return { Y: wide('float32', X.shape, Float64Array.from(rows.flatMap((row) => [...row]))) }
  },
  gradient: none('classic models are not trained by gradients'),
  lower: {
    kind: 'decompose',
    build: (b, { X }, { norm }, { inputs }) => {
      if (inputs.X.dtype !== 'float32') return undefined
      const sizes = { MAX: 'ReduceMax', L1: 'ReduceL1', L2: 'ReduceL2' } as const
      const divisor = b.node(sizes[norm], [X, b.literal('int64', [-1])], { keepdims: 1 })
      const isZero = b.node('Equal', [divisor, b.literal('float32', 0)])
      return { Y: b.node('Where', [isZero, X, b.node('Div', [X, divisor])]) }
    },
  },
})
