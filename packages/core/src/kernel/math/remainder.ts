/** The exact remainder of floats, with the sign of the dividend. */
import { type FunctionRef, f64, type ModuleBuilder, op } from '../../wasm/index.ts'

/** a - trunc(a / b) · b without rounding: multiples b · 2^k are taken off, every one of them exactly. */
export function floatRemainder(m: ModuleBuilder): FunctionRef<readonly ['f64', 'f64'], 'f64'> {
  return m.once('f64.rem', () =>
    m.func('f64.rem', ['f64', 'f64'] as const, 'f64', (f, a, b) => {
      const rest = f.let(op('f64.abs', a))
      const size = f.let(op('f64.abs', b))
      const multiple = f.let(size)
      const infinity = f64(Number.POSITIVE_INFINITY)
      // 0/0, x/0 and Infinity/x have no remainder, and NaN has none.
      const none = op('i32.eqz', op('i32.and', op('f64.lt', rest, infinity), op('f64.gt', size, f64(0))))
      f.if(none, () => f.return(f64(Number.NaN)))
      f.if(op('f64.lt', rest, size), () => f.return(a))
      f.loop((again) => {
        const twice = op('f64.add', multiple, multiple)
        f.if(op('f64.le', twice, rest), () => {
          f.set(multiple, twice)
          f.branch(again)
        })
      })
      f.loop((again) => {
        f.if(op('f64.ge', rest, multiple), () => f.set(rest, op('f64.sub', rest, multiple)))
        f.set(multiple, op('f64.mul', multiple, f64(0.5)))
        f.branchIf(again, op('f64.ge', multiple, size))
      })
      return op('f64.copysign', rest, a)
    }),
  )
}
