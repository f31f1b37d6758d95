/** The kernel of elementwise work of any number of inputs: a loop over rows, and along them four elements at a time. */
import { isHalf } from '../base/dtype.ts'
import { elementCount } from '../base/shape.ts'
import { broadcastStrides, collapseAxes, type LoopNest } from './broadcast-loop.ts'
import { whyNotComputable } from './computable.ts'
import { emitRow, type RowInput } from './elementwise-row.ts'
import { everyPart, type Formula, formulaKey, substitute } from './formula.ts'
import { elementCost, elementsPerTask } from './formula-cost.ts'
import { constantPool } from './formula-emitter.ts'
import { defineKernel } from './kernel.ts'
import type { LowerContext, Refusal, TensorRef } from './lower.ts'
import { emitWalk, planWalk } from './row-walk.ts'
import { simplifyPowers } from './simplify-powers.ts'
import { bytesOf } from './storage.ts'

/** The structure that code depends on; sizes and strides are parameters. */
interface Plan {
  readonly formula: Formula
  readonly inputs: readonly RowInput[]
}

/** Adds the call that computes `formula` of the inputs, which broadcast to the shape of the output. */
export function lowerElementwise(
  context: LowerContext,
  formula: Formula,
  inputs: readonly TensorRef[],
  output: TensorRef,
): Refusal {
  const simple = simplifyPowers(withExponents(formula, inputs))
  const refusal = whyNotComputable(simple)
  if (refusal !== undefined) return refusal
  const total = elementCount(output.shape)
  if (total === 0) return undefined
  const used = inputs.flatMap((ref, index) => (readsInput(simple, index) ? [{ ref, index }] : []))
  const nest = collapseAxes(
    output.shape,
    [output, ...used.map(({ ref }) => ref)].map(({ shape }) => broadcastStrides(shape, output.shape)),
  )
  const plan: Plan = {
    formula: simple,
    inputs: used.map(({ ref: { dtype, shape }, index }, i) => ({
      index,
      dtype,
      step: nest.strides[i + 1]!.at(-1) === 0 ? 0 : 1,
      whole: elementCount(shape) === total,
    })),
  }
  addCall(context, plan, nest, [output, ...used.map(({ ref }) => ref)])
  return undefined
}

const readsInput = (formula: Formula, index: number): boolean =>
  everyPart(formula).some((part) => part.kind === 'input' && part.index === index)

/** Exponents that are known become constants, since most of them are 2 or ½. */
function withExponents(formula: Formula, inputs: readonly TensorRef[]): Formula {
  const exponents = everyPart(formula).flatMap((part) =>
    part.kind === 'binary' && part.operation === 'pow' ? everyPart(part.b) : [],
  )
  return substitute(formula, (index, dtype) => {
    const known = inputs[index]!.constant
    const isExponent = exponents.some((part) => part.kind === 'input' && part.index === index)
    // The arrays of half floats hold patterns.
    const value =
      isExponent && known && elementCount(known.shape) === 1 && !isHalf(dtype) ? known.data[0] : undefined
    return value === undefined || typeof value === 'string'
      ? { kind: 'input', index, dtype }
      : { kind: 'constant', value, dtype }
  })
}

function addCall(
  context: LowerContext,
  { formula, inputs }: Plan,
  nest: LoopNest,
  refs: readonly TensorRef[],
): void {
  const total = nest.sizes.reduce((product, size) => product * size, 1)
  const walk = planWalk(
    nest,
    refs.map(({ at, dtype }, i) => ({
      name: name(i),
      kind: i === 0 ? 'out' : 'in',
      at,
      bytes: bytesOf(dtype),
    })),
    elementsPerTask(total, elementCost(formula), context.threads),
  )
  const steps = inputs.map(({ index, step }) => `${index}${step ? '' : '*'}`)
  const kernel = defineKernel({
    key: `elementwise ${formulaKey(formula)} [${steps}] ${walk.outer}${isRelaxed(context, formula)}`,
    params: walk.params,
    inplace: inputs.flatMap(({ whole, dtype }, i) =>
      whole && bytesOf(dtype) === bytesOf(formula.dtype) ? [[name(i + 1), 'out'] as const] : [],
    ),
    emit(k) {
      const constants = constantPool(k.f)
      emitWalk(k, walk, (part) => emitRow(k, formula, inputs, part, constants))
    },
  })
  context.call(kernel, walk.args, walk.tasks)
}

const name = (i: number): string => (i === 0 ? 'out' : `in${i - 1}`)

/** Part of keys where the code of a formula depends on the target. */
export const isRelaxed = ({ target }: Pick<LowerContext, 'target'>, formula: Formula): string =>
  target.relaxed && everyPart(formula).some(({ kind }) => kind === 'unary') ? ' relaxed' : ''
