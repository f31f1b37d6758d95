/** Running sums and products along one axis. */
import { isInteger } from '../../base/dtype.ts'
import { normalizeAxis, type Shape, stridesOf } from '../../base/shape.ts'
import { typeText } from '../../base/value.ts'
import { type WideTensor, wideZeros } from '../../base/wide.ts'
import { scalarOf, type TensorFact, tensorFact } from '../fact.ts'
import { refuse } from '../refuse.ts'
import { requireScalar } from './require.ts'

/** Integer steps wrap around at each element, so that no digits are lost. */
export interface Accumulator {
  /** What a run starts with. */
  readonly identity: number
  readonly float: (total: number, x: number) => number
  /** For integers up to 32 bits. */
  readonly small: (total: number, x: number) => number
  /** For 64-bit integers. */
  readonly int: (total: bigint, x: bigint) => bigint
}

export interface RunOrder {
  /** Each result leaves its own element out. */
  readonly exclusive: boolean
  /** From the last element to the first. */
  readonly reverse: boolean
}

/** The fact of the result: that of x without its values. Throws SLP-O2 for a scalar x or a bad axis. */
export function accumulateInfer(x: TensorFact, axis: TensorFact): TensorFact {
  if (x.shape?.length === 0) refuse('x must have an axis', typeText(x.type))
  requireScalar('axis', axis)
  const at = scalarOf(axis)
  if (at !== undefined && x.shape) normalizeAxis(at, x.shape.length)
  return tensorFact(x.dtype, x.shape)
}

/** Runs along `axis`, a tensor of one element. */
export function accumulate(
  x: WideTensor,
  axis: WideTensor,
  order: RunOrder,
  { identity, float, small, int }: Accumulator,
): WideTensor {
  const out = wideZeros(x.dtype, x.shape)
  const at = normalizeAxis(Number(axis.data[0]), x.shape.length)
  const [source, target] = [x.data, out.data]
  if (source instanceof Float64Array && target instanceof Float64Array) {
    const step = isInteger(x.dtype) ? small : float
    runLines({ source, target, identity, step }, x.shape, at, order)
  } else if (source instanceof BigInt64Array && target instanceof BigInt64Array) {
    runLines({ source, target, identity: BigInt(identity), step: int }, x.shape, at, order)
  } else if (source instanceof BigUint64Array && target instanceof BigUint64Array) {
    runLines({ source, target, identity: BigInt(identity), step: int }, x.shape, at, order)
  }
  return out
}

interface Lines<T> {
  readonly source: ArrayLike<T>
  readonly target: { [index: number]: T }
  readonly identity: T
  readonly step: (total: T, x: T) => T
}

function runLines<T>(
  { source, target, identity, step }: Lines<T>,
  shape: Shape,
  axis: number,
  { exclusive, reverse }: RunOrder,
): void {
  const length = shape[axis]!
  const stride = stridesOf(shape)[axis]!
  for (let line = 0; line * length < source.length; line++) {
    const start = Math.floor(line / stride) * stride * length + (line % stride)
    let total = identity
    for (let i = 0; i < length; i++) {
      const at = start + (reverse ? length - 1 - i : i) * stride
      const next = step(total, source[at]!)
      target[at] = exclusive ? total : next
      total = next
    }
  }
}
