import { describe, it } from 'vitest'
import type { AttributesInit } from '../../ir/builder.ts'
import { type Target, targetKey } from '../../kernel/target.ts'
import { scales, wholeRange } from '../../testing/bytes.ts'
import { checkEmit } from '../../testing/check-emit.ts'
import type { Gen } from '../../testing/gen.ts'
import { randomCases } from '../../testing/random-cases.ts'
import { testTargets } from '../../testing/targets.ts'
import { qlinearAveragePool } from '../contrib/qlinear-average-pool.ts'
import { qlinearConcat } from '../contrib/qlinear-concat.ts'
import { qlinearGlobalAveragePool } from '../contrib/qlinear-global-average-pool.ts'
import { qlinearLeakyRelu } from '../contrib/qlinear-leaky-relu.ts'
import { qlinearSigmoid } from '../contrib/qlinear-sigmoid.ts'
import { qlinearSoftmax } from '../contrib/qlinear-softmax.ts'
import { maxPool } from '../max-pool.ts'

const byte = (g: Gen) => g.oneOf(['int8', 'uint8'] as const)
const sizes = [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 33]

function checkWindows(g: Gen, target: Target): void {
  const rank = g.oneOf([1, 2, 2])
  const list = (low: number, high: number, length = rank) => Array.from({ length }, () => g.int(low, high))
  const [kernel_shape, dilations] = [list(1, 4), list(1, 2)]
  const [strides, pads] = [list(1, g.oneOf([1, 2, 5])), list(0, 2, 2 * rank)]
  const spatial = kernel_shape.map((size, i) => (size - 1) * dilations[i]! + g.oneOf(sizes))
  const dtype = byte(g)
  const X = wholeRange(g, dtype, [g.int(0, 2), g.oneOf([1, 3]), ...spatial])
  const padding: AttributesInit = g.bool() ? { pads } : { auto_pad: g.oneOf(['SAME_UPPER', 'SAME_LOWER']) }
  const ceil_mode = 'pads' in padding ? g.int(0, 1) : 0
  const attrs = { kernel_shape, strides, ...padding, ceil_mode }
  const threads = g.int(1, 2)
  checkEmit(maxPool, { inputs: [X], attrs: { ...attrs, dilations }, threads }, target)
  const inputs = [
    X,
    scales(g, [], false, -7, 3),
    g.bool() ? wholeRange(g, dtype, []) : undefined,
    scales(g, [], false, -7, 3),
    g.bool() ? wholeRange(g, dtype, []) : undefined,
  ]
  checkEmit(
    qlinearAveragePool,
    { inputs, attrs: { ...attrs, count_include_pad: g.int(0, 1) }, threads },
    target,
  )
}

function checkPlanes(g: Gen, target: Target): void {
  const dtype = byte(g)
  const X = wholeRange(g, dtype, [g.int(0, 2), g.int(1, 9), g.oneOf([0, ...sizes]), g.oneOf(sizes)])
  const inputs = [
    X,
    scales(g, [], g.bool(), -7, 3),
    wholeRange(g, dtype, []),
    scales(g, [], g.bool(), -7, 3),
    wholeRange(g, dtype, []),
  ]
  checkEmit(qlinearGlobalAveragePool, { inputs, threads: g.int(1, 2) }, target)
}

function checkFunctions(g: Gen, target: Target): void {
  const dtype = byte(g)
  const parameters = () => [scales(g, [], false, -7, -3), wholeRange(g, dtype, [])]
  const X = wholeRange(g, dtype, [g.oneOf([0, 1, 7, 8, 9, 400])])
  const inputs = [X, ...parameters(), ...parameters()]
  checkEmit(qlinearLeakyRelu, { inputs }, target)
  // The compiled exponential differs from the reference by some units in the last place.
  checkEmit(qlinearSigmoid, { inputs, tolerance: { relative: 0, absolute: 1 } }, target)
}

function checkSoftmax(g: Gen, target: Target): void {
  const dtype = byte(g)
  const X = wholeRange(g, dtype, [g.int(0, 3), g.oneOf(sizes), g.oneOf([1, 3, 300])])
  const inputs = [X, scales(g, [], false, -7, 0), undefined, scales(g, [], g.bool(), -9, -7)]
  const attrs = { axis: g.int(-3, 2), opset: g.oneOf([11, 13, 21]) }
  checkEmit(qlinearSoftmax, { inputs: [...inputs, wholeRange(g, dtype, [])], attrs }, target)
}

function checkConcat(g: Gen, target: Target): void {
  const [dtype, rank] = [byte(g), g.int(1, 3)]
  const axis = g.int(-rank, rank - 1)
  const shape = Array.from({ length: rank }, () => g.oneOf([1, 2, 5, 17]))
  const scaleOfAll = scales(g, [], false, -7, 0)
  const zeroOfAll = wholeRange(g, dtype, [])
  const parts = Array.from({ length: g.int(1, 4) }, () => {
    const own = shape.map((size, i) => (i === (axis + rank) % rank ? g.oneOf([0, 1, 3, 16]) : size))
    const x = wholeRange(g, dtype, own)
    return g.bool() ? [x, scaleOfAll, zeroOfAll] : [x, scales(g, [], false, -7, 0), wholeRange(g, dtype, [])]
  })
  const inputs = [scaleOfAll, zeroOfAll, ...parts.flat()]
  checkEmit(qlinearConcat, { inputs, attrs: { axis }, threads: g.int(1, 2) }, target)
}

for (const target of testTargets()) {
  describe(`quantized tensors on ${targetKey(target)}`, () => {
    it('have the maxima and means of the reference', () => randomCases(50, (g) => checkWindows(g, target)))
    it('have the means of planes', () => randomCases(25, (g) => checkPlanes(g, target)))
    it('go through functions', () => randomCases(15, (g) => checkFunctions(g, target)))
    it('have the softmax of the reference', () => randomCases(30, (g) => checkSoftmax(g, target)))
    it('come to one scale one after the other', () => randomCases(30, (g) => checkConcat(g, target)))
  })
}
