/** What kernels are generated for: the instructions that may be used and the shape of the register tile. */

/** Accumulators of the matrix product: `rows` × (4 · `vectors`) floats are kept in registers. */
export interface RegisterTile {
  readonly rows: number
  readonly vectors: number
}

export interface Target {
  /** Relaxed SIMD: fused multiply-add and fast minimum; results may differ in the last bit from machine to machine. */
  readonly relaxed: boolean
  readonly tile: RegisterTile
}

/** What every engine with SIMD runs, with the same bits everywhere. */
export const portableTarget: Target = { relaxed: false, tile: { rows: 4, vectors: 2 } }

/** Part of the key of every kernel. */
export function targetKey({ relaxed, tile }: Target): string {
  return `${relaxed ? 'relaxed' : 'strict'}-${tile.rows}x${4 * tile.vectors}`
}
