import { type DType, dtypeInfo, isInteger } from '../base/dtype.ts'
import { elementCount } from '../base/shape.ts'
import { type WideTensor, wideZeros } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp, type KernelContext } from './define.ts'
import { tensorFact } from './fact.ts'
import { lowerEinsum, strideOf } from './lower/einsum.ts'
import { many, one } from './param.ts'
import { type Equation, labelSizes, parseEquation } from './shared/einsum-equation.ts'
import { einsumProduct, productLabels } from './shared/einsum-product.ts'
import { floatsOf } from './shared/elements.ts'
import { offsetsOf } from './shared/offsets.ts'
import { numbers } from './types.ts'

/** Types whose matrix products are those of Einsum. */
const products: ReadonlySet<DType> = new Set(['float32', 'float64', 'int32', 'int64'])

/**
 * Products of the operands, summed over the labels that do not stand in the output term. A label that
 * repeats in a term takes the diagonal; an ellipsis stands for the remaining axes, which broadcast. Integers
 * wrap around.
 */
export const einsum = defineOp({
  name: 'Einsum',
  since: [12, 28],
  types: { T: numbers },
  inputs: { Inputs: many('T') },
  outputs: { Output: one('T') },
  attrs: { equation: attr.required.string() },
  infer: ({ Inputs }, { equation }) => {
    const { dtype } = Inputs[0]!
    const shapes = Inputs.map(({ shape }) => shape)
    if (!shapes.every((shape) => shape !== undefined)) return { Output: tensorFact(dtype, undefined) }
    const parsed = parseEquation(
      equation,
      shapes.map((shape) => shape.length),
    )
    const sizes = labelSizes(parsed, shapes)
    return {
      Output: tensorFact(
        dtype,
        parsed.output.map((label) => sizes.get(label)!),
      ),
    }
  },
  reference: ({ Inputs }, { equation }, context) => {
    const parsed = parseEquation(
      equation,
      Inputs.map(({ shape }) => shape.length),
    )
    return { Output: contract(Inputs, parsed, context) }
  },
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    emit: ({ Inputs }, { Output }, { equation }, context) => lowerEinsum(Inputs, Output, equation, context),
    build: (b, { Inputs }, { equation }, { inputs }) => {
      const known = inputs.Inputs.flatMap(({ shape }) => {
        const sizes = shape?.filter((size) => typeof size === 'number')
        return sizes && sizes.length === shape?.length ? [sizes] : []
      })
      if (known.length < Inputs.length || !products.has(inputs.Inputs[0]!.dtype)) return undefined
      const ranks = known.map((shape) => shape.length)
      const parsed = parseEquation(equation, ranks)
      const sizes = labelSizes(parsed, known) as ReadonlyMap<string, number> // concrete shapes give concrete sizes
      const labels = productLabels(parsed, known, sizes)
      return labels && { Output: einsumProduct(b, Inputs, parsed, labels, sizes) }
    },
  },
})

/** Where an operand's elements lie: the offset of an element is that of its output index plus that of its sum index. */
interface Operand {
  readonly x: WideTensor
  readonly kept: Float64Array
  readonly summed: Float64Array
}

function contract(
  inputs: readonly WideTensor[],
  equation: Equation,
  { checkElements }: KernelContext,
): WideTensor {
  const sizes = labelSizes(
    equation,
    inputs.map(({ shape }) => shape),
  ) as ReadonlyMap<string, number> // concrete shapes give concrete sizes
  const summedLabels = [...sizes.keys()].filter((label) => !equation.output.includes(label))
  const sizesOf = (labels: readonly string[]) => labels.map((label) => sizes.get(label)!)
  // The offsets take as much room as a tensor.
  checkElements(elementCount(sizesOf(equation.output)))
  checkElements(elementCount(sizesOf(summedLabels)))
  const operands = inputs.map((x, i): Operand => {
    const offsets = (labels: readonly string[]) =>
      offsetsOf(
        sizesOf(labels),
        labels.map((label) => strideOf(x.shape, equation.terms[i]!, label)),
      )
    return { x, kept: offsets(equation.output), summed: offsets(summedLabels) }
  })
  const { dtype } = inputs[0]!
  const out = wideZeros(dtype, sizesOf(equation.output))
  if (isInteger(dtype) && dtypeInfo(dtype).bits >= 32) contractIntegers(operands, out)
  else contractNumbers(operands, out)
  return out
}

function contractNumbers(operands: readonly Operand[], out: WideTensor): void {
  const data = operands.map(({ x }) => floatsOf(x))
  const count = operands[0]!.summed.length
  for (let o = 0; o < out.data.length; o++) {
    let sum = 0
    for (let s = 0; s < count; s++) {
      let product = 1
      for (let i = 0; i < data.length; i++) {
        const { kept, summed } = operands[i]!
        product *= data[i]![kept[o]! + summed[s]!]!
      }
      sum += product
    }
    out.data[o] = sum
  }
}

function contractIntegers(operands: readonly Operand[], out: WideTensor): void {
  const count = operands[0]!.summed.length
  const narrowed = out.data instanceof Float64Array
  for (let o = 0; o < out.data.length; o++) {
    let sum = 0n
    for (let s = 0; s < count; s++) {
      sum += operands.reduce((product, { x, kept, summed }) => {
        return product * BigInt(x.data[kept[o]! + summed[s]!]!)
      }, 1n)
    }
    out.data[o] = narrowed ? Number(BigInt.asIntN(32, sum)) : sum
  }
}
