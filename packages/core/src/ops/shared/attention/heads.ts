/** Attention heads: packed [batch, length, heads * size] or apart [batch, heads, length, size]. */
import { type Dim, floorDivDims, mulDims } from '../../../base/dim.ts'
import { elementCount, type Shape } from '../../../base/shape.ts'
import type { WideTensor } from '../../../base/wide.ts'
import type { TensorFact } from '../../fact.ts'
import { refuse } from '../../refuse.ts'
import { floatsOf } from '../elements.ts'

/** Elements in the order [batch, heads, length, size]. */
export interface Heads {
  readonly data: Float64Array
  readonly batch: number
  readonly heads: number
  readonly length: number
  readonly size: number
}

export interface HeadDims {
  readonly batch: Dim
  readonly heads: Dim
  readonly length: Dim
  readonly size: Dim
}

/** Sizes of a tensor of heads; `heads` says how many a packed one has. Throws SLP-O2; undefined for an unknown rank. */
export function headDims(what: string, fact: TensorFact, heads: number | undefined): HeadDims | undefined {
  const { shape } = fact
  if (!shape) return undefined
  if (shape.length === 4) {
    const [batch, own, length, size] = shape as readonly [Dim, Dim, Dim, Dim] // the rank was checked
    if (heads !== undefined && typeof own === 'number' && own !== heads) {
      refuse(`${what} must have the ${heads} heads that the attribute says`, own)
    }
    return { batch, heads: own, length, size }
  }
  if (shape.length !== 3) return refuse(`${what} must have rank 3 or 4`, shape.length)
  if (heads === undefined)
    return refuse(`${what} of rank 3 needs its number of heads as an attribute`, 'none')
  const [batch, length, hidden] = shape as readonly [Dim, Dim, Dim] // the rank was checked
  if (heads < 1) refuse('the number of heads must be at least 1', heads)
  if (typeof hidden === 'number' && hidden % heads !== 0) {
    return refuse(`the last size of ${what} must divide by ${heads} heads`, hidden)
  }
  return { batch, heads, length, size: floorDivDims(hidden, heads) }
}

/** The shape of heads in the rank that the inputs have. */
export function headShape({ batch, heads, length, size }: HeadDims, packed: boolean): Dim[] {
  return packed ? [batch, length, mulDims(heads, size)] : [batch, heads, length, size]
}

/** A tensor's elements with its heads apart. */
export function unpackHeads(x: WideTensor, heads: number | undefined): Heads {
  const data = floatsOf(x)
  const [batch, a, b, c] = x.shape as readonly [number, number, number, number?] // rank 3 or 4, as inference checked
  if (c !== undefined) return { data, batch, heads: a, length: b, size: c }
  const count = heads!
  const [length, size] = [a, b / count]
  const out = new Float64Array(data.length)
  moveHeads({ batch, heads: count, length, size }, (apart, packed) => {
    out[apart] = data[packed]!
  })
  return { data: out, batch, heads: count, length, size }
}

/** The elements of heads in the order of `shape`, which is packed where it has rank 3. */
export function packHeads({ data, ...sizes }: Heads, shape: Shape): Float64Array {
  if (shape.length === 4) return data
  const out = new Float64Array(elementCount(shape))
  moveHeads(sizes, (apart, packed) => {
    out[packed] = data[apart]!
  })
  return out
}

function moveHeads(
  { batch, heads, length, size }: Omit<Heads, 'data'>,
  move: (apart: number, packed: number) => void,
): void {
  for (let n = 0; n < batch; n++) {
    for (let h = 0; h < heads; h++) {
      for (let t = 0; t < length; t++) {
        const apart = ((n * heads + h) * length + t) * size
        const packed = ((n * length + t) * heads + h) * size
        for (let i = 0; i < size; i++) move(apart + i, packed + i)
      }
    }
  }
}

/** `past` followed by `current` along the length. */
export function appendHeads(past: WideTensor | undefined, current: Heads): Heads {
  if (!past) return current
  const [before, data] = [past.shape[2]!, floatsOf(past)]
  const { batch, heads, size } = current
  const length = before + current.length
  const out = new Float64Array(batch * heads * length * size)
  for (let head = 0; head < batch * heads; head++) {
    const [own, old] = [current.length * size, before * size]
    out.set(data.subarray(head * old, (head + 1) * old), head * length * size)
    out.set(current.data.subarray(head * own, (head + 1) * own), head * length * size + old)
  }
  return { data: out, batch, heads, length, size }
}
