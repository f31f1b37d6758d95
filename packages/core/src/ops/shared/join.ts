import { elementCount, stridesOf } from '../../base/shape.ts'
import { type WideTensor, wideZeros } from '../../base/wide.ts'
import { refuseValue } from '../refuse.ts'
import { copyElements, withShape } from './movement.ts'

/** Tensors of one dtype end to end along an axis; their other sizes must be equal. Throws SLP-O4. */
export function joinTensors(list: readonly WideTensor[], axis: number): WideTensor {
  const first = list[0]!
  for (const { shape } of list) {
    if (shape.length !== first.shape.length || shape.some((size, i) => i !== axis && size !== first.shape[i]))
      refuseValue(`all tensors must have the shape [${first.shape}] outside axis ${axis}`, shape)
  }
  const total = list.reduce((sum, { shape }) => sum + shape[axis]!, 0)
  const out = wideZeros(first.dtype, first.shape.with(axis, total))
  const outer = elementCount(first.shape.slice(0, axis))
  const outBlock = stridesOf(out.shape)[axis]! * total
  let start = 0
  for (const x of list) {
    const block = stridesOf(x.shape)[axis]! * x.shape[axis]!
    for (let i = 0; i < outer; i++) copyElements(x, i * block, out, i * outBlock + start, block)
    start += block
  }
  return out
}

/** Tensors of one shape as the slices of a new axis. Throws SLP-O4. */
export function stackTensors(list: readonly WideTensor[], axis: number): WideTensor {
  return joinTensors(
    list.map((x) => withShape(x, x.shape.toSpliced(axis, 0, 1))),
    axis,
  )
}
