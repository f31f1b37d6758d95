import { describe, it } from 'vitest'
import type { DType } from '../../base/dtype.ts'
import type { Tensor } from '../../base/tensor.ts'
import { float } from '../../ir/builder.ts'
import { type Target, targetKey } from '../../kernel/target.ts'
import { scales, wholeRange } from '../../testing/bytes.ts'
import { checkEmit } from '../../testing/check-emit.ts'
import type { Gen } from '../../testing/gen.ts'
import { randomCases } from '../../testing/random-cases.ts'
import { testTargets } from '../../testing/targets.ts'
import { dynamicQuantizeMatmul } from '../contrib/dynamic-quantize-matmul.ts'
import { matmulIntegerToFloat } from '../contrib/matmul-integer-to-float.ts'
import { qgemm } from '../contrib/qgemm.ts'
import { matmulInteger } from '../matmul-integer.ts'
import { qlinearMatmul } from '../qlinear-matmul.ts'

const size = (g: Gen) => g.oneOf([1, 1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 23, 31])
const depth = (g: Gen) => g.oneOf([0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 40, 61, 300])
const byte = (g: Gen) => g.oneOf(['int8', 'uint8'] as const)

interface Operands {
  readonly a: Tensor
  readonly b: Tensor
  readonly rows: number
  readonly columns: number
}

function operands(g: Gen, aType: DType, bType: DType): Operands {
  const [rows, columns, steps] = [size(g), size(g), depth(g)]
  const [aBatch, bBatch] = g.oneOf([
    [[], []],
    [[], []],
    [[2], []],
    [[2], [2]],
    [[], [3]],
    [
      [2, 1],
      [1, 3],
    ],
  ] as const)
  const isVector = g.int(0, 9) === 0
  return {
    a: wholeRange(g, aType, isVector ? [steps] : [...aBatch, rows, steps]),
    b: wholeRange(g, bType, [...bBatch, steps, columns]),
    rows: isVector ? 0 : rows,
    columns,
  }
}

const options = (g: Gen, ...constants: number[]) => ({
  constants: g.bool() ? constants : [],
  threads: g.int(1, 2),
})

/** A scalar, or one per row or column. */
const side = (g: Gen, count: number) => (count > 0 && g.bool() ? [count] : [])

function checkIntegers(g: Gen, target: Target): void {
  const [aType, bType] = [byte(g), byte(g)]
  const { a, b, rows, columns } = operands(g, aType, bType)
  const zeros = [wholeRange(g, aType, side(g, rows)), wholeRange(g, bType, side(g, columns))]
  checkEmit(matmulInteger, { inputs: [a, b, ...(g.bool() ? zeros : [])], ...options(g, 1) }, target)
}

/** Powers of two make every step exact; other factors are rounded, which may turn what is almost halfway. */
const tolerance = (isPower: boolean) => ({ relative: 0, absolute: isPower ? 0 : 1 })

function checkQuantized(g: Gen, target: Target): void {
  const [aType, bType] = [byte(g), byte(g)]
  const { a, b, columns } = operands(g, aType, bType)
  const isPower = g.bool()
  const perColumn = side(g, columns)
  const inputs = [
    a,
    scales(g, [], isPower, -7, -5),
    wholeRange(g, aType, []),
    b,
    scales(g, perColumn, isPower, -7, -5),
    wholeRange(g, bType, perColumn),
    scales(g, [], isPower, -2, 3),
    wholeRange(g, byte(g), []),
  ]
  checkEmit(qlinearMatmul, { inputs, ...options(g, 3), tolerance: tolerance(isPower) }, target)
}

function checkGemm(g: Gen, target: Target): void {
  const [aType, bType, isTurned, isPower] = [byte(g), byte(g), g.bool(), g.bool()]
  const [rows, columns, steps] = [size(g), size(g), depth(g)]
  const perColumn = side(g, columns)
  const bias = g.oneOf([undefined, [columns], [1, columns], [rows, 1]])
  const inputs = [
    wholeRange(g, aType, [rows, steps]),
    scales(g, [], isPower, -7, -5),
    wholeRange(g, aType, []),
    wholeRange(g, bType, isTurned ? [columns, steps] : [steps, columns]),
    scales(g, perColumn, isPower, -7, -5),
    wholeRange(g, bType, perColumn),
    bias && wholeRange(g, 'int16', bias),
    ...(g.bool() ? [scales(g, [], isPower, -2, 3), wholeRange(g, byte(g), [])] : []),
  ]
  const c = inputs[6]
  if (c) inputs[6] = { ...c, dtype: 'int32', data: Int32Array.from(c.data as Int16Array) } // of dtype int16
  const attrs = { transB: isTurned ? 1 : 0, alpha: float(g.oneOf([1, 0.5])) }
  checkEmit(qgemm, { inputs, attrs, ...options(g, 3), tolerance: tolerance(isPower) }, target)
}

function checkFloats(g: Gen, target: Target): void {
  const [aType, bType] = [byte(g), byte(g)]
  const { a, b, columns } = operands(g, aType, bType)
  const perColumn = side(g, columns)
  const inputs = [
    a,
    b,
    scales(g, [], false, -7, 3),
    scales(g, perColumn, false, -7, 3),
    ...(g.bool() ? [wholeRange(g, aType, []), wholeRange(g, bType, perColumn)] : [undefined, undefined]),
    g.bool() ? scales(g, [columns], false, -7, 3) : undefined,
  ]
  checkEmit(matmulIntegerToFloat, { inputs, ...options(g, 1), hasEpilogue: g.bool() }, target)
}

function checkDynamic(g: Gen, target: Target): void {
  const bType = byte(g)
  const { b, columns } = operands(g, 'int8', bType)
  const steps = b.shape.at(-2)!
  const perColumn = side(g, columns)
  const inputs = [
    g.tensor('float32', [...g.oneOf([[], [1]]), size(g), steps]),
    b,
    scales(g, perColumn, false, -7, 3),
    g.bool() ? wholeRange(g, bType, perColumn) : undefined,
    g.bool() ? scales(g, [columns], false, -7, 3) : undefined,
  ]
  checkEmit(dynamicQuantizeMatmul, { inputs, ...options(g, 1), hasEpilogue: g.bool() }, target)
}

for (const target of testTargets()) {
  describe(`products of integers on ${targetKey(target)}`, () => {
    it('equal the reference', () => randomCases(60, (g) => checkIntegers(g, target)))
    it('equal the reference where they are quantized', () =>
      randomCases(60, (g) => checkQuantized(g, target)))
    it('equal the reference with a bias', () => randomCases(60, (g) => checkGemm(g, target)))
    it('equal the reference as floats', () => randomCases(60, (g) => checkFloats(g, target)))
    it('equal the reference after dynamic quantization', () =>
      randomCases(40, (g) => checkDynamic(g, target)))
  })
}
