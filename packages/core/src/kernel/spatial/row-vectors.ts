/** Loops over a row of floats in vectors of four, the last of which may be partial. */
import { type FunctionBuilder, i32, type Local, type Operand, op } from '../../wasm/index.ts'

/** Stores the first `count` (1 to 3, the lower two bits are looked at) lanes of a vector. */
export function storeLanes(
  f: FunctionBuilder,
  address: Operand<'i32'>,
  vector: Local<'v128'>,
  count: Operand<'i32'>,
): void {
  f.if(
    op('i32.and', count, i32(2)),
    () => {
      f.storeLane('v128.store64_lane', address, vector, 0)
      f.if(op('i32.and', count, i32(1)), () => f.storeLane('v128.store32_lane', address, vector, 2, 8))
    },
    () => f.storeLane('v128.store32_lane', address, vector, 0),
  )
}

/** Writes a vector of results whole, or its first elements. */
export type StoreVector = (address: Operand<'i32'>, vector: Operand<'v128'>) => void

/**
 * Emits `body` for the vectors of a row of `count` floats: in a loop for whole ones, and once more for what is left.
 * `x` counts bytes from the start of the row, 16 at a time; loads may reach behind the row, stores go through `store`.
 */
export function forVectors(
  f: FunctionBuilder,
  count: Operand<'i32'>,
  body: (x: Local<'i32'>, store: StoreVector) => void,
): void {
  const x = f.let(i32(0))
  f.repeat(op('i32.shr_u', count, i32(2)), () => {
    body(x, (address, vector) => f.store('v128.store', address, vector))
    f.add(x, 16)
  })
  f.if(op('i32.and', count, i32(3)), () =>
    body(x, (address, vector) => {
      storeLanes(f, f.let(address), f.let(vector), count)
    }),
  )
}
