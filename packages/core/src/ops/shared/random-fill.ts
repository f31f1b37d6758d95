/** What the random operators share: their output type and the loop that fills it. */
import type { Dim } from '../../base/dim.ts'
import type { DType } from '../../base/dtype.ts'
import { elementCount, type Shape } from '../../base/shape.ts'
import { type WideTensor, wide } from '../../base/wide.ts'
import type { KernelContext } from '../define.ts'
import type { RandomStream } from '../random.ts'
import { refuse } from '../refuse.ts'

/** The shape attribute, checked. Throws SLP-O2 for a negative size. */
export function shapeOfAttr(shape: readonly number[]): readonly Dim[] {
  const wrong = shape.find((size) => size < 0)
  return wrong === undefined ? shape : refuse('a size must not be negative', wrong)
}

/** A float tensor of draws in row-major order. */
export function fillRandom(
  dtype: DType,
  shape: Shape,
  seed: number | undefined,
  { random, checkElements }: Pick<KernelContext, 'random' | 'checkElements'>,
  draw: (stream: RandomStream) => number,
): WideTensor {
  checkElements(elementCount(shape))
  const stream = random(seed)
  return wide(
    dtype,
    shape,
    Float64Array.from({ length: elementCount(shape) }, () => draw(stream)),
  )
}
