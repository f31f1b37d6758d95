import type { DType } from '../../base/dtype.ts'
import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { lowerIntegerMatmul } from '../lower/quantized-matmul.ts'
import { quantizedNumbers } from '../no-gradient.ts'
import { maybe, one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { matmulShape } from '../shared/matmul.ts'
import { requireBroadcastsTo, requireRank, requireScalarOrVector } from '../shared/require.ts'
import { cast, eightBits, requireScalars, saturate, scalar, zeroOf } from './shared/quantized-graph.ts'

const flag = (value: number): boolean => value !== 0

/**
 * The product of two quantized matrices plus an int32 bias in units of a_scale * b_scale, times alpha:
 * float32 without y_scale, quantized with it. Scale and zero point of B may be one per column of the
 * product.
 */
export const qgemm = defineOp({
  name: 'QGemm',
  domain: 'com.microsoft',
  since: [1],
  types: {
    T: ['float32'],
    TA: eightBits,
    TB: eightBits,
    TC: ['int32'],
    TYZ: eightBits,
    TY: ['float32', ...eightBits],
  },
  inputs: {
    A: one('TA'),
    a_scale: one('T'),
    a_zero_point: one('TA'),
    B: one('TB'),
    b_scale: one('T'),
    b_zero_point: one('TB'),
    C: maybe('TC'),
    y_scale: maybe('T'),
    y_zero_point: maybe('TYZ'),
  },
  outputs: { Y: one('TY') },
  attrs: { alpha: attr.float(1), transA: attr.int(0), transB: attr.int(0) },
  infer: ({ A, B, C, b_scale, b_zero_point, y_scale, y_zero_point, ...parameters }, { transA, transB }) => {
    requireRank('A', A, 2)
    requireRank('B', B, 2)
    requireScalars({ ...parameters, y_scale, y_zero_point })
    if ((y_scale === undefined) !== (y_zero_point === undefined)) {
      refuse('y_scale and y_zero_point must be given together', y_scale ? 'y_scale' : 'y_zero_point')
    }
    const turned = (shape: typeof A.shape, turn: number) => (flag(turn) ? shape?.toReversed() : shape)
    const shape = matmulShape(turned(A.shape, transA), turned(B.shape, transB))
    requireScalarOrVector('b_scale', b_scale, shape?.[1])
    requireScalarOrVector('b_zero_point', b_zero_point, shape?.[1])
    requireBroadcastsTo('C', C, shape)
    return { Y: tensorFact(y_zero_point?.dtype ?? 'float32', shape) }
  },
  reference: 'decomposed',
  gradient: quantizedNumbers,
  lower: {
    kind: 'decompose',
    epilogue: true,
    emit: ({ A, B, C, ...parameters }, { Y }, { alpha, transA, transB }, context) => {
      const { a_scale, b_scale, y_scale, y_zero_point, a_zero_point, b_zero_point } = parameters
      if (flag(transA)) return 'a transposed A'
      const scales = { a: a_scale, b: b_scale, y: y_scale, steps: 'float32', alpha } as const
      return lowerIntegerMatmul(
        { A, B, Y, aZero: a_zero_point, bZero: b_zero_point, transB: flag(transB), bias: C },
        y_zero_point
          ? { kind: 'quantized', scales, zero: y_zero_point }
          : { kind: 'float32', scales, bias: undefined },
        context,
      )
    },
    build: (b, { A, a_scale, B, b_scale, C, y_scale, y_zero_point, ...zeros }, attrs, { inputs }) => {
      // A matrix transposed for the product; its zero points are scalars or lie along the last axis.
      const side = (x: string, turn: number, zero: string) => {
        const turned = flag(turn) ? b.node('Transpose', [x], { perm: [1, 0] }) : x
        return b.node('Sub', [cast(b, turned, 'int32'), cast(b, zero, 'int32')])
      }
      const a = side(A, attrs.transA, scalar(b, zeros.a_zero_point))
      const product = b.node('MatMul', [a, side(B, attrs.transB, zeros.b_zero_point)])
      const sum = C === undefined ? product : b.node('Add', [product, C])
      const factor = b.node('Mul', [b.literal('float32', attrs.alpha), scalar(b, a_scale)])
      const scale = b.node('Mul', [factor, b_scale])
      const real = cast(b, sum, 'float32')
      if (y_scale === undefined) return { Y: b.node('Mul', [real, scale]) }
      const steps = b.node('Mul', [real, b.node('Div', [scale, scalar(b, y_scale)])])
      const y = b.node('Add', [b.node('Round', [steps]), zeroOf(b, y_zero_point)])
      const dtype: DType = inputs.y_zero_point!.dtype
      return { Y: saturate(b, y, dtype) }
    },
  },
})
