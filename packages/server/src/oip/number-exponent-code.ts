/** Emits the function that reads numbers with an exponent, apart from the loop over all others so that that stays small. */
import {
  type FunctionBuilder,
  type FunctionRef,
  i32,
  type Label,
  type Local,
  load,
  type ModuleBuilder,
  op,
} from '@slipway/core/wasm'
import { emitToken } from './number-token-code.ts'

/** Where the function leaves the digits and the scale. */
export const exponentCells = { digits: 64, scale: 72 } as const

/** (first, end) → whether it is a number whose digits and scale are known now. */
export function exponentFunction(
  m: ModuleBuilder,
  name: string,
  mostIntegerDigits: number,
): FunctionRef<readonly ['i32', 'i32'], 'i32'> {
  return m.func(name, ['i32', 'i32'], 'i32', (f, first, stop) => {
    const [exponent, digits, scale] = [f.local('i32'), f.local('i64'), f.local('i32')]
    f.block((help) => {
      emitExponent(f, first, stop, exponent, help)
      emitToken(f, { first, stop, exponent, digits, scale }, help, help, mostIntegerDigits)
      f.store('i64.store', i32(exponentCells.digits), digits)
      f.store('i32.store', i32(exponentCells.scale), scale)
      f.return(i32(1))
    })
    return i32(0)
  })
}

/** Splits off the exponent, of at most four digits. */
function emitExponent(
  f: FunctionBuilder,
  first: Local<'i32'>,
  stop: Local<'i32'>,
  exponent: Local<'i32'>,
  help: Label,
): void {
  const [digit, weight] = [f.local('i32'), f.local('i32')]
  f.set(weight, i32(1))
  f.loop((again) => {
    f.add(stop, -1)
    f.set(digit, op('i32.sub', load('i32.load8_u', stop), i32(48)))
    f.if(op('i32.le_u', digit, i32(9)), () => {
      f.add(exponent, op('i32.mul', digit, weight))
      f.set(weight, op('i32.mul', weight, i32(10)))
      f.branchIf(help, op('i32.gt_u', weight, i32(10_000)))
      f.branch(again)
    })
  })
  f.branchIf(help, op('i32.eq', weight, i32(1)))
  f.if(op('i32.eq', digit, i32(45 - 48)), () => f.set(exponent, op('i32.sub', i32(0), exponent)))
  const signed = op('i32.or', op('i32.eq', digit, i32(45 - 48)), op('i32.eq', digit, i32(43 - 48)))
  f.set(stop, op('i32.sub', stop, signed))
  f.branchIf(help, op('i32.ne', op('i32.or', load('i32.load8_u', stop), i32(32)), i32(101)))
  f.branchIf(help, op('i32.le_u', stop, first))
}
