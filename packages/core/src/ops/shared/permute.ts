import { elementCount, stridesOf } from '../../base/shape.ts'
import { type WideTensor, wideZeros } from '../../base/wide.ts'
import { copyElement } from './movement.ts'

/** Axis i of the result is axis `perm[i]` of `x`. */
export function permuteAxes(x: WideTensor, perm: readonly number[]): WideTensor {
  const shape = perm.map((axis) => x.shape[axis]!)
  const own = stridesOf(x.shape)
  const strides = perm.map((axis) => own[axis]!)
  const out = wideZeros(x.dtype, shape)
  const index = new Array<number>(shape.length).fill(0)
  const count = elementCount(shape)
  let source = 0
  for (let target = 0; target < count; target++) {
    copyElement(x, source, out, target)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = index[axis]! + 1
      source += strides[axis]!
      if (index[axis]! < shape[axis]!) break
      source -= strides[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return out
}
