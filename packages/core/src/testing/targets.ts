/** The targets that a test of kernels runs on: portable, and with relaxed SIMD where this engine has it. */
import { portableTarget, type RegisterTile, type Target } from '../kernel/target.ts'
import { enableRelaxedSimd } from '../wasm/index.ts'

const tiles: readonly RegisterTile[] = [
  { rows: 4, vectors: 2 },
  { rows: 6, vectors: 2 },
  { rows: 3, vectors: 3 },
  { rows: 2, vectors: 4 },
  { rows: 4, vectors: 4 },
]

/** Every instruction set with every register tile, or with the first one only. */
export function testTargets({ everyTile = false } = {}): readonly Target[] {
  const relaxed = enableRelaxedSimd() ? [false, true] : [false]
  const shapes = everyTile ? tiles : tiles.slice(0, 1)
  return relaxed.flatMap((allowed) => shapes.map((tile) => ({ ...portableTarget, relaxed: allowed, tile })))
}
