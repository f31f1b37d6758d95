import { describe, it } from 'vitest'
import type { AttributesInit } from '../../ir/builder.ts'
import { targetKey } from '../../kernel/target.ts'
import { checkEmit, epilogues } from '../../testing/check-emit.ts'
import type { Gen } from '../../testing/gen.ts'
import { exactTensor, randomCases } from '../../testing/random-cases.ts'
import { testTargets } from '../../testing/targets.ts'
import { convTranspose } from '../conv-transpose.ts'

function check(g: Gen, rank: number, mostStride: number, target: Parameters<typeof checkEmit>[2]): void {
  const list = (low: number, high: number) => Array.from({ length: rank }, () => g.int(low, high))
  const [sizes, kernel, strides, dilations] = [
    list(1, rank > 2 ? 4 : 11),
    list(1, 3),
    list(1, mostStride),
    list(1, 2),
  ]
  const full = sizes.map((size, i) => (size - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1)
  const pad = full.map((size) => g.int(0, Math.min(2, Math.floor((size - 1) / 2))))
  const extra = strides.map((stride, i) => g.int(0, Math.max(stride, dilations[i]!) - 1))
  const group = g.oneOf([1, 1, 2])
  const [images, maps, depth] = [g.int(1, 2), g.int(1, 5), g.int(1, 9)]
  const attrs: AttributesInit = {
    strides,
    dilations,
    group,
    output_padding: extra,
    ...(g.int(0, 3) === 0 ? { auto_pad: g.oneOf(['SAME_UPPER', 'SAME_LOWER']) } : { pads: [...pad, ...pad] }),
  }
  const inputs = [
    exactTensor(g, [images, group * depth, ...sizes], g.int(0, 3) === 0),
    exactTensor(g, [group * depth, maps, ...kernel]),
    g.bool() ? exactTensor(g, [group * maps]) : undefined,
  ]
  const constants = g.bool() ? [1, 2] : []
  checkEmit(convTranspose, { inputs, attrs, constants, hasEpilogue: g.oneOf(epilogues) }, target)
}

for (const target of testTargets()) {
  describe(`transposed convolutions on ${targetKey(target)}`, () => {
    it('equal the reference over images', () => randomCases(60, (g) => check(g, 2, 3, target)))
    it('equal the reference over lines', () => randomCases(30, (g) => check(g, 1, 4, target)))
    it('equal the reference over volumes', () => randomCases(10, (g) => check(g, 3, 2, target)))
  })
}
