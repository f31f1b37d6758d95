import { it } from 'vitest'
import { checkOnTargets, epilogues } from '../../testing/check-emit.ts'
import { type Gen, generator } from '../../testing/gen.ts'
import { randomCases } from '../../testing/random-cases.ts'
import { conv } from '../conv.ts'
import { randomStream } from '../random.ts'

const seed = Number(process.env['SLIPWAY_SEED'] ?? 1)
const sizes = [1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 31]

function randomConv(g: Gen, rank: 1 | 2, kernels: readonly number[]) {
  const multiplier = g.oneOf([1, 1, 1, 2, 3])
  const channels = g.oneOf([1, 2, 3, 5])
  const kernel = Array.from({ length: rank }, () => g.oneOf(kernels))
  const dilations = kernel.map((_, i) => (i === 0 ? g.oneOf([1, 1, 2]) : g.oneOf([1, 1, 1, 2, 3])))
  const strides = kernel.map(() => g.oneOf([1, 1, 2, 2, 3]))
  const pads = [...kernel, ...kernel].map((size) => g.int(0, size))
  const spatial = kernel.map((size, i) => {
    const least = (size - 1) * dilations[i]! + 1 - pads[i]! - pads[i + rank]!
    return Math.max(1, least, g.oneOf(sizes))
  })
  return {
    inputs: [
      g.tensor('float32', [g.oneOf([0, 1, 2, 3]), channels, ...spatial], { finite: g.bool() }),
      g.tensor('float32', [channels * multiplier, 1, ...kernel]),
      g.bool() ? g.tensor('float32', [channels * multiplier]) : undefined,
    ],
    attrs: { group: channels, strides, pads, dilations },
    threads: g.oneOf([1, 4]),
  }
}

for (const rank of [1, 2] as const) {
  it(`convolves single channels over ${rank} axes as the reference does`, () => {
    randomCases(24, (g, i) => checkOnTargets(conv, randomConv(g, rank, i % 2 === 0 ? [3] : [1, 2, 3, 5, 7])))
  })
}

it('cuts large planes into strips', () => {
  const g = generator(randomStream(seed))
  for (const strides of [
    [1, 1],
    [2, 2],
  ]) {
    const inputs = [g.tensor('float32', [1, 3, 131, 61]), g.tensor('float32', [3, 1, 3, 3])]
    checkOnTargets(conv, { inputs, attrs: { group: 3, pads: [1, 1, 1, 1], strides }, threads: 2 })
  }
})

it('pads automatically', () => {
  const g = generator(randomStream(seed))
  for (const auto_pad of ['SAME_UPPER', 'SAME_LOWER', 'VALID']) {
    const inputs = [g.tensor('float32', [1, 2, 8, 11]), g.tensor('float32', [2, 1, 3, 3])]
    checkOnTargets(conv, { inputs, attrs: { group: 2, auto_pad, strides: [2, 2] } })
  }
})

it('applies the epilogue to every element', () => {
  const g = generator(randomStream(seed))
  const inputs = [g.tensor('float32', [2, 3, 6, 7]), g.tensor('float32', [3, 1, 3, 3])]
  for (const hasEpilogue of epilogues)
    checkOnTargets(conv, { inputs, attrs: { group: 3, pads: [1, 1, 1, 1] }, hasEpilogue })
})
