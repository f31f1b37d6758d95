/** What parameters begin with, by PyTorch's names. All draw float64 numbers from the stream that they are given. */
import { elementCount, type Shape } from '../../base/shape.ts'
import type { RandomStream } from '../../ops/random.ts'

/** Numbers for a tensor of this shape. */
export type Initializer = (shape: Shape, random: RandomStream) => Float64Array

export const zeros: Initializer = (shape) => new Float64Array(elementCount(shape))

export const ones: Initializer = (shape) => new Float64Array(elementCount(shape)).fill(1)

export function constant(value: number): Initializer {
  return (shape) => new Float64Array(elementCount(shape)).fill(value)
}

export function uniform(low: number, high: number): Initializer {
  return (shape, random) => fill(shape, () => low + (high - low) * random.uniform())
}

export function normal(mean = 0, deviation = 1): Initializer {
  return (shape, random) => fill(shape, () => mean + deviation * random.normal())
}

/** Normal numbers, drawn again where they lie more than two deviations from the mean. */
export function truncatedNormal(mean = 0, deviation = 1): Initializer {
  return (shape, random) =>
    fill(shape, () => {
      let one = random.normal()
      while (Math.abs(one) > 2) one = random.normal()
      return mean + deviation * one
    })
}

/** What the variance of a layer's outputs depends on. */
export type Fan = 'fanIn' | 'fanOut'

export interface KaimingOptions {
  /** `fanIn` unless given. */
  readonly mode?: Fan
  /** Slope of the leaky rectifier that follows; 0, a plain one, unless given. */
  readonly slope?: number
}

/** Normal, of variance 2 / fan (He et al., "Delving deep into rectifiers", 2015). */
export function kaimingNormal({ mode = 'fanIn', slope = 0 }: KaimingOptions = {}): Initializer {
  return (shape, random) => normal(0, Math.sqrt(2 / (1 + slope ** 2) / fansOf(shape)[mode]))(shape, random)
}

/** Uniform, of that variance. */
export function kaimingUniform({ mode = 'fanIn', slope = 0 }: KaimingOptions = {}): Initializer {
  return (shape, random) => {
    const bound = Math.sqrt(6 / (1 + slope ** 2) / fansOf(shape)[mode])
    return uniform(-bound, bound)(shape, random)
  }
}

/** Normal, of variance 2 / (fan in + fan out) (Glorot and Bengio, 2010). */
export function xavierNormal(gain = 1): Initializer {
  return (shape, random) => {
    const { fanIn, fanOut } = fansOf(shape)
    return normal(0, gain * Math.sqrt(2 / (fanIn + fanOut)))(shape, random)
  }
}

/** Uniform, of that variance. */
export function xavierUniform(gain = 1): Initializer {
  return (shape, random) => {
    const { fanIn, fanOut } = fansOf(shape)
    const bound = gain * Math.sqrt(6 / (fanIn + fanOut))
    return uniform(-bound, bound)(shape, random)
  }
}

/** Uniform within 1 / sqrt(fan): what PyTorch's linear and convolution layers begin with. */
export function fanUniform(fanIn: number): Initializer {
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0
  return uniform(-bound, bound)
}

/** Rows, or columns where there are fewer of them, that are orthogonal (Saxe et al., 2014). */
export function orthogonal(gain = 1): Initializer {
  return (shape, random) => {
    const [rows = 1, ...rest] = shape
    const columns = elementCount(rest)
    const [count, length] = rows <= columns ? [rows, columns] : [columns, rows]
    const vectors = Array.from({ length: count }, () => fill([length], () => random.normal()))
    vectors.forEach((vector, i) => makeOrthogonal(vector, vectors.slice(0, i)))
    return fill(shape, (i) => {
      const [row, column] = [Math.floor(i / columns), i % columns]
      return gain * (rows <= columns ? vectors[row]![column]! : vectors[column]![row]!)
    })
  }
}

/** Gram and Schmidt's process, twice, which is as exact as rounding allows (Giraud et al., 2005). */
function makeOrthogonal(vector: Float64Array, others: readonly Float64Array[]): void {
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
  for (let round = 0; round < 2; round++) {
    for (const other of others) {
      const share = dot(vector, other)
      for (let i = 0; i < vector.length; i++) vector[i]! -= share * other[i]!
    }
  }
  const norm = Math.sqrt(dot(vector, vector))
  for (let i = 0; i < vector.length; i++) vector[i]! /= norm
}

/** Inputs and outputs of a weight [out, in, …kernel]. */
export function fansOf([out = 1, input = 1, ...kernel]: Shape): Readonly<Record<Fan, number>> {
  const taps = elementCount(kernel)
  return { fanIn: input * taps, fanOut: out * taps }
}

function fill(shape: Shape, number: (index: number) => number): Float64Array {
  return Float64Array.from({ length: elementCount(shape) }, (_, i) => number(i))
}
