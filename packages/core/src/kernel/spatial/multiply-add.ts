/** Multiply-add as the target allows it: fused where it is relaxed, else with the same bits everywhere. */
import { type Operand, op } from '../../wasm/index.ts'
import type { Target } from '../target.ts'

/** a * b + c on four floats. */
export function multiplyAdd(
  { relaxed }: Target,
  a: Operand<'v128'>,
  b: Operand<'v128'>,
  c: Operand<'v128'>,
): Operand<'v128'> {
  return relaxed ? op('f32x4.relaxed_madd', a, b, c) : op('f32x4.add', c, op('f32x4.mul', a, b))
}

/** c - a * b on four floats. */
export function multiplySubtract(
  { relaxed }: Target,
  a: Operand<'v128'>,
  b: Operand<'v128'>,
  c: Operand<'v128'>,
): Operand<'v128'> {
  return relaxed ? op('f32x4.relaxed_nmadd', a, b, c) : op('f32x4.sub', c, op('f32x4.mul', a, b))
}
