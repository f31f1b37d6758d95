/** Matrix products with NumPy's rules: 1-D operands gain an axis and lose it again, leading axes broadcast. */
import { type Dim, dimsEqual, dimText } from '../../base/dim.ts'
import { type DType, isInt64 } from '../../base/dtype.ts'
import { broadcastShapes, elementCount, type Shape, stridesOf } from '../../base/shape.ts'
import { type WideTensor, wideZeros } from '../../base/wide.ts'
import type { KernelContext } from '../define.ts'
import { refuse } from '../refuse.ts'
import { broadcastDims } from './broadcast.ts'
import { floatsOf } from './elements.ts'
import { offsetsOf } from './offsets.ts'

/** The shape of A·B; undefined where a rank is unknown. Throws SLP-O2. */
export function matmulShape(
  a: readonly Dim[] | undefined,
  b: readonly Dim[] | undefined,
): readonly Dim[] | undefined {
  if (a?.length === 0 || b?.length === 0) refuse('operands must have rank 1 at least', 'a scalar')
  if (!a || !b) return undefined
  const [inner, outer] = [a.at(-1)!, b.length === 1 ? b[0]! : b.at(-2)!]
  if (typeof inner === 'number' && typeof outer === 'number' && !dimsEqual(inner, outer)) {
    refuse(`B must have ${inner} rows, one per column of A`, dimText(outer))
  }
  const batch = broadcastDims([a.slice(0, -2), b.slice(0, -2)])!
  return [...batch, ...(a.length === 1 ? [] : [a.at(-2)!]), ...(b.length === 1 ? [] : [b.at(-1)!])]
}

/** A product taken apart: `batch` products of [m, k] by [k, n], each at its offsets. */
interface Plan {
  readonly m: number
  readonly k: number
  readonly n: number
  readonly aOffsets: Float64Array
  readonly bOffsets: Float64Array
  readonly shape: Shape
}

function planOf(a: Shape, b: Shape): Plan {
  const left = a.length === 1 ? [1, a[0]!] : a
  const right = b.length === 1 ? [b[0]!, 1] : b
  const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2))
  const strides = (shape: Shape): number[] => {
    const own = stridesOf(shape)
    const lead = batch.length - (shape.length - 2)
    return batch.map((_, axis) => (axis < lead || shape[axis - lead] === 1 ? 0 : own[axis - lead]!))
  }
  return {
    m: left.at(-2)!,
    k: left.at(-1)!,
    n: right.at(-1)!,
    aOffsets: offsetsOf(batch, strides(left)),
    bOffsets: offsetsOf(batch, strides(right)),
    shape: matmulShape(a, b) as Shape, // concrete sizes give a concrete shape
  }
}

/** A·B in a dtype: float64 sums for floats, sums that wrap around for integers. */
export function matmul(
  a: WideTensor,
  b: WideTensor,
  dtype: DType,
  { checkCancelled, checkElements }: Pick<KernelContext, 'checkCancelled' | 'checkElements'>,
): WideTensor {
  const plan = planOf(a.shape, b.shape)
  checkElements(elementCount(plan.shape))
  const out = wideZeros(dtype, plan.shape)
  if (isInt64(dtype)) multiplyBig(a, b, out, plan)
  else if (out.data instanceof Float64Array) {
    const multiply = dtype === 'int32' || dtype === 'uint32' ? multiplyInt32 : multiplyFloat
    for (let i = 0; i < plan.aOffsets.length; i++) {
      checkCancelled()
      multiply(floatsOf(a), floatsOf(b), out.data, plan, i)
    }
  }
  return out
}

/** Rows of B that are gone over together, so that they stay in the cache for all rows of A. A multiple of 4. */
const tile = 64

function multiplyFloat(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  { m, k, n, aOffsets, bOffsets }: Plan,
  batch: number,
): void {
  const [a0, b0, c0] = [aOffsets[batch]!, bOffsets[batch]!, batch * m * n]
  for (let first = 0; first < k; first += tile) {
    const last = Math.min(first + tile, k)
    for (let i = 0; i < m; i++) {
      const row = c0 + i * n
      let p = first
      // Four rows at a time spare three quarters of the loads and stores of C; the order of the sum stays.
      for (; p + 3 < last; p += 4) {
        const at = a0 + i * k + p
        const [f0, f1, f2, f3] = [a[at]!, a[at + 1]!, a[at + 2]!, a[at + 3]!]
        const r0 = b0 + p * n
        const [r1, r2, r3] = [r0 + n, r0 + 2 * n, r0 + 3 * n]
        for (let j = 0; j < n; j++) {
          c[row + j] = c[row + j]! + f0 * b[r0 + j]! + f1 * b[r1 + j]! + f2 * b[r2 + j]! + f3 * b[r3 + j]!
        }
      }
      for (; p < last; p++) {
        const factor = a[a0 + i * k + p]!
        const other = b0 + p * n
        for (let j = 0; j < n; j++) c[row + j] = c[row + j]! + factor * b[other + j]!
      }
    }
  }
}

function multiplyInt32(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  { m, k, n, aOffsets, bOffsets }: Plan,
  batch: number,
): void {
  const [a0, b0, c0] = [aOffsets[batch]!, bOffsets[batch]!, batch * m * n]
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0
      for (let p = 0; p < k; p++) sum = (sum + Math.imul(a[a0 + i * k + p]!, b[b0 + p * n + j]!)) | 0
      c[c0 + i * n + j] = sum
    }
  }
}

function multiplyBig(a: WideTensor, b: WideTensor, out: WideTensor, plan: Plan): void {
  const { m, k, n, aOffsets, bOffsets } = plan
  const size = elementCount([m, n])
  for (let c = 0; c < aOffsets.length * size; c++) {
    const batch = Math.floor(c / size)
    const [i, j] = [Math.floor((c % size) / n), c % n]
    let sum = 0n
    for (let p = 0; p < k; p++) {
      sum += BigInt(a.data[aOffsets[batch]! + i * k + p]!) * BigInt(b.data[bOffsets[batch]! + p * n + j]!)
    }
    out.data[c] = sum
  }
}
