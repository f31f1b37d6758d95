/** Moving elements without computing: every kernel that only rearranges goes through here, whatever the dtype. */
import { elementCount, type Shape } from '../../base/shape.ts'
import { lanesOf, type WideTensor, wideZeros } from '../../base/wide.ts'

/**
 * A tensor of `shape` whose i-th element is element `sourceOf(i)` of `x`; a negative source leaves zero (or '').
 */
export function selectElements(x: WideTensor, shape: Shape, sourceOf: (index: number) => number): WideTensor {
  const out = wideZeros(x.dtype, shape)
  const count = elementCount(shape)
  for (let i = 0; i < count; i++) {
    const source = sourceOf(i)
    if (source >= 0) copyElement(x, source, out, i)
  }
  return out
}

/** Copies one element; both tensors have the same dtype. */
export function copyElement(from: WideTensor, source: number, to: WideTensor, target: number): void {
  const lanes = lanesOf(from.dtype)
  for (let lane = 0; lane < lanes; lane++) {
    to.data[target * lanes + lane] = from.data[source * lanes + lane]!
  }
}

/** Copies `count` adjacent elements; both tensors have the same dtype. */
export function copyElements(
  from: WideTensor,
  source: number,
  to: WideTensor,
  target: number,
  count: number,
): void {
  const lanes = lanesOf(from.dtype)
  const [start, goal] = [source * lanes, target * lanes]
  for (let i = 0; i < count * lanes; i++) to.data[goal + i] = from.data[start + i]!
}

/** The same elements under another shape of the same count. */
export function withShape(x: WideTensor, shape: Shape): WideTensor {
  return { ...x, shape }
}
