/** Powers of 64-bit integers modulo 2^64, by squaring. */
import { type FunctionRef, i64, type ModuleBuilder, op } from '../../wasm/index.ts'

/** base^exponent. A negative exponent gives the power truncated toward zero; that of 0 traps. */
export function integerPower(m: ModuleBuilder): FunctionRef<readonly ['i64', 'i64'], 'i64'> {
  return m.once('i64.power', () =>
    m.func('i64.power', ['i64', 'i64'] as const, 'i64', (f, base, exponent) => {
      const power = f.let(i64(1n))
      const rest = f.let(exponent)
      f.if(op('i64.lt_s', exponent, i64(0n)), () => {
        // 1 / base is ±1 or 0, and has its own odd and even powers.
        f.set(base, op('i64.div_s', i64(1n), base))
        f.set(rest, op('i64.sub', i64(0n), exponent))
      })
      f.block((end) => {
        f.loop((again) => {
          f.branchIf(end, op('i64.eqz', rest))
          f.if(op('i32.wrap_i64', op('i64.and', rest, i64(1n))), () =>
            f.set(power, op('i64.mul', power, base)),
          )
          f.set(base, op('i64.mul', base, base))
          f.set(rest, op('i64.shr_u', rest, i64(1n)))
          f.branch(again)
        })
      })
      return power
    }),
  )
}
