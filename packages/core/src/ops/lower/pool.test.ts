import { it } from 'vitest'
import { checkOnTargets } from '../../testing/check-emit.ts'
import type { Gen } from '../../testing/gen.ts'
import { randomCases } from '../../testing/random-cases.ts'
import { averagePool } from '../average-pool.ts'
import type { AnyOp } from '../define.ts'
import { lpPool } from '../lp-pool.ts'
import { maxPool } from '../max-pool.ts'

const sizes = [1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 31, 37]

function randomPool(g: Gen, rank: number) {
  const kernel_shape = Array.from({ length: rank }, () => g.oneOf([1, 2, 2, 3, 3, 4, 7]))
  const dilations = kernel_shape.map(() => g.oneOf([1, 1, 1, 2]))
  const strides = kernel_shape.map(() => g.oneOf([1, 1, 2, 2, 3]))
  const automatic = g.int(0, 4) === 0
  const pads = [...kernel_shape, ...kernel_shape].map((size) => (automatic ? 0 : g.int(0, size)))
  const spatial = kernel_shape.map((size, i) => {
    const least = (size - 1) * dilations[i]! + 1 - pads[i]! - pads[i + rank]!
    return Math.max(1, least, g.oneOf(rank > 2 ? [1, 3, 6] : sizes))
  })
  const padding = automatic ? { auto_pad: g.oneOf(['SAME_UPPER', 'SAME_LOWER', 'VALID']) } : { pads }
  return {
    x: g.tensor('float32', [g.oneOf([0, 1, 2]), g.oneOf([1, 3]), ...spatial], { finite: g.bool() }),
    attrs: { kernel_shape, dilations, strides, ceil_mode: g.int(0, 1), ...padding },
  }
}

function checkRandom(op: AnyOp, ranks: readonly number[], more: (g: Gen) => object, outputCount = 1): void {
  for (const rank of ranks)
    randomCases(16, (g) => {
      const { x, attrs } = randomPool(g, rank)
      checkOnTargets(op, { inputs: [x], attrs: { ...attrs, ...more(g) }, outputCount })
    })
}

it('takes maxima as the reference does', () => checkRandom(maxPool, [1, 2, 3], () => ({})))

it('says where the maxima are', () =>
  checkRandom(maxPool, [1, 2, 3], (g) => ({ storage_order: g.int(0, 1) }), 2))

it('takes means as the reference does', () =>
  checkRandom(averagePool, [1, 2], (g) => ({ count_include_pad: g.int(0, 1) })))

it('takes norms as the reference does', () => checkRandom(lpPool, [1, 2], (g) => ({ p: g.int(1, 2) })))

it('takes small windows without padding where the plane is', () => {
  for (const op of [maxPool, averagePool, lpPool])
    for (const columns of [1, 2, 3])
      for (const step of [1, 2, 3])
        randomCases(sizes.length, (g, i) => {
          const width = Math.max(columns, sizes[i]!)
          const rows = g.int(1, 3)
          const x = g.tensor('float32', [2, 3, rows + g.int(0, 4), width], { finite: g.bool() })
          const attrs = { kernel_shape: [rows, columns], strides: [g.int(1, 3), step] }
          checkOnTargets(op, { inputs: [x], attrs })
        })
})
