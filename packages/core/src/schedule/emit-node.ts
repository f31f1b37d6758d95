/**
 * Lowers a node by what its operator emits. Kernels that compute in float32 serve half floats too: their inputs are
 * widened, which for constants happens once, and their results are rounded as they are stored.
 */
import { isHalf } from '../base/dtype.ts'
import { elementCount } from '../base/shape.ts'
import { narrow, widen } from '../base/wide.ts'
import { lowerElementwise } from '../kernel/elementwise.ts'
import { convert, input } from '../kernel/formula.ts'
import type { Buffer, KernelArgs, ParamSpec } from '../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../kernel/lower.ts'
import { arrange } from '../ops/arrange.ts'
import type { AttrSpecs, Attrs } from '../ops/attr.ts'
import type { AnyOp } from '../ops/define.ts'
import type { Params, RefArgs } from '../ops/param.ts'

export interface EmittedNode {
  readonly op: AnyOp
  readonly inputs: readonly (TensorRef | undefined)[]
  readonly outputs: readonly (TensorRef | undefined)[]
  readonly attrs: Attrs<AttrSpecs>
}

/** Adds the calls that compute the node, or says why there are none. */
export function emitNode(node: EmittedNode, context: LowerContext): Refusal {
  const refusal = emit(node, context)
  if (refusal === undefined || ![...node.inputs, ...node.outputs].some(holdsHalves)) return refusal
  return emitWidened(node, context)
}

function emit({ op, inputs, outputs, attrs }: EmittedNode, context: LowerContext): Refusal {
  const { lower } = op
  if (!('emit' in lower) || !lower.emit) return 'it has no kernel'
  return lower.emit(
    arrange(op.inputs, inputs, 'input') as RefArgs<Params>, // by the operator's own parameters
    arrange(op.outputs, outputs, 'output') as RefArgs<Params>, // as above
    attrs,
    context,
  )
}

const holdsHalves = (ref: TensorRef | undefined): boolean => ref !== undefined && isHalf(ref.dtype)

/** The node on float32 tensors, between calls that widen what it reads and narrow what it writes. */
function emitWidened(node: EmittedNode, context: LowerContext): Refusal {
  const calls: (() => void)[] = []
  const used = new Set<Buffer>()
  const widened = (ref: TensorRef | undefined) => (holdsHalves(ref) ? widenedRef(ref!, context) : ref)
  const [inputs, outputs] = [node.inputs.map(widened), node.outputs.map(widened)]
  const refusal = emit(
    { ...node, inputs, outputs },
    {
      ...context,
      call(kernel, args, tasks, scratchBytes) {
        for (const buffer of buffersOf(args)) used.add(buffer)
        calls.push(() => context.call(kernel, args, tasks, scratchBytes))
      },
    },
  )
  if (refusal !== undefined) return refusal
  const change = (from: TensorRef, to: TensorRef) =>
    lowerElementwise(context, convert(input(0, from.dtype), to.dtype), [from], to)
  inputs.forEach((wide, i) => {
    const half = node.inputs[i]
    if (wide && wide !== half && used.has(wide.at.buffer)) change(half!, wide)
  })
  for (const call of calls) call()
  outputs.forEach((wide, i) => {
    const half = node.outputs[i]
    if (wide && wide !== half) change(wide, half!)
  })
  return undefined
}

const buffersOf = (args: KernelArgs<ParamSpec>): readonly Buffer[] =>
  Object.values(args).flatMap((arg) => (typeof arg === 'object' ? [arg.buffer] : []))

/** What lowerings look into while planning is small. */
const mostKnown = 4096

/** Memory for the tensor's elements as float32. */
function widenedRef({ shape, isConstant, constant }: TensorRef, context: LowerContext): TensorRef {
  const count = elementCount(shape)
  return {
    dtype: 'float32',
    shape,
    at: context.temp('widened', 4 * count),
    isConstant,
    constant: constant && count <= mostKnown ? narrow({ ...widen(constant), dtype: 'float32' }) : undefined,
  }
}
