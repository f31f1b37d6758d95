/** The register tile of one product: the target's, unless another one wastes much less on the edges of C. */
import { portableTarget, type RegisterTile, type Target } from '../target.ts'

interface Candidate {
  readonly tile: RegisterTile
  /** Of the speed of the standard tile, with fused multiply-add and without. */
  readonly relaxed: number
  readonly strict: number
}

/** Without fused multiply-add, nine sums and their operands are too many for the registers. */
const others: readonly Candidate[] = [
  { tile: { rows: 3, vectors: 3 }, relaxed: 1, strict: 0.6 },
  { tile: { rows: 2, vectors: 4 }, relaxed: 1, strict: 0.95 },
  { tile: { rows: 1, vectors: 4 }, relaxed: 0.5, strict: 0.75 },
]

/** Another tile is more code: it has to save so much. */
const margin = 0.88

export function tileFor({ relaxed, tile }: Target, rows: number, columns: number): RegisterTile {
  const cost = (one: RegisterTile, speed: number) => {
    const width = 4 * one.vectors
    return (Math.ceil(rows / one.rows) * one.rows * Math.ceil(columns / width) * width) / speed
  }
  // Where a larger tile was chosen, vectors or registers are not what these speeds are for.
  const isStandard = tile.rows === portableTarget.tile.rows && tile.vectors === portableTarget.tile.vectors
  const candidates = isStandard || rows < tile.rows ? others : []
  const limit = margin * cost(tile, 1)
  const best = candidates
    .map((one) => ({ tile: one.tile, cost: cost(one.tile, relaxed ? one.relaxed : one.strict) }))
    .reduce((a, b) => (b.cost < a.cost ? b : a), { tile, cost: limit })
  return best.tile
}
