import { dtypeInfo, isInteger } from '../base/dtype.ts'
import { elementCount, stridesOf } from '../base/shape.ts'
import { type WideTensor, wideZeros } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp, type KernelContext } from './define.ts'
import { tensorFact } from './fact.ts'
import { many, one } from './param.ts'
import { type Equation, labelSizes, parseEquation } from './shared/einsum-equation.ts'
import { floatsOf } from './shared/elements.ts'
import { offsetsOf } from './shared/offsets.ts'
import { numbers } from './types.ts'

export const einsum = defineOp({
  name: 'Einsum',
  doc: 'Products of the operands, summed over the labels that do not stand in the output term. A label that repeats in a term takes the diagonal; an ellipsis stands for the remaining axes, which broadcast. Integers wrap around.',
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
  gradient: 'none',
  lower: { kind: 'kernel' },
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
        labels.map((label) => strideOf(x, equation.terms[i]!, label)),
      )
    return { x, kept: offsets(equation.output), summed: offsets(summedLabels) }
  })
  const { dtype } = inputs[0]!
  const out = wideZeros(dtype, sizesOf(equation.output))
  if (isInteger(dtype) && dtypeInfo(dtype).bits >= 32) contractIntegers(operands, out)
  else contractNumbers(operands, out)
  return out
}

/** A repeated label steps along all its axes at once; an axis of size 1 stays. */
function strideOf({ shape }: WideTensor, term: readonly string[], label: string): number {
  const strides = stridesOf(shape)
  return term.reduce((sum, own, axis) => (own === label && shape[axis] !== 1 ? sum + strides[axis]! : sum), 0)
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
