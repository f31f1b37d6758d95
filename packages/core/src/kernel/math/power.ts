/**
 * x^y of floats as e^(y · log |x|) in float64: exact to float32 for its arguments, to about 1e-13 for float64. Special
 * cases are those of IEEE 754 pow.
 */
import { type FunctionRef, f64, type ModuleBuilder, type Operand, op, select } from '../../wasm/index.ts'
import { scalarFunction } from './scalar-math.ts'

export function floatPower(m: ModuleBuilder): FunctionRef<readonly ['f64', 'f64'], 'f64'> {
  return m.once('f64.power', () =>
    m.func('f64.power', ['f64', 'f64'] as const, 'f64', (f, x, y) => {
      const size = f.let(op('f64.abs', x))
      const unit = op('f64.eq', size, f64(1))
      const endless = op('f64.eq', op('f64.abs', y), f64(Number.POSITIVE_INFINITY))
      f.if(op('i32.or', op('f64.eq', y, f64(0)), op('f64.eq', x, f64(1))), () => f.return(f64(1)))
      f.if(op('i32.and', unit, endless), () => f.return(f64(1)))
      const logarithm = f.callFor(scalarFunction(m, 'log'), size)
      const power = f.let(f.callFor(scalarFunction(m, 'exp'), op('f64.mul', y, logarithm)))
      const whole = f.let(op('f64.eq', op('f64.trunc', y), y))
      const half = op('f64.mul', y, f64(0.5))
      const odd = op('i32.and', whole, op('f64.ne', op('f64.trunc', half), half))
      const negative = f.let(isNegative(x))
      const signed = select(op('f64.neg', power), power, op('i32.and', negative, odd))
      // Roots of negative numbers are not real; those of -0 and -Infinity are their limits.
      const proper = op('i32.and', op('f64.lt', x, f64(0)), op('f64.lt', size, f64(Number.POSITIVE_INFINITY)))
      return select(f64(Number.NaN), signed, op('i32.and', proper, op('i32.eqz', whole)))
    }),
  )
}

const isNegative = (x: Operand<'f64'>) => op('f64.lt', op('f64.copysign', f64(1), x), f64(0))
