import { elementCount, stridesOf } from '../base/shape.ts'
import { lanesOf, type WideTensor, wide } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { type TensorFact, tensorFact } from './fact.ts'
import { lowerGridSample } from './lower/grid-sample.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { floatsOf, numbersIn } from './shared/elements.ts'
import { selectElements } from './shared/movement.ts'
import { requireShape, requireSize } from './shared/require.ts'
import {
  type PaddingMode,
  paddingModes,
  type SampleMode,
  sampleModes,
  stencilAt,
  tensorProduct,
} from './shared/resize/grid.ts'
import { truncated } from './shared/resize/resample.ts'
import { floats, tensorsIr4 } from './types.ts'

/**
 * Samples X [batch, channels, …] at the positions in grid [batch, …, axes], innermost axis first, within
 * [-1, 1].
 */
export const gridSample = defineOp({
  name: 'GridSample',
  since: [16, 20, 22],
  types: { T1: tensorsIr4, T2: floats },
  inputs: { X: one('T1'), grid: one('T2') },
  outputs: { Y: one('T1') },
  attrs: {
    mode: attr.oneOf(sampleModes, 'linear'),
    padding_mode: attr.oneOf(paddingModes, 'zeros'),
    align_corners: attr.int(0),
  },
  infer: ({ X, grid }, { mode }, { freshDim }) => {
    if (mode !== 'nearest' && X.dtype === 'string') refuse('strings need the mode nearest', mode)
    const rank = X.shape?.length ?? grid.shape?.length
    if (rank === undefined) return { Y: tensorFact(X.dtype, undefined) }
    if (rank < 3) refuse('X must have rank 3 or more (batch, channels, spatial axes)', rank)
    checkGrid(X, grid, rank)
    const sizes = grid.shape?.slice(1, -1) ?? Array.from({ length: rank - 2 }, () => freshDim('size'))
    const batch = X.shape?.[0] ?? grid.shape?.[0] ?? freshDim('batch')
    return { Y: tensorFact(X.dtype, [batch, X.shape?.[1] ?? freshDim('channels'), ...sizes]) }
  },
  reference: ({ X, grid }, { mode, padding_mode, align_corners }) => {
    const sample = { mode, padding_mode, align: align_corners === 1 }
    return { Y: mode === 'nearest' ? sampleNearest(X, grid, sample) : sampleWeighted(X, grid, sample) }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: ({ X, grid }, { Y }, { mode, padding_mode: padding, align_corners }, context) =>
      lowerGridSample(X, grid, Y, { mode, padding, align: align_corners === 1 }, context),
  },
})

function checkGrid(X: TensorFact, grid: TensorFact, rank: number): void {
  requireShape('grid', grid, [X.shape?.[0], ...new Array<undefined>(rank - 2).fill(undefined), rank - 2])
  if (X.shape) requireSize('the rank of X', X.shape.length, rank)
}

interface Sampling {
  readonly mode: SampleMode
  readonly padding_mode: PaddingMode
  readonly align: boolean
}

/** Weighted source elements (within one channel) of the grid's `point`-th position. */
function sourcesOf(X: WideTensor, grid: WideTensor, point: number, { mode, padding_mode, align }: Sampling) {
  const sizes = X.shape.slice(2)
  const rank = sizes.length
  const positions = floatsOf(grid)
  const stencils = sizes.map((size, axis) =>
    stencilAt(positions[point * rank + rank - 1 - axis]!, size, mode, padding_mode, align),
  )
  return tensorProduct(stencils, stridesOf(sizes))
}

function outputShape(X: WideTensor, grid: WideTensor): number[] {
  return [...X.shape.slice(0, 2), ...grid.shape.slice(1, -1)]
}

function sampleNearest(X: WideTensor, grid: WideTensor, sampling: Sampling): WideTensor {
  const shape = outputShape(X, grid)
  const [channels, points, plane] = [
    X.shape[1]!,
    elementCount(shape.slice(2)),
    elementCount(X.shape.slice(2)),
  ]
  return selectElements(X, shape, (linear) => {
    const channel = Math.floor(linear / points)
    const point = Math.floor(channel / channels) * points + (linear % points)
    const { indices } = sourcesOf(X, grid, point, sampling)
    return indices.length === 0 ? -1 : channel * plane + indices[0]!
  })
}

function sampleWeighted(X: WideTensor, grid: WideTensor, sampling: Sampling): WideTensor {
  const shape = outputShape(X, grid)
  const lanes = lanesOf(X.dtype)
  const [batch, channels] = [X.shape[0]!, X.shape[1]!]
  const [points, plane] = [elementCount(shape.slice(2)), elementCount(X.shape.slice(2))]
  const x = numbersIn(X)
  const y = new Float64Array(elementCount(shape) * lanes)
  for (let n = 0; n < batch; n++) {
    for (let point = 0; point < points; point++) {
      const { indices, weights } = sourcesOf(X, grid, n * points + point, sampling)
      for (let c = n * channels; c < (n + 1) * channels; c++) {
        for (let lane = 0; lane < lanes; lane++) {
          let sum = 0
          for (let i = 0; i < indices.length; i++) {
            sum += weights[i]! * x[(c * plane + indices[i]!) * lanes + lane]!
          }
          y[(c * points + point) * lanes + lane] = sum
        }
      }
    }
  }
  return truncated(wide(X.dtype, shape, y))
}
