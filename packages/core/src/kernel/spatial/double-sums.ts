/** Sums of a row of floats in doubles: what means and variances of many elements need. */
import {
  extractLane,
  type FunctionBuilder,
  f64x2,
  i32,
  type Local,
  load,
  type Operand,
  op,
} from '../../wasm/index.ts'

type Doubles = Operand<'v128'>

/** Σ f(x) over `count` floats from `start`, where f works on two doubles (and on one, in the lower lane, at the end). */
export function sumInDoubles(
  f: FunctionBuilder,
  start: Operand<'i32'>,
  count: Local<'i32'>,
  map: (x: Doubles) => Doubles,
): Local<'f64'> {
  const at = f.let(start)
  const [low, high] = [f.let(f64x2(0)), f.let(f64x2(0))]
  const promoted = (x: Doubles) => map(op('f64x2.promote_low_f32x4', x))
  f.repeat(op('i32.shr_u', count, i32(2)), () => {
    f.set(low, op('f64x2.add', low, promoted(load('v128.load64_zero', at))))
    f.set(high, op('f64x2.add', high, promoted(load('v128.load64_zero', at, 8))))
    f.add(at, 16)
  })
  f.set(low, op('f64x2.add', low, high))
  const lane = (i: number) => extractLane('f64x2.extract_lane', low, i)
  const sum = f.let(op('f64.add', lane(0), lane(1)))
  f.repeat(op('i32.and', count, i32(3)), () => {
    const one = extractLane('f64x2.extract_lane', promoted(load('v128.load32_zero', at)), 0)
    f.set(sum, op('f64.add', sum, one))
    f.add(at, 4)
  })
  return sum
}
