/** Four pixels that are evenly spaced, as a vector. */
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { load, loadLane, shuffle32 } from '../../wasm/index.ts'

/** The pixels at `offset` and `stride`, 2 · `stride`, 3 · `stride` pixels behind it; may read as far as 16 · `stride` bytes. */
export function neighbours(
  f: FunctionBuilder,
  stride: number,
  at: Local<'i32'>,
  offset: number,
): Operand<'v128'> {
  if (stride === 1) return load('v128.load', at, offset)
  if (stride === 2)
    return shuffle32(load('v128.load', at, offset), load('v128.load', at, offset + 16), [0, 2, 4, 6])
  let pixels: Operand<'v128'> = load('v128.load32_splat', at, offset)
  for (let lane = 1; lane < 4; lane++)
    pixels = loadLane('v128.load32_lane', at, pixels, lane, offset + 4 * lane * stride)
  return f.let(pixels)
}
