/** Which elements of an axis, with which weights, make up the value at a position of a grid: computed in doubles. */
import { difference, double, integer, product, quotient, sum } from '../../kernel/spatial/doubles.ts'
import { type FunctionBuilder, f64, i32, type Local, type Operand, op, select } from '../../wasm/index.ts'
import type { PaddingMode, SampleMode } from '../shared/resize/grid.ts'

export interface GridForm {
  readonly mode: SampleMode
  readonly padding: PaddingMode
  readonly align: boolean
}

/** Elements that a position depends on along each axis. */
export const tapsOf: Readonly<Record<SampleMode, number>> = { nearest: 1, linear: 2, cubic: 4 }

export interface Tap {
  /** -1 for an element that counts as zero. */
  readonly index: Local<'i32'>
  readonly weight: Local<'f64'>
}

/** The taps of a normalised position along an axis of `size` elements. */
export function gridStencil(
  f: FunctionBuilder,
  form: GridForm,
  at: Operand<'f64'>,
  size: Local<'i32'>,
): Tap[] {
  const { mode, padding, align } = form
  const count = f.let(double(size))
  const last = f.let(difference(count, 1))
  const low = f.let(f64(align ? 0 : -0.5))
  const high = f.let(align ? last : difference(count, 0.5))
  const exact = align
    ? product(quotient(sum(at, 1), 2), last)
    : quotient(difference(product(sum(at, 1), count), 1), 2)
  const x = f.let(mode === 'nearest' ? op('f64.nearest', exact) : exact)
  if (padding === 'reflection') reflect(f, x, low, high)
  const isSpoilt = f.let(op('f64.ne', x, x))
  const floor = f.let(mode === 'nearest' ? x : op('f64.floor', x))
  const taps = tapsOf[mode]
  return Array.from({ length: taps }, (_, tap): Tap => {
    const position = f.let(sum(floor, tap - Math.max(0, taps / 2 - 1)))
    const weight = f.let(weightOf(f, mode, op('f64.abs', difference(position, x))))
    if (padding === 'reflection') reflect(f, position, low, high)
    const whole = f.let(integer(padding === 'border' ? clamped(position, last) : position))
    const index = f.let(select(whole, i32(-1), op('i32.lt_u', whole, size)))
    // Taps without weight are none at all; a position that is no number spoils the first element.
    f.if(op('f64.eq', weight, f64(0)), () => f.set(index, i32(-1)))
    f.if(isSpoilt, () => f.set(index, i32(tap === 0 ? 0 : -1)))
    return { index, weight }
  })
}

const clamped = (x: Operand<'f64'>, last: Operand<'f64'>) => op('f64.max', f64(0), op('f64.min', x, last))

function weightOf(f: FunctionBuilder, mode: SampleMode, distance: Operand<'f64'>): Operand<'f64'> {
  if (mode === 'nearest') return f64(1)
  if (mode === 'linear') return op('f64.max', f64(0), difference(1, distance))
  const a = -0.75
  const t = f.let(distance)
  const inner = sum(product(product(difference(product(t, a + 2), a + 3), t), t), 1)
  const outer = difference(product(sum(product(difference(product(t, a), 5 * a), t), 8 * a), t), 4 * a)
  return select(inner, outer, op('f64.le', t, f64(1)))
}

/** x mirrored at both ends until it lies within [low, high]. */
function reflect(f: FunctionBuilder, x: Local<'f64'>, low: Local<'f64'>, high: Local<'f64'>): void {
  const range = f.let(difference(high, low))
  const isInside = op('i32.and', op('f64.ge', x, low), op('f64.le', x, high))
  f.if(op('i32.eqz', isInside), () =>
    f.if(
      op('f64.eq', range, f64(0)),
      () => f.set(x, low),
      () => {
        const isBelow = f.let(op('f64.lt', x, low))
        const over = f.let(select(difference(low, x), difference(x, high), isBelow))
        const turns = f.let(op('f64.floor', quotient(over, range)))
        const rest = f.let(difference(over, product(turns, range)))
        const half = f.let(quotient(turns, 2))
        const isEven = op('f64.eq', half, op('f64.floor', half))
        const fromLow = op('i32.eq', isBelow, isEven)
        f.set(x, select(sum(low, rest), difference(high, rest), fromLow))
      },
    ),
  )
}
