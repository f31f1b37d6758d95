import { describe, it } from 'vitest'
import type { AttributesInit } from '../../ir/builder.ts'
import { targetKey } from '../../kernel/target.ts'
import { checkEmit, epilogues } from '../../testing/check-emit.ts'
import type { Gen } from '../../testing/gen.ts'
import { exactTensor, randomCases } from '../../testing/random-cases.ts'
import { testTargets } from '../../testing/targets.ts'
import { conv } from '../conv.ts'

interface Window {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly pads: readonly number[]
}

/** Any window over `rank` axes, and sizes that it fits. */
function randomWindow(g: Gen, rank: number, mostStride: number): Window & { readonly sizes: number[] } {
  const list = (low: number, high: number, length = rank) => Array.from({ length }, () => g.int(low, high))
  const [kernel, strides, dilations] = [list(1, 3), list(1, mostStride), list(1, 2)]
  const pads = list(0, 2, 2 * rank)
  const sizes = kernel.map((size, i) => (size - 1) * dilations[i]! + 1 + g.int(0, rank > 2 ? 3 : 17))
  return { kernel, strides, dilations, pads, sizes }
}

function check(g: Gen, rank: number, mostStride: number, target: Parameters<typeof checkEmit>[2]): void {
  const { sizes, kernel, ...rest } = randomWindow(g, rank, mostStride)
  const group = g.oneOf([1, 1, 2, 3])
  const [images, maps, depth] = [g.int(1, 2), group * g.int(1, 7), g.int(1, 5)]
  const attrs: AttributesInit = {
    strides: rest.strides,
    dilations: rest.dilations,
    group,
    ...(g.int(0, 3) === 0
      ? { auto_pad: g.oneOf(['SAME_UPPER', 'SAME_LOWER', 'VALID']) }
      : { pads: rest.pads }),
  }
  const inputs = [
    exactTensor(g, [images, group * depth, ...sizes], g.int(0, 3) === 0),
    exactTensor(g, [maps, depth, ...kernel]),
    g.bool() ? exactTensor(g, [maps]) : undefined,
  ]
  const constants = g.bool() ? [1, 2] : []
  checkEmit(conv, { inputs, attrs, constants, hasEpilogue: g.oneOf(epilogues), threads: g.int(1, 2) }, target)
}

for (const target of testTargets({ everyTile: true })) {
  describe(`convolutions on ${targetKey(target)}`, () => {
    it('equal the reference over images', () => randomCases(40, (g) => check(g, 2, 3, target)))
    it('equal the reference over lines', () => randomCases(15, (g) => check(g, 1, 7, target)))
    it('equal the reference over volumes', () => randomCases(8, (g) => check(g, 3, 2, target)))
    it('equal the reference where the sum comes in parts', () => {
      randomCases(3, (g) => {
        const inputs = [exactTensor(g, [1, 50, 5, 9], g.bool()), exactTensor(g, [5, 50, 3, 3])]
        checkEmit(
          conv,
          { inputs, attrs: { pads: [1, 1, 1, 1] }, constants: [1], hasEpilogue: g.oneOf(epilogues) },
          target,
        )
      })
    })
    it('equal the reference for few maps of images in blocks of rows', () => {
      for (const [stride, group, threads] of [
        [1, 1, 1],
        [2, 1, 2],
        [1, 2, 2],
      ] as const)
        randomCases(1, (g) => {
          const [depth, maps] = [36, g.int(4, 16)]
          const inputs = [
            exactTensor(g, [2, group * depth, 2 + 11 * stride, 47 * stride], g.bool()),
            exactTensor(g, [group * maps, depth, 3, 5]),
            exactTensor(g, [group * maps]),
          ]
          const attrs = { group, strides: [stride, stride], pads: [1, 2, 1, 2] }
          checkEmit(
            conv,
            { inputs, attrs, constants: [1, 2], hasEpilogue: g.oneOf(epilogues), threads },
            target,
          )
        })
    })
    it('equal the reference for single taps', () => {
      randomCases(15, (g) => {
        const [group, depth, maps] = [g.oneOf([1, 2]), g.int(1, 20), g.int(1, 20)]
        const inputs = [
          exactTensor(g, [g.int(1, 2), group * depth, g.oneOf([1, 1, 2, 6]), g.oneOf([1, 1, 5])], g.bool()),
          exactTensor(g, [group * maps, depth, 1, 1]),
          exactTensor(g, [group * maps]),
        ]
        const stride = g.oneOf([1, 1, 2])
        const attrs = { group, strides: [stride, stride] }
        checkEmit(
          conv,
          { inputs, attrs, constants: g.bool() ? [1, 2] : [], hasEpilogue: g.oneOf(epilogues) },
          target,
        )
      })
    })
  })
}
