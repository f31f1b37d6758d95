/**
 * The one-dimensional transforms of Winograd's convolution with three taps (Toom-Cook: arXiv:1509.09308). F(4, 3)
 * evaluates polynomials at 0, ±3/4, ±3/2 and infinity: all constants are exact floats, and the relative error of a
 * convolution stays below 5e-6, half of what the customary points ±1, ±2 give. F(2, 3) uses 0, ±1 and infinity.
 */
import { multiplyAdd, multiplySubtract } from '../../../kernel/spatial/multiply-add.ts'
import type { Target } from '../../../kernel/target.ts'
import { type FunctionBuilder, f32x4, f64, type Local, type Operand, op } from '../../../wasm/index.ts'

type Vector = Operand<'v128'>
type Double = Operand<'f64'>

export interface Transform {
  /** Neighbouring results of a tile. */
  readonly outputs: 2 | 4
  /** Elements that they depend on: as many products. */
  readonly size: 4 | 6
  input(f: FunctionBuilder, target: Target, d: readonly Local<'v128'>[]): Vector[]
  output(f: FunctionBuilder, target: Target, m: readonly Local<'v128'>[]): Vector[]
  weights(f: FunctionBuilder, g: readonly Double[]): Double[]
}

const [a, b] = [3 / 4, 3 / 2]
const [a2, b2] = [a * a, b * b]

/** Sums and differences of products, the multiplication left out where the factor is 1. */
function times(target: Target, factor: number, x: Vector, plus: Vector): Vector {
  return factor === 1 ? op('f32x4.add', plus, x) : multiplyAdd(target, f32x4(factor), x, plus)
}
function minus(target: Target, factor: number, x: Vector, from: Vector): Vector {
  return factor === 1 ? op('f32x4.sub', from, x) : multiplySubtract(target, f32x4(factor), x, from)
}

export const fourByThree: Transform = {
  outputs: 4,
  size: 6,
  input(f, target, [d0, d1, d2, d3, d4, d5]) {
    const pair = (point: number, other2: number) => {
      const even = f.let(minus(target, other2, d2!, d4!))
      const odd = f.let(minus(target, other2, d1!, d3!))
      return [times(target, point, odd, even), minus(target, point, odd, even)] as const
    }
    const end = (x0: Local<'v128'>, x2: Local<'v128'>, x4: Local<'v128'>) =>
      times(target, a2 * b2, x0, minus(target, a2 + b2, x2, x4))
    return [end(d0!, d2!, d4!), ...pair(a, b2), ...pair(b, a2), end(d1!, d3!, d5!)]
  },
  output(f, target, [m0, m1, m2, m3, m4, m5]) {
    const sum = (x: Vector, y: Vector) => f.let(op('f32x4.add', x, y))
    const difference = (x: Vector, y: Vector) => f.let(op('f32x4.sub', x, y))
    const [even1, odd1] = [sum(m1!, m2!), difference(m1!, m2!)]
    const [even2, odd2] = [sum(m3!, m4!), difference(m3!, m4!)]
    const scaled = (factor: number, x: Vector) => op('f32x4.mul', f32x4(factor), x)
    return [
      op('f32x4.add', op('f32x4.add', m0!, even1), even2),
      times(target, b, odd2, scaled(a, odd1)),
      times(target, b2, even2, scaled(a2, even1)),
      times(target, b * b2, odd2, times(target, a * a2, odd1, m5!)),
    ]
  },
  weights(f, [g0, g1, g2]) {
    const pair = (point: number, other2: number) => {
      const norm = 1 / (2 * point * point * (point * point - other2))
      const even = f.let(scale(norm, op('f64.add', g0!, scale(point * point, g2!))))
      const odd = f.let(scale(norm * point, g1!))
      return [op('f64.add', even, odd), op('f64.sub', even, odd)] as const
    }
    return [scale(1 / (a2 * b2), g0!), ...pair(a, b2), ...pair(b, a2), g2!]
  },
}

export const twoByThree: Transform = {
  outputs: 2,
  size: 4,
  input(_f, _target, [d0, d1, d2, d3]) {
    return [
      op('f32x4.sub', d0!, d2!),
      op('f32x4.add', d2!, d1!),
      op('f32x4.sub', d2!, d1!),
      op('f32x4.sub', d3!, d1!),
    ]
  },
  output(f, _target, [m0, m1, m2, m3]) {
    const even = f.let(op('f32x4.add', m1!, m2!))
    const odd = f.let(op('f32x4.sub', m1!, m2!))
    return [op('f32x4.add', m0!, even), op('f32x4.add', odd, m3!)]
  },
  weights(f, [g0, g1, g2]) {
    const even = f.let(scale(0.5, op('f64.add', g0!, g2!)))
    const odd = f.let(scale(0.5, g1!))
    return [g0!, op('f64.add', even, odd), op('f64.sub', even, odd), g2!]
  },
}

const scale = (factor: number, x: Double) => op('f64.mul', f64(factor), x)
