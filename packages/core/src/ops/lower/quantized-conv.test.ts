import { describe, expect, it } from 'vitest'
import type { AttributesInit } from '../../ir/builder.ts'
import { type Target, targetKey } from '../../kernel/target.ts'
import { scales, wholeRange } from '../../testing/bytes.ts'
import { checkEmit, referenceOutputs } from '../../testing/check-emit.ts'
import { type Gen, generator } from '../../testing/gen.ts'
import { randomCases } from '../../testing/random-cases.ts'
import { runEmit } from '../../testing/run-calls.ts'
import { testTargets } from '../../testing/targets.ts'
import { convInteger } from '../conv-integer.ts'
import { qlinearConv } from '../qlinear-conv.ts'
import { randomStream } from '../random.ts'

interface Window {
  readonly sizes: readonly number[]
  readonly kernel: readonly number[]
  readonly attrs: AttributesInit
}

function randomWindow(g: Gen, rank: number): Window {
  const list = (low: number, high: number, length = rank) => Array.from({ length }, () => g.int(low, high))
  const [kernel, strides, dilations] = [list(1, 3), list(1, g.oneOf([1, 2, 5])), list(1, 2)]
  const sizes = kernel.map((size, i) => (size - 1) * dilations[i]! + 1 + g.oneOf([0, 1, 6, 7, 8, 12, 17, 30]))
  const isAutomatic = g.int(0, 3) === 0
  const padding = isAutomatic
    ? { auto_pad: g.oneOf(['SAME_UPPER', 'SAME_LOWER', 'VALID']) }
    : { pads: g.bool() ? list(0, 2, 2 * rank) : list(0, 0, 2 * rank) }
  return { sizes, kernel, attrs: { strides, dilations, ...padding } }
}

interface Channels {
  readonly group: number
  readonly depth: number
  readonly maps: number
}

const anyChannels = (g: Gen): Channels => {
  const group = g.oneOf([1, 1, 1, 2, 3])
  return { group, depth: g.int(1, 6), maps: group * g.oneOf([1, 2, 3, 4, 5, 9]) }
}
const oneChannelEach = (g: Gen): Channels => {
  const group = g.oneOf([1, 2, 5])
  return { group, depth: 1, maps: group * g.oneOf([1, 1, 2]) }
}

function check(g: Gen, rank: number, target: Target, { group, depth, maps }: Channels): void {
  const { sizes, kernel, attrs } = randomWindow(g, rank)
  const [xType, wType, yType] = [0, 1, 2].map(() => g.oneOf(['int8', 'uint8'] as const))
  const x = wholeRange(g, xType!, [g.int(0, 8) === 0 ? 0 : g.int(1, 2), group * depth, ...sizes])
  const w = wholeRange(g, wType!, [maps, depth, ...kernel])
  const perMap = g.bool() ? [maps] : []
  const [xZero, wZero] = [wholeRange(g, xType!, []), wholeRange(g, wType!, perMap)]
  const options = { attrs: { ...attrs, group }, constants: g.bool() ? [1, 3] : [], threads: g.int(1, 2) }
  const zeros = g.bool() ? [xZero, wZero] : []
  checkEmit(convInteger, { inputs: [x, w, ...zeros], ...options }, target)
  const isPower = g.bool()
  const [xScale, yScale] = [scales(g, [], isPower, -7, -5), scales(g, [], isPower, -2, 3)]
  const inputs = [
    x,
    xScale,
    xZero,
    w,
    scales(g, perMap, isPower, -7, -5),
    wZero,
    yScale,
    wholeRange(g, yType!, []),
    g.bool() ? wholeRange(g, 'int32', [maps]) : undefined,
  ]
  if (inputs[8])
    inputs[8] = { ...inputs[8], data: Int32Array.from(inputs[8].data as Int32Array, (b) => b >> 16) } // int32
  // Powers of two make every step exact; other factors are rounded to float32, which may turn what is almost halfway.
  const tolerance = { relative: 0, absolute: isPower ? 0 : 1 }
  checkEmit(qlinearConv, { inputs, ...options, tolerance }, target)
}

/** Elements of a convolution with ordinary scales that are not those of the reference. */
function differences(target: Target): number {
  const g = generator(randomStream(Number(process.env['SLIPWAY_SEED'] ?? 1)))
  const inputs = [
    wholeRange(g, 'uint8', [1, 16, 40, 40]),
    scales(g, [], false, -7, -7),
    wholeRange(g, 'uint8', []),
    wholeRange(g, 'int8', [32, 16, 3, 3]),
    scales(g, [32], false, -7, -6),
    wholeRange(g, 'int8', [32]),
    scales(g, [], false, -2, -2),
    wholeRange(g, 'uint8', []),
  ]
  const [expected] = referenceOutputs(qlinearConv, { inputs })
  const [got] = runEmit(qlinearConv, inputs, {}, { target })
  const wanted = expected!.data as Uint8Array // of the zero point's type
  return (got!.data as Uint8Array).filter((value, i) => value !== wanted[i]).length
}

for (const target of testTargets()) {
  describe(`convolutions of integers on ${targetKey(target)}`, () => {
    it('equal the reference over images', () => randomCases(40, (g) => check(g, 2, target, anyChannels(g))))
    it('equal the reference over lines', () => randomCases(12, (g) => check(g, 1, target, anyChannels(g))))
    it('differ from it in hardly an element where factors are rounded', () => {
      expect(differences(target)).toBeLessThan(10)
    })
    it('equal the reference for single channels', () =>
      randomCases(30, (g) => check(g, g.oneOf([1, 2]), target, oneChannelEach(g))))
  })
}
