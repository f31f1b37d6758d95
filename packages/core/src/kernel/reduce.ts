/** The kernels of reductions over any axes, with the elementwise work that makes what is reduced. */
import { type DType, dtypeInfo, integerRange, isFloat, isHalf } from '../base/dtype.ts'
import { elementCount, type Shape } from '../base/shape.ts'
import { broadcastStrides, collapseAxes, type LoopNest } from './broadcast-loop.ts'
import { whyNotComputable } from './computable.ts'
import { isRelaxed, lowerElementwise } from './elementwise.ts'
import { constant, everyPart, type Formula, formulaKey, input, type Reduction } from './formula.ts'
import { elementCost, elementsPerTask } from './formula-cost.ts'
import { defineKernel, type Place } from './kernel.ts'
import type { LowerContext, Refusal, TensorRef } from './lower.ts'
import { emitReduction } from './reduce-code.ts'
import type { ReductionCode, ReductionScheme } from './reduce-loops.ts'
import { planWalk, type WalkOperand } from './row-walk.ts'
import { simplifyPowers } from './simplify-powers.ts'
import { bytesOf } from './storage.ts'
import { isVectorizable } from './vector-formula.ts'

/** What is reduced: the producer's formula and tensors, which broadcast to `shape`. */
interface Source {
  readonly formula: Formula
  readonly inputs: readonly TensorRef[]
  readonly shape: Shape
}

/**
 * Adds the calls that reduce `producer` of the inputs, which broadcast to `shape`, along the reduction's axes. Whether
 * the output keeps those axes is up to its shape.
 */
export function lowerReduction(
  context: LowerContext,
  reduction: Reduction,
  producer: Formula,
  inputs: readonly TensorRef[],
  shape: Shape,
  output: TensorRef,
): Refusal {
  const count = reduction.axes.reduce((product, axis) => product * shape[axis]!, 1)
  const mapped = simplifyPowers(reduction.map(producer))
  const source = { formula: mapped, inputs, shape }
  const { dtype } = mapped
  if (count === 0) {
    const nothing = constant(identityOf(reduction.combine, dtype), dtype)
    return lowerElementwise(context, reduction.finish(nothing, 0), [], output)
  }
  const finish = simplifyPowers(reduction.finish(input(0, dtype), count))
  const refusal = whyNotComputable(mapped) ?? whyNotComputable(finish)
  if (refusal !== undefined || elementCount(output.shape) === 0) return refusal
  if (count === 1) return lowerElementwise(context, reduction.finish(mapped, 1), inputs, { ...output, shape })
  const code = codeOf(source, reduction, finish)
  const parts = partsOf(context, code, source, count, elementCount(output.shape))
  if (parts === 1) {
    addCall(context, code, source, output)
    return undefined
  }
  return lowerInParts(context, code, source, output, reduction, parts)
}

/** What changes nothing: the start of a reduction. */
function identityOf(combine: Reduction['combine'], dtype: DType): number | bigint {
  const is64 = dtypeInfo(dtype).bits === 64 && !isFloat(dtype)
  if (combine === 'add' || combine === 'mul') {
    const value = combine === 'add' ? 0 : 1
    return is64 ? BigInt(value) : value
  }
  if (dtype === 'bool') return combine === 'min' ? 1 : 0
  if (isFloat(dtype)) return combine === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  const value = integerRange(dtype)[combine === 'min' ? 1 : 0]
  return is64 ? value : Number(value)
}

/** The axes joined where nobody tells them apart, and the loops that follow from them. */
function codeOf(
  { formula, inputs, shape }: Source,
  reduction: Reduction,
  finish: Formula,
): ReductionCode & { readonly nest: LoopNest } {
  const kept = shape.map((size, axis) => (reduction.axes.includes(axis) ? 1 : size))
  const used = inputs.flatMap((ref, index) =>
    everyPart(formula).some((part) => part.kind === 'input' && part.index === index) ? [{ ref, index }] : [],
  )
  const nest = collapseAxes(
    shape,
    [kept, ...used.map(({ ref }) => ref.shape)].map((own) => broadcastStrides(own, shape)),
  )
  const isKept = nest.strides[0]!.map((stride) => stride !== 0)
  const vectors = isVectorizable(formula) && isVectorizable(finish)
  const scheme: ReductionScheme = !vectors ? 'single' : isKept.at(-1) ? 'across' : 'along'
  return {
    nest,
    scheme,
    formula,
    finish,
    combine: reduction.combine,
    identity: constant(identityOf(reduction.combine, formula.dtype), formula.dtype),
    inputs: used.map(({ ref: { dtype }, index }, i) => ({
      index,
      dtype,
      step: nest.strides[i + 1]!.at(-1) === 0 ? 0 : 1,
    })),
    reduced: isKept.filter((keeps) => !keeps).length,
    inParts: false,
  }
}

type Coded = ReturnType<typeof codeOf>

const name = (i: number): string => (i === 0 ? 'out' : `in${i - 1}`)

/**
 * Adds the call. `parts` of the outermost reduced axis, `chunk` long each, give one result each; the output then holds
 * those of the first part, then those of the next one.
 */
