/** Runs a node on the compiled lowering of its operator, whatever kind that is, and compares with the reference kernel. */
import { type DType, dtypeInfo } from '../base/dtype.ts'
import { elementCount } from '../base/shape.ts'
import type { NumericData, Tensor } from '../base/tensor.ts'
import type { Value } from '../base/value.ts'
import { type AttributesInit, toAttributes } from '../ir/builder.ts'
import { lowerElementwise } from '../kernel/elementwise.ts'
import { input } from '../kernel/formula.ts'
import type { TensorRef } from '../kernel/lower.ts'
import { lowerReduction } from '../kernel/reduce.ts'
import { scalarType } from '../kernel/register.ts'
import type { Target } from '../kernel/target.ts'
import { arrange } from '../ops/arrange.ts'
import { parseAttributes } from '../ops/attr.ts'
import type { AnyOp } from '../ops/define.ts'
import type { FormulaArgs, Params, RefArgs } from '../ops/param.ts'
import { emitNode } from '../schedule/emit-node.ts'
import { difference, type Tolerance } from './close.ts'
import { type Recorder, recorder } from './run-calls.ts'
import { testTargets } from './targets.ts'

interface CompiledNode {
  readonly op: AnyOp
  readonly inputs: readonly (Value | undefined)[]
  readonly attrs?: AttributesInit | undefined
  /** What the reference kernel gives. */
  readonly outputs: readonly Value[]
}

/** Rounding of one float operation, with room for functions whose bounds are some units in the last place. */
function toleranceOf(dtype: DType): Tolerance {
  switch (dtype) {
    case 'float64':
      return { relative: 1e-11, absolute: 1e-12 }
    case 'float16':
      return { relative: 2e-3, absolute: 1e-4 }
    case 'bfloat16':
      return { relative: 1.6e-2, absolute: 1e-3 }
    default:
      return { relative: 1e-5, absolute: 1e-6 }
  }
}

/**
 * Compares the node on all targets. Does nothing where the operator has no lowering for it.
 *
 * @throws an error that names the output and the target where they differ.
 */
export function compareCompiled(node: CompiledNode, tolerance?: Tolerance): void {
  const { op, inputs, outputs } = node
  if (op.traits.has('random') || ![...inputs, ...outputs].every((value) => !value || isKernelTensor(value)))
    return
  for (const target of testTargets()) {
    const got = runCompiled(node, target)
    if (!got) return
    outputs.forEach((value, i) => {
      const expected = value as Tensor // asked above
      const why = got[i] && difference(got[i], expected, tolerance ?? toleranceOf(expected.dtype))
      if (why) throw new Error(`compiled (relaxed: ${target.relaxed}), output ${i}: ${why}`)
    })
  }
}

function isKernelTensor(value: Value): value is Tensor {
  return value.kind === 'tensor' && scalarType(value.dtype) !== undefined
}

/** The node's outputs, or nothing where the operator has no lowering for it. */
function runCompiled(
  { op, inputs, attrs = {}, outputs }: CompiledNode,
  target: Target,
): readonly Tensor[] | undefined {
  const r = recorder(target)
  const refs = inputs.map((value) => value && r.ref(value as Tensor)) // asked by compareCompiled
  const results = outputs.map((value) => {
    const { dtype, shape } = value as Tensor // as above
    return r.result(dtype, shape)
  })
  const attributes = parseAttributes(op.attrs, toAttributes(attrs))
  const lowered =
    lowerFormula(r, op, refs, results, attributes) ?? lowerReduced(r, op, refs, results, attributes)
  if (lowered !== undefined) return lowered ? r.run(results.slice(0, 1)) : undefined
  const refusal = emitNode({ op, inputs: refs, outputs: results, attrs: attributes }, r.context)
  return refusal === undefined ? r.run(results) : undefined
}

type Attributes = ReturnType<typeof parseAttributes>

/** Whether the formula was lowered; undefined where there is none. */
function lowerFormula(
  r: Recorder,
  op: AnyOp,
  refs: readonly (TensorRef | undefined)[],
  results: readonly TensorRef[],
  attributes: Attributes,
): boolean | undefined {
  const { lower } = op
  if (!('formula' in lower) || !lower.formula) return undefined
  const elements = refs.map((ref, i) => ref && input(i, ref.dtype))
  const formula = lower.formula(
    arrange(op.inputs, elements, 'input') as FormulaArgs<Params>, // arranged by the operator's own parameters
    attributes,
    arrange(op.inputs, refs, 'input') as RefArgs<Params>, // as above
  )
  if (!formula) return undefined
  if (formula.dtype !== results[0]!.dtype)
    throw new Error(`the formula gives ${formula.dtype}, the operator ${results[0]!.dtype}`)
  const inputs = refs.map((ref) => ref ?? results[0]!)
  return lowerElementwise(r.context, formula, inputs, results[0]!) === undefined
}

function lowerReduced(
  r: Recorder,
  op: AnyOp,
  refs: readonly (TensorRef | undefined)[],
  results: readonly TensorRef[],
  attributes: Attributes,
): boolean | undefined {
  const { lower } = op
  if (!('reduce' in lower) || !lower.reduce) return undefined
  const reduction = lower.reduce(arrange(op.inputs, refs, 'input') as RefArgs<Params>, attributes) // as above
  if (!reduction) return undefined
  const data = refs[0]!
  return (
    lowerReduction(r.context, reduction, input(0, data.dtype), [data], data.shape, results[0]!) === undefined
  )
}

const edges = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  0,
  1,
  -1,
  0.5,
  -0.5,
  2.5,
  -1.5,
  1e-40,
  3e38,
  -3e38,
  88.5,
  -103,
  1e-8,
  -7.25,
]

/**
 * Variants of a node on float32 whose inputs are of one shape, or of one element: every size around that of vectors, and
 * numbers where kernels go wrong. None for operators without formula.
 */
export function edgeInputs({ op, inputs }: Pick<CompiledNode, 'op' | 'inputs'>): (Tensor | undefined)[][] {
  const [first] = inputs
  const { lower } = op
  if (!('formula' in lower) || !lower.formula || first?.kind !== 'tensor' || first.dtype !== 'float32')
    return []
  const isWhole = (value: Value) => value.kind === 'tensor' && String(value.shape) === String(first.shape)
  const isOne = (value: Value) =>
    value.kind === 'tensor' && elementCount(value.shape) === 1 && value.shape.length <= 1
  if (!inputs.every((value) => !value || isWhole(value) || isOne(value))) return []
  return [0, 1, 3, 4, 5, 7, 8, 9, 31].map((size) =>
    inputs.map((value, i) => {
      if (value?.kind !== 'tensor' || (i > 0 && isOne(value))) return value as Tensor | undefined // asked above
      return resized(value, size, i)
    }),
  )
}

function resized(value: Tensor, size: number, shift: number): Tensor {
  const data = (value.data as NumericData).slice(0, 0).constructor as new (length: number) => NumericData // of its own kind
  const made = new data(size)
  const isFloat = dtypeInfo(value.dtype).kind === 'float'
  for (let i = 0; i < size; i++) {
    // Different shifts pair each number with each other in the end.
    const number = edges[(i + shift * (7 + size)) % edges.length]!
    if (value.dtype === 'float32') made[i] = number
    else if (!isFloat && value.data.length > 0)
      made[i] = (value.data as NumericData)[i % value.data.length]! as never // alike
  }
  return { ...value, shape: [size], data: made } as Tensor // of its own dtype
}
