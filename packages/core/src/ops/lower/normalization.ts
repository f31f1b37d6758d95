/** Lowers the normalizations of rows and of groups of channels. */
import { elementCount, normalizeAxis, type Shape } from '../../base/shape.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { groupNorm } from '../../kernel/nn/group-norm.ts'
import { layerNorm } from '../../kernel/nn/layer-norm.ts'
import { partsOf } from './parts-of-work.ts'

const elementsPerTask = 65_536

export interface RowNormalization {
  readonly x: TensorRef
  /** Added to x before, and a vector with it. */
  readonly skip?: TensorRef | undefined
  readonly skipBias?: TensorRef | undefined
  readonly gain: TensorRef
  readonly bias?: TensorRef | undefined
  readonly y: TensorRef
  readonly mean?: TensorRef | undefined
  readonly inverse?: TensorRef | undefined
  readonly sum?: TensorRef | undefined
}

export interface RowNormalizationSpec {
  readonly axis: number
  readonly epsilon: number
  readonly rootMeanSquare: boolean
}

/** Normalizes over the axes from `axis` on. */
export function lowerRowNormalization(
  tensors: RowNormalization,
  { axis, epsilon, rootMeanSquare }: RowNormalizationSpec,
  { call, target, threads }: LowerContext,
): Refusal {
  const { x, skip, skipBias, gain, bias, y, mean, inverse, sum } = tensors
  for (const tensor of Object.values(tensors) as (TensorRef | undefined)[]) // of a record of optional tensors
    if (tensor && tensor.dtype !== 'float32') return `dtype ${tensor.dtype}`
  const at = normalizeAxis(axis, x.shape.length)
  const own = x.shape.slice(at)
  if (!covers(gain.shape, own) || (bias && !covers(bias.shape, own)))
    return 'a scale that repeats within rows'
  const [rows, size] = [elementCount(x.shape.slice(0, at)), elementCount(own)]
  if (rows * size === 0) return size === 0 ? 'empty rows' : undefined
  const skipRows = skip ? elementCount(skip.shape) / size : 1
  const skipped = skip ? significant(skip.shape) : []
  if (!covers(skipped, x.shape.slice(x.shape.length - skipped.length)) || !Number.isInteger(skipRows))
    return 'a skip connection that repeats other than from the front'
  const has = {
    skip: !!skip,
    skipBias: !!skipBias,
    bias: !!bias,
    mean: !!mean,
    inverse: !!inverse,
    sum: !!sum,
  }
  const { each, tasks } = partsOf(rows, elementsPerTask / size, threads)
  call(
    layerNorm(target, { rootMeanSquare, has }),
    {
      x: x.at,
      gain: gain.at,
      y: y.at,
      skip: skip?.at,
      skipBias: skipBias?.at,
      bias: bias?.at,
      mean: mean?.at,
      inverse: inverse?.at,
      sum: sum?.at,
      rows,
      size,
      rowsPerTask: each,
      skipRows,
      epsilon,
    },
    tasks,
  )
  return undefined
}

const significant = (shape: Shape): Shape => {
  const first = shape.findIndex((size) => size !== 1)
  return first < 0 ? [] : shape.slice(first)
}

/** Whether a tensor that broadcasts to `sizes` has all of their elements. */
function covers(shape: Shape, sizes: Shape): boolean {
  return String(significant(shape)) === String(significant(sizes))
}

export interface GroupNormalization {
  readonly X: TensorRef
  readonly scale: TensorRef
  readonly bias: TensorRef
  readonly Y: TensorRef
}

/** Normalizes groups of channels, axis 1. */
export function lowerGroupNormalization(
  { X, scale, bias, Y }: GroupNormalization,
  { groups, epsilon }: { readonly groups: number; readonly epsilon: number },
  { call, target }: LowerContext,
): Refusal {
  for (const { dtype } of [X, scale, bias]) if (dtype !== 'float32') return `dtype ${dtype}`
  const [batch, channels] = X.shape as readonly [number, number] // rank 2 at least, as inference checked
  if (elementCount(X.shape) === 0) return undefined
  const inner = elementCount(X.shape.slice(2))
  const args = {
    x: X.at,
    gain: scale.at,
    bias: bias.at,
    y: Y.at,
    groups,
    channels: channels / groups,
    inner,
    epsilon,
  }
  call(groupNorm(target), args, batch * groups)
  return undefined
}
