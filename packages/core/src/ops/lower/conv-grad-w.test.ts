import { describe, expect, it } from 'vitest'
import type { AttributesInit } from '../../ir/builder.ts'
import { targetKey } from '../../kernel/target.ts'
import { checkEmit } from '../../testing/check-emit.ts'
import type { Gen } from '../../testing/gen.ts'
import { exactTensor, randomCases } from '../../testing/random-cases.ts'
import { runEmit } from '../../testing/run-calls.ts'
import { testTargets } from '../../testing/targets.ts'
import { windowAxes } from '../shared/window.ts'
import { convGradW } from '../slipway/conv-grad-w.ts'

interface Form {
  readonly images: number
  readonly group: number
  readonly channels: number
  readonly maps: number
  readonly sizes: readonly number[]
  readonly kernel: readonly number[]
  readonly attrs: AttributesInit & object
  /** Windows at the end that dY leaves out. */
  readonly left?: number
}

/** X and dY of a convolution; numbers are small enough that every sum of products is exact. */
function inputsOf(g: Gen, { images, group, channels, maps, sizes, kernel, attrs, left = 0 }: Form) {
  const axes = windowAxes(sizes, kernel, attrs)
  const outputs = axes.map(({ output }) => Math.max(1, output - left))
  return [
    exactTensor(g, [images, group * channels, ...sizes]),
    exactTensor(g, [images, group * maps, ...outputs]),
  ]
}

function check(g: Gen, form: Form, target: Parameters<typeof checkEmit>[2]): void {
  const { attrs, group, kernel } = form
  const inputs = inputsOf(g, form)
  checkEmit(convGradW, { inputs, attrs: { ...attrs, group, kernel_shape: kernel } }, target)
}

function checkRandom(
  g: Gen,
  rank: number,
  mostStride: number,
  target: Parameters<typeof checkEmit>[2],
): void {
  const list = (low: number, high: number, length = rank) => Array.from({ length }, () => g.int(low, high))
  const [kernel, strides, dilations] = [list(1, 3), list(1, mostStride), list(1, 2)]
  const isInside = g.bool()
  const pads = list(0, isInside ? 0 : 2, 2 * rank)
  const sizes = kernel.map((size, i) => (size - 1) * dilations[i]! + 1 + g.int(0, rank > 2 ? 4 : 17))
  const padding =
    g.int(0, 3) === 0 ? { auto_pad: g.oneOf(['SAME_UPPER', 'SAME_LOWER', 'VALID'] as const) } : { pads }
  const attrs = { strides, dilations, ...padding }
  const [images, group] = [g.int(1, 3), g.oneOf([1, 1, 2, 3])]
  const form = { images, group, channels: g.int(1, 5), maps: g.int(1, 7), sizes, kernel, attrs }
  check(g, { ...form, left: g.oneOf([0, 0, 1]) }, target)
}

for (const target of testTargets({ everyTile: true })) {
  describe(`gradients of weights on ${targetKey(target)}`, () => {
    it('equal the reference over images', () => randomCases(40, (g) => checkRandom(g, 2, 3, target)))
    it('equal the reference over lines', () => randomCases(20, (g) => checkRandom(g, 1, 5, target)))
    it('equal the reference over volumes', () => randomCases(12, (g) => checkRandom(g, 3, 2, target)))
    it('equal the reference in chunks, splits and blocks', () => {
      const forms: Form[] = [
        { images: 9, group: 1, channels: 1, maps: 5, sizes: [28, 28], kernel: [5, 5], attrs: {} },
        {
          images: 13,
          group: 1,
          channels: 9,
          maps: 70,
          sizes: [7, 7],
          kernel: [3, 3],
          attrs: { pads: [1, 1, 1, 1] },
        },
        { images: 2, group: 1, channels: 3, maps: 4, sizes: [1500], kernel: [7], attrs: { pads: [3, 3] } },
        { images: 2, group: 2, channels: 80, maps: 3, sizes: [5, 9], kernel: [1, 1], attrs: {} },
        {
          images: 1,
          group: 1,
          channels: 2,
          maps: 3,
          sizes: [3, 1400],
          kernel: [2, 3],
          attrs: { strides: [1, 2] },
        },
        {
          images: 3,
          group: 1,
          channels: 2,
          maps: 3,
          sizes: [4, 19, 19],
          kernel: [3, 3, 3],
          attrs: { pads: [1, 1, 1, 1, 1, 1] },
        },
      ]
      for (const form of forms) randomCases(1, (g) => check(g, form, target))
    })
  })
}

it('has the same bits however many threads there are', () => {
  for (const target of testTargets())
    randomCases(1, (g) => {
      const inputs = [
        g.tensor('float32', [40, 3, 20, 20], { finite: true }),
        g.tensor('float32', [40, 7, 18, 18], { finite: true }),
      ]
      const run = (threads: number) =>
        runEmit(convGradW, inputs, { kernel_shape: [3, 3] }, { target, threads })[0]!
      expect(run(3)).toEqual(run(1))
    })
})
