import { isFloat } from '../../base/dtype.ts'
import { apply2, choose, like } from '../../kernel/formula.ts'
import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { mapElements } from '../shared/elementwise.ts'
import { indexInts } from '../types.ts'

/** 1 where X is greater than the threshold, else 0. */
export const binarizer = defineOp({
  name: 'Binarizer',
  domain: 'ai.onnx.ml',
  since: [1],
  types: { T: [...indexInts, 'float32', 'float64'] },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: { threshold: attr.float(0) },
  traits: ['inplace'],
  infer: ({ X }) => ({ Y: tensorFact(X.dtype, X.shape) }),
  // Comparing a BigInt with a number is exact.
  reference: ({ X }, { threshold }) => ({
    Y: mapElements(X, { float: (x) => (x > threshold ? 1 : 0), int: (x) => (x > threshold ? 1n : 0n) }),
  }),
  gradient: none('classic models are not trained by gradients'),
  lower: {
    kind: 'elementwise',
    formula: ({ X }, { threshold }) =>
      // Whole numbers cannot be compared with a fraction.
      isFloat(X.dtype) || Number.isInteger(threshold)
        ? choose(apply2('gt', X, like(threshold, X)), like(1, X), like(0, X))
        : undefined,
  },
})
