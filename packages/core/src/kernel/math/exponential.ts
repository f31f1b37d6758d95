/**
 * exp and its kin on four floats. Coefficients: minimax (Remez exchange) in relative error on the interval of the reduced
 * argument; reduction after Cody and Waite with ln 2 = 355/512 - 2.12194440e-4, whose first part has so few bits that its
 * products with whole numbers are exact.
 */
import { i32, op } from '../../wasm/index.ts'
import type { Vector, VectorFunction, VectorMath } from './vector-math.ts'

const ln2High = 0.693359375
const ln2Low = -0.00021219444005469057

/** A float that has whole numbers in its lowest bits: adding it rounds, and leaves the number there. */
const magic = 1.5 * 2 ** 23

/** (e^r - 1 - r) / r² on ±ln 2, relative error 1.5e-8 of e^r. */
const expTail = [0.500000358, 0.166666135, 0.0416612588, 0.00833610911, 0.00141046767, 0.00019611344]
/** The same on ±ln 2 / 2, relative error 1.4e-8 of e^r - 1. */
const expm1Tail = [0.49999997, 0.166665435, 0.0416672006, 0.00836658012, 0.00138825097]

/** x held between low and high; NaN stays. */
export function hold(
  { number }: VectorMath,
  x: Vector,
  low: number | undefined,
  high: number | undefined,
): Vector {
  // pmin(a, b) is b < a ? b : a, so the operand that may be NaN goes first.
  const below = high === undefined ? x : op('f32x4.pmin', x, number(high))
  return low === undefined ? below : op('f32x4.pmax', below, number(low))
}

/** x = n · step + r with n whole; `carrier` has n in its lowest bits. */
function reduce(v: VectorMath, x: Vector, steps: number): { carrier: Vector; r: Vector } {
  const { f, madd, nmadd, number } = v
  const carrier = f.let(madd(x, number(Math.LOG2E / steps), number(magic)))
  const n = f.let(op('f32x4.sub', carrier, number(magic)))
  const r = f.let(nmadd(n, number(ln2Low * steps), nmadd(n, number(ln2High * steps), x)))
  return { carrier, r }
}

/** e^x for x in [-104, 89], and NaN. */
function expBounded(v: VectorMath, x: Vector): Vector {
  const { f, madd, number, bits } = v
  // Steps of 2 · ln 2: both factors 2^n are normal numbers, though the result may be subnormal.
  const { carrier, r } = reduce(v, x, 2)
  const tail = v.polynomial(r, expTail)
  const p = madd(madd(tail, r, number(1)), r, number(1))
  const scale = f.let(op('i32x4.add', op('i32x4.shl', carrier, i32(23)), bits(0x3f800000)))
  return op('f32x4.mul', op('f32x4.mul', p, scale), scale)
}

/** e^x; 0 and Infinity where it leaves the range, subnormals on the way. */
export const vectorExp: VectorFunction = (v, x) => expBounded(v, v.f.let(hold(v, x, -104, 89)))

/** e^x - 1 without cancellation near 0. */
export const vectorExpm1: VectorFunction = (v, x) => {
  const { f, madd, number, bits } = v
  const { carrier, r } = reduce(v, f.let(hold(v, x, -18, 89)), 1)
  const near = madd(op('f32x4.mul', r, r), v.polynomial(r, expm1Tail), r)
  // Half of 2^n, which is finite for the largest n.
  const half = f.let(op('i32x4.add', op('i32x4.shl', carrier, i32(23)), bits(0x3f000000)))
  const result = f.let(madd(half, near, op('f32x4.sub', half, number(0.5))))
  // The result has the sign of x; this keeps that of -0.
  return op('v128.or', op('f32x4.add', result, result), op('v128.and', x, bits(0x80000000)))
}

/** From here on e^x / (1 + e^x) rounds to 1. */
const sigmoidBound = 20

/** 1 / (1 + e^-x), as e^x / (1 + e^x) so that small results keep their digits. */
export const vectorSigmoid: VectorFunction = (v, x) => {
  const { f, number } = v
  const power = f.let(expBounded(v, f.let(hold(v, x, -104, sigmoidBound))))
  return op('f32x4.div', power, op('f32x4.add', power, number(1)))
}
