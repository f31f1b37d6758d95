import type { Dim } from '../base/dim.ts'
import type { DType } from '../base/dtype.ts'
import { dtypeInfo } from '../base/dtype.ts'
import { elementCount } from '../base/shape.ts'
import type { GraphBuilder } from '../ir/builder.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { type TensorFact, tensorFact, valuesOf } from './fact.ts'
import { one } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { floatsOf, floatZeros, integersOf } from './shared/elements.ts'
import { requireShape } from './shared/require.ts'
import { floats } from './types.ts'

/** The positions of an evenly spaced grid over [-1, 1] after the affine maps theta, innermost axis first. */
export const affineGrid = defineOp({
  name: 'AffineGrid',
  since: [20],
  types: { T1: floats, T2: ['int64'] },
  inputs: { theta: one('T1'), size: one('T2') },
  outputs: { grid: one('T1') },
  attrs: { align_corners: attr.int(0) },
  infer: ({ theta, size }, _attrs, { freshDim }) => {
    const rank = spatialRank(theta, size)
    if (rank === undefined) return { grid: tensorFact(theta.dtype, undefined) }
    requireShape('theta', theta, [undefined, rank, rank + 1])
    requireShape('size', size, [rank + 2])
    const sizes = valuesOf(size)
    const spatial = sizes?.slice(2) ?? Array.from({ length: rank }, (): Dim => freshDim('size'))
    return {
      grid: tensorFact(theta.dtype, [theta.shape?.[0] ?? sizes?.[0] ?? freshDim('batch'), ...spatial, rank]),
    }
  },
  reference: ({ theta, size }, { align_corners }, { checkElements }) => {
    const [batch, , ...sizes] = integersOf(size)
    if (batch !== theta.shape[0])
      refuseValue(`size must begin with the batch of theta, ${theta.shape[0]}`, batch)
    const rank = sizes.length
    const points = elementCount(sizes)
    checkElements(batch! * points * rank)
    const { tensor, data } = floatZeros(theta.dtype, [batch!, ...sizes, rank])
    const maps = floatsOf(theta)
    for (let n = 0; n < batch!; n++) {
      for (let point = 0; point < points; point++) {
        const position = positionOf(point, sizes, align_corners === 1)
        for (let row = 0; row < rank; row++) {
          const start = (n * rank + row) * (rank + 1)
          data[(n * points + point) * rank + row] = position.reduce(
            (sum, x, column) => sum + maps[start + column]! * x,
            maps[start + rank]!,
          )
        }
      }
    }
    return { grid: tensor }
  },
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    build(b, { theta, size }, { align_corners }, { inputs }) {
      const rank = spatialRank(inputs.theta, inputs.size)
      if (rank === undefined) return undefined
      const { dtype } = inputs.theta
      const spatial = b.node('Slice', [size, b.literal('int64', [2]), b.literal('int64', [rank + 2])])
      const axes = Array.from({ length: rank }, (_, axis) => {
        const length = b.node('Gather', [size, b.literal('int64', axis + 2)])
        const line = evenlySpaced(b, dtype, length, align_corners === 1)
        const broadcastable = b.literal('int64', [-1, ...new Array<number>(rank - 1 - axis).fill(1)])
        const plane = b.node('Expand', [b.node('Reshape', [line, broadcastable]), spatial])
        return b.node('Reshape', [plane, b.literal('int64', [-1, 1])])
      }).reverse()
      const ones = b.node('Add', [b.node('Mul', [axes[0], b.literal(dtype, 0)]), b.literal(dtype, 1)])
      const positions = b.node('Concat', [...axes, ones], { axis: 1 })
      const moved = b.node('MatMul', [positions, b.node('Transpose', [theta], { perm: [0, 2, 1] })])
      const batch = b.node('Slice', [size, b.literal('int64', [0]), b.literal('int64', [1])])
      const shape = b.node('Concat', [batch, spatial, b.literal('int64', [rank])], { axis: 0 })
      return { grid: b.node('Reshape', [moved, shape]) }
    },
  },
})

/** 2 or 3 spatial axes, or undefined where nothing tells. */
function spatialRank(theta: TensorFact, size: TensorFact): number | undefined {
  const length = size.shape?.[0]
  const rows = theta.shape?.[1]
  const rank = typeof length === 'number' ? length - 2 : typeof rows === 'number' ? rows : undefined
  if (rank !== undefined && rank !== 2 && rank !== 3) refuse('size must have 4 or 5 elements', rank + 2)
  return rank
}

/** Coordinates of a grid point, innermost axis first. An axis of one element lies at -1 with `align`, else at 0. */
function positionOf(point: number, sizes: readonly number[], align: boolean): number[] {
  const position: number[] = []
  for (const size of sizes.toReversed()) {
    const i = point % size
    position.push(align ? (2 * i) / Math.max(1, size - 1) - 1 : (2 * i + 1) / size - 1)
    point = Math.floor(point / size)
  }
  return position
}

/** The coordinates along one axis of `length` (an int64 scalar), as `positionOf` has them. */
function evenlySpaced(b: GraphBuilder, dtype: DType, length: string, align: boolean): string {
  const int = (value: number) => b.literal('int64', value)
  const cast = (x: string) => b.node('Cast', [x], { to: dtypeInfo(dtype).code })
  const doubled = b.node('Mul', [b.node('Range', [int(0), length, int(1)]), int(2)])
  const steps = align ? doubled : b.node('Add', [doubled, int(1)])
  const span = align ? b.node('Max', [b.node('Sub', [length, int(1)]), int(1)]) : length
  return b.node('Sub', [b.node('Div', [cast(steps), cast(span)]), b.literal(dtype, 1)])
}
