/**
 * Chooses the register tile at start-up, by timing a few: how many registers there are, and whether the engine turns
 * pairs of vectors into wider ones, cannot be asked.
 */
import { webAssembly } from '../platform/web-assembly.ts'
import { i32, moduleBuilder } from '../wasm/index.ts'
import { emitTileProduct, tileLocals } from './gemm/tile-product.ts'
import { portableTarget, type RegisterTile, type Target } from './target.ts'

/** The tile that is good everywhere comes first. */
const candidates: readonly RegisterTile[] = [
  portableTarget.tile,
  { rows: 6, vectors: 2 },
  { rows: 4, vectors: 4 },
]

/** So much faster another tile must be than the first one, for the clock and the machine are noisy. */
const margin = 1.06
/** A turn that is so much faster than the first one shows that the engine has compiled the tile well. */
const tierGain = 1.8
const depth = 128
/** Multiply-adds of single numbers in a burst, about a tenth of a millisecond. */
const burst = 2e6
const budgetMs = 12
/** Fewer say little on a busy machine. */
const leastRounds = 8
/** A clock that ticks more slowly than this cannot time a burst. */
const tickMs = 0.02

interface Timing {
  readonly tile: RegisterTile
  readonly run: (times: number) => void
  first: number
  best: number
}

/**
 * The fastest tile on this machine; the portable one where the clock is too coarse to say, or where code was not
 * compiled well in time. Takes about 15 ms. Engines compile twice, the second time well and in the background:
 * candidates take turns until the time is over, and the best turn of each counts.
 */
export function probeTile(relaxed: boolean, nowMs: () => number): RegisterTile {
  if (clockTick(nowMs) > tickMs) return portableTarget.tile
  const timings = candidates.map((tile): Timing => {
    const run = timedTile({ relaxed, tile })
    run(1)
    return { tile, run, first: 0, best: Number.POSITIVE_INFINITY }
  })
  const end = nowMs() + budgetMs
  let rounds = 0
  do {
    for (const timing of timings) takeTurn(timing, nowMs)
    rounds += 1
  } while (nowMs() < end || rounds < leastRounds)
  const [standard, ...others] = timings.filter(({ first, best }) => best * tierGain < first)
  if (standard?.tile !== portableTarget.tile) return portableTarget.tile
  const fastest = others.reduce((a, b) => (b.best < a.best ? b : a), standard)
  return fastest.best * margin < standard.best ? fastest.tile : standard.tile
}

function takeTurn(timing: Timing, nowMs: () => number): void {
  const { rows, vectors } = timing.tile
  const start = nowMs()
  timing.run(Math.ceil(burst / (4 * rows * vectors * depth)))
  const time = nowMs() - start
  timing.first ||= time
  timing.best = Math.min(timing.best, time)
}

/** The least time that the clock can tell, or infinity where it seems to stand still. */
function clockTick(nowMs: () => number): number {
  const start = nowMs()
  for (let i = 0; i < 100_000; i++) {
    const tick = nowMs() - start
    if (tick > 0) return tick
  }
  return Number.POSITIVE_INFINITY
}

/** Products by one tile as a function of how many, all in the first-level cache. */
function timedTile(target: Target): Timing['run'] {
  const { tile } = target
  const [aBytes, bBytes] = [4 * tile.rows * depth, 16 * tile.vectors * depth]
  const m = moduleBuilder()
  m.ownMemory('memory', { initialPages: 1, maximumPages: 1, shared: false })
  // A function of its own, called often, is what engines compile well.
  const product = m.func('product', ['i32', 'i32', 'i32'], undefined, (f, a, b, c) => {
    const acc = tileLocals(f, tile)
    const steps = f.let(i32(depth))
    const [left, right] = [
      { kind: 'steps', at: a, stepBytes: 4 * tile.rows },
      { kind: 'steps', at: b, stepBytes: 16 * tile.vectors },
    ] as const
    emitTileProduct(f, target, tile, acc, left, right, steps)
    acc.forEach((sum, i) => void f.store('v128.store', c, sum, 16 * i))
  })
  const run = m.func('run', ['i32'], undefined, (f, times) => {
    f.repeat(times, () => f.call(product, i32(0), i32(aBytes), i32(aBytes + bBytes)))
  })
  m.export('run', run)
  const { exports } = new webAssembly.Instance(new webAssembly.Module(m.build()))
  return exports['run'] as Timing['run'] // as exported above
}
