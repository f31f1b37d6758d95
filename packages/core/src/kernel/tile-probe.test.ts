import { expect, it } from 'vitest'
import { portableTarget } from './target.ts'
import { probeTile } from './tile-probe.ts'

it('chooses a tile within its time', () => {
  const start = performance.now()
  const { rows, vectors } = probeTile(false, () => performance.now())
  expect(rows * vectors).toBeGreaterThanOrEqual(8)
  expect(performance.now() - start).toBeLessThan(500)
})

it('falls back where the clock is coarse or stands still', () => {
  let calls = 0
  expect(probeTile(false, () => Math.floor(calls++ / 1000))).toBe(portableTarget.tile)
  expect(probeTile(false, () => 7)).toBe(portableTarget.tile)
})

it('takes the tile that a clock calls fastest, if it is much faster and was compiled well', () => {
  /** A clock under which each candidate's turns take `first`, then `times`. */
  const clock = (first: number, times: readonly number[]) => {
    let [at, calls] = [0, 0]
    return () => {
      calls += 1
      // Two readings find the tick and one the end; then each turn lies between two, and a round ends with one.
      const slot = (calls - 4) % (2 * times.length + 1)
      const isFirst = calls - 4 < 2 * times.length
      if (calls <= 3) at += 0.001
      else if (slot % 2 === 1) at += isFirst ? first : times[(slot - 1) / 2]!
      return at
    }
  }
  expect(probeTile(false, clock(3, [1, 0.5, 1]))).toEqual({ rows: 6, vectors: 2 })
  expect(probeTile(false, clock(3, [1, 1, 0.4]))).toEqual({ rows: 4, vectors: 4 })
  expect(probeTile(false, clock(3, [1, 0.97, 0.98]))).toBe(portableTarget.tile)
  expect(probeTile(false, clock(1.5, [1, 0.5, 1]))).toBe(portableTarget.tile)
})
