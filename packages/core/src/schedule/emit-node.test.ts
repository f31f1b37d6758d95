import { describe, it } from 'vitest'
import type { DType } from '../base/dtype.ts'
import { elementCount, type Shape } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import type { AttributesInit } from '../ir/builder.ts'
import { conv } from '../ops/conv.ts'
import { convTranspose } from '../ops/conv-transpose.ts'
import type { AnyOp } from '../ops/define.ts'
import { gemm } from '../ops/gemm.ts'
import { matmul } from '../ops/matmul.ts'
import { checkEmit } from '../testing/check-emit.ts'
import { flat } from '../testing/literals.ts'
import { testTargets } from '../testing/targets.ts'

/** Numbers whose sums of products are exact in float32; some odd ones among them. */
function exactTensor(dtype: DType, shape: Shape, odd: readonly number[] = []): Tensor {
  const list = Array.from({ length: elementCount(shape) }, (_, i) => ((i * 7) % 9) / 4 - 1)
  for (const [i, value] of odd.entries()) if (i < list.length) list[(i * 5) % list.length] = value
  return flat(dtype, shape, list)
}

const tiny = [2 ** -24, -(2 ** -14) + 2 ** -24, 2 ** -14, -0]
const odds = [...tiny, 65504, Number.POSITIVE_INFINITY, Number.NaN]

interface Product {
  readonly op: AnyOp
  readonly shapes: readonly Shape[]
  readonly attrs?: AttributesInit
  /** Elements of the weights; windows meet weights that are no numbers outside the image too. */
  readonly weights?: readonly number[]
}

const products: readonly Product[] = [
  ...[1, 3, 4, 5, 7, 8, 9, 31].flatMap((size) => [
    {
      op: matmul,
      shapes: [
        [5, size],
        [size, 3],
      ],
    },
    {
      op: matmul,
      shapes: [
        [2, 1, 6],
        [6, size],
      ],
    },
  ]),
  {
    op: matmul,
    shapes: [
      [0, 3],
      [3, 2],
    ],
  },
  { op: gemm, shapes: [[5, 7], [9, 7], [9]], attrs: { transB: 1, alpha: 0.5, beta: 2.5 } },
  {
    op: gemm,
    shapes: [
      [1, 7],
      [7, 13],
      [1, 13],
    ],
  },
  {
    op: conv,
    shapes: [[1, 3, 7, 9], [5, 3, 3, 3], [5]],
    attrs: { pads: [1, 1, 1, 1], strides: [2, 2] },
    weights: tiny,
  },
  {
    op: conv,
    shapes: [
      [2, 4, 5, 5],
      [6, 4, 1, 1],
    ],
  },
  { op: conv, shapes: [[1, 4, 6, 11], [4, 1, 3, 3], [4]], attrs: { group: 4 } },
  {
    op: conv,
    shapes: [
      [1, 12, 9, 9],
      [12, 12, 3, 3],
    ],
    attrs: { pads: [1, 1, 1, 1] },
    weights: tiny,
  },
  { op: convTranspose, shapes: [[1, 3, 5, 4], [3, 2, 3, 3], [2]], attrs: { strides: [2, 2] } },
]

describe.each(['float16', 'bfloat16'] as const)('nodes on %s', (dtype) => {
  const tolerance = { relative: dtype === 'float16' ? 2 ** -10 : 2 ** -7, absolute: 2 ** -20 }
  for (const { op, shapes, attrs = {}, weights = odds } of products)
    it(`${op.name} of ${shapes.join(' and ')} equals the reference kernel`, () => {
      for (const target of testTargets())
        for (const odd of [[], weights]) {
          const inputs = shapes.map((shape, i) => exactTensor(dtype, shape, i === 1 ? odd : []))
          checkEmit(op, { inputs, attrs, tolerance }, target)
        }
    })
})
