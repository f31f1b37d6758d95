/** Interpolation along axes: which input elements, with which weights, make an output element. */
import { type DType, integerRange, isInteger } from '../../../base/dtype.ts'
import { roundHalfEven } from '../../../base/round-half-even.ts'
import { elementCount, type Shape } from '../../../base/shape.ts'
import { type WideTensor, wide, wideZeros } from '../../../base/wide.ts'

/** Input positions of one output position along one axis, and their weights. */
export interface Stencil {
  readonly indices: readonly number[]
  readonly weights: readonly number[]
}

/** An interpolation kernel: zero from `support` on, and 1 at 0. */
export interface Filter {
  readonly support: number
  readonly weight: (distance: number) => number
}

export const linearFilter: Filter = { support: 1, weight: (t) => Math.max(0, 1 - Math.abs(t)) }

/** Keys' cubic convolution with coefficient a: equation (4) of doi:10.1109/TASSP.1981.1163711. */
export function cubicFilter(a: number): Filter {
  return {
    support: 2,
    weight: (distance) => {
      const t = Math.abs(distance)
      if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1
      return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0
    },
  }
}

/** All integer positions that a filter stretched by `stretch` around x reaches, inside the axis or not. */
export function stencilAround(x: number, { support, weight }: Filter, stretch = 1): Stencil {
  const reach = support * stretch
  const first = Math.floor(x - reach) + 1
  const count = Math.max(0, Math.ceil(x + reach) - first)
  const indices = Array.from({ length: count }, (_, i) => first + i)
  const weights = indices.map((index) => weight((index - x) / stretch))
  return stretch === 1 ? { indices, weights } : { indices, weights: normalized(weights) }
}

function normalized(weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0)
  return weights.map((weight) => weight / sum)
}

/** The stencil with positions outside [0, size) moved to the border or, with `exclude`, left out. */
export function keepInside(stencil: Stencil, size: number, exclude: boolean): Stencil {
  const clamp = (index: number) => Math.min(size - 1, Math.max(0, index))
  const inside = stencil.indices.map((index) => index >= 0 && index < size)
  if (!exclude || inside.every((is) => is) || !inside.some((is) => is)) {
    return { ...stencil, indices: stencil.indices.map(clamp) }
  }
  const kept = (_: number, i: number) => inside[i]!
  return {
    indices: stencil.indices.filter(kept),
    weights: normalized(stencil.weights.filter(kept)),
  }
}

/** One axis of `data` (row-major, of `shape`) replaced by weighted sums, one per stencil. */
export function resampleAxis(
  data: Float64Array,
  shape: Shape,
  axis: number,
  stencils: readonly Stencil[],
): Float64Array {
  const inner = elementCount(shape.slice(axis + 1))
  const outer = elementCount(shape.slice(0, axis))
  const size = shape[axis]!
  const out = new Float64Array(outer * stencils.length * inner)
  for (let o = 0; o < outer; o++) {
    stencils.forEach(({ indices, weights }, i) => {
      const target = (o * stencils.length + i) * inner
      for (let tap = 0; tap < indices.length; tap++) {
        const source = (o * size + indices[tap]!) * inner
        const weight = weights[tap]!
        for (let j = 0; j < inner; j++) out[target + j] = out[target + j]! + weight * data[source + j]!
      }
    })
  }
  return out
}

/** Interpolated values in a dtype: integers are rounded, halves to even, and bounded to its range. */
export function interpolated(dtype: DType, shape: Shape, values: Float64Array): WideTensor {
  if (!isInteger(dtype)) return wide(dtype, shape, values)
  const [low, high] = integerRange(dtype)
  const out = wideZeros(dtype, shape)
  values.forEach((value, i) => {
    if (out.data instanceof Float64Array) {
      out.data[i] = Math.min(Number(high), Math.max(Number(low), roundHalfEven(value)))
    } else {
      const whole = Number.isFinite(value) ? BigInt(roundHalfEven(value)) : value > 0 ? high : low
      out.data[i] = whole < low ? low : whole > high ? high : whole
    }
  })
  return out
}

/** Float values in the array their dtype needs: 64-bit integers lose their fractions. */
export function truncated({ dtype, shape, data }: WideTensor): WideTensor {
  const out = wideZeros(dtype, shape)
  if (out.data instanceof Float64Array) return { ...out, data }
  data.forEach((value: unknown, i: number) => {
    const number = Number(value)
    out.data[i] = Number.isFinite(number) ? BigInt(Math.trunc(number)) : 0n
  })
  return out
}