function addCall(
  context: LowerContext,
  code: Coded,
  source: Source,
  output: TensorRef,
  split?: { parts: number; chunk: number },
): void {
  const { nest, scheme, inputs } = code
  const keeps = nest.strides[0]!.map((stride) => stride !== 0)
  const kept = axesOf(nest, (axis) => keeps[axis]!)
  const reduced = axesOf(nest, (axis) => !keeps[axis])
  const count = reduced.sizes.reduce((product, size) => product * size, 1)
  const results = kept.sizes.reduce((product, size) => product * size, 1)
  const refs = [output, ...inputs.map(({ index }) => source.inputs[index]!)]
  const bytes = refs.map(({ dtype }) => bytesOf(dtype))
  const operands = refs.map(
    ({ at }, i): WalkOperand => ({ name: name(i), kind: i === 0 ? 'out' : 'in', at, bytes: bytes[i]! }),
  )
  const each = elementCost(code.formula) * (split ? split.chunk * (count / reduced.sizes[0]!) : count)
  // Rows of results where vectors lie across them, single results elsewhere.
  const sizes = scheme === 'across' ? [...kept.sizes] : [...kept.sizes, 1]
  const strides = kept.strides.map((list) => (scheme === 'across' ? [...list] : [...list, 0]))
  if (split) {
    sizes.unshift(split.parts)
    strides.forEach((list, i) => void list.unshift(i === 0 ? results : reduced.strides[i]![0]! * split.chunk))
  }
  const total = results * (split?.parts ?? 1)
  const walk = planWalk({ sizes, strides }, operands, elementsPerTask(total, each, context.threads))
  const args: Record<string, number | Place> = { ...walk.args }
  reduced.sizes.forEach((size, axis) => {
    args[`reduced${axis}`] = size
    inputs.forEach((_, i) => {
      args[`${name(i + 1)}_r${axis}`] = reduced.strides[i + 1]![axis]! * bytes[i + 1]!
    })
  })
  if (split) args['part'] = split.chunk
  const kinds = Object.fromEntries(Object.keys(args).map((key) => [key, walk.params[key] ?? 'i32']))
  const whole = { ...code, inParts: split !== undefined }
  const steps = inputs.map(({ index, step }) => `${index}${step ? '' : '*'}`)
  const key = `reduce ${code.scheme}${split ? ' parts' : ''} ${code.combine} ${formulaKey(code.formula)} [${steps}] then ${formulaKey(code.finish)} ${walk.outer} ${code.reduced}`
  const relaxed = isRelaxed(context, code.formula) || isRelaxed(context, code.finish)
  context.call(
    defineKernel({ key: key + relaxed, params: kinds, emit: (k) => emitReduction(k, whole, walk) }),
    args,
    walk.tasks,
  )
}

/** Some axes of a nest. */
function axesOf({ sizes, strides }: LoopNest, wanted: (axis: number) => boolean): LoopNest {
  const pick = <T>(list: readonly T[]) => list.filter((_, axis) => wanted(axis))
  return { sizes: pick(sizes), strides: strides.map(pick) }
}

/** Work that is worth another thread. */
const partTime = 20_000

/** How many parts a reduction is cut into, so that few results of many elements keep all threads busy. */
function partsOf(
  { threads }: LowerContext,
  code: Coded,
  { formula }: Source,
  count: number,
  results: number,
): number {
  // Half floats would be rounded between the parts.
  if (isHalf(formula.dtype)) return 1
  const keeps = code.nest.strides[0]!.map((stride) => stride !== 0)
  const longest = code.nest.sizes[keeps.indexOf(false)]!
  const time = count * results * elementCost(formula)
  const wanted = Math.min(
    Math.floor(time / partTime),
    Math.ceil((2 * threads) / results),
    Math.floor(longest / 2),
  )
  return threads > 1 && results < threads ? Math.max(1, wanted) : 1
}

/** Reduces each part by itself, and then the results of the parts. */
function lowerInParts(
  context: LowerContext,
  code: Coded,
  source: Source,
  output: TensorRef,
  { combine, finish }: Reduction,
  wanted: number,
): Refusal {
  const keeps = code.nest.strides[0]!.map((stride) => stride !== 0)
  const longest = code.nest.sizes[keeps.indexOf(false)]!
  // Parts end where vectors do.
  const chunk = Math.ceil(longest / wanted / 16) * 16
  const parts = Math.ceil(longest / chunk)
  const { dtype } = source.formula
  const results = elementCount(output.shape)
  const count = elementCount(source.shape) / results
  const at = context.temp('parts', parts * results * bytesOf(dtype))
  const partial: TensorRef = { dtype, shape: [parts, results], at, isConstant: false }
  addCall(context, { ...code, finish: input(0, dtype) }, source, partial, { parts, chunk })
  const rest: Reduction = { axes: [0], combine, map: (x) => x, finish: (combined) => finish(combined, count) }
  return lowerReduction({ ...context, threads: 1 }, rest, input(0, dtype), [partial], partial.shape, output)
}
