/** The kernel calls of a group of works. */
import { dtypeInfo } from '../base/dtype.ts'
import { storageBytes, tensorBytes } from '../base/storage.ts'
import type { Tensor } from '../base/tensor.ts'
import type { Node } from '../ir/graph.ts'
import { lowerCopy } from '../kernel/copy.ts'
import { lowerElementwise } from '../kernel/elementwise.ts'
import { makeEpilogue } from '../kernel/epilogue.ts'
import { type Buffer, type KernelCall, kernelCall } from '../kernel/kernel.ts'
import type { Epilogue, LowerContext, Refusal, TensorRef } from '../kernel/lower.ts'
import { lowerReduction } from '../kernel/reduce.ts'
import type { Target } from '../kernel/target.ts'
import { emitNode } from './emit-node.ts'
import type { Group } from './group.ts'
import type { Refs } from './refs.ts'
import type { ScheduleMemo } from './schedule-memo.ts'
import type { Work, WorkOf } from './work.ts'

export type Step =
  | { readonly kind: 'call'; readonly call: KernelCall; readonly works: readonly Work[] }
  | { readonly kind: 'host'; readonly work: Work; readonly reason: string }

export interface GroupLowering {
  readonly target: Target
  readonly threads: number
  readonly refs: Refs
  readonly memo: ScheduleMemo
  /** What tables hold, by the buffer that was made for them. */
  readonly tables: Map<Buffer, Uint8Array>
  /** Told of works whose kernels refused these sizes. */
  onRefusal(work: Work): void
}

/** The steps of a group. Works that refuse become steps of the host. */
export function lowerGroup(group: Group, lowering: GroupLowering): readonly Step[] {
  switch (group.kind) {
    case 'single':
      return lowerSingle(group.work, lowering)
    case 'formula':
      return lowerFormulas(group, lowering)
    case 'reduction':
      return lowerReductionGroup(group, lowering)
    default:
      return group satisfies never
  }
}

type FormulaGroup = Extract<Group, { kind: 'formula' }>
type ReductionGroup = Extract<Group, { kind: 'reduction' }>

function lowerSingle(
  work: Exclude<Work, WorkOf<'formula' | 'reduction'>>,
  lowering: GroupLowering,
): readonly Step[] {
  switch (work.kind) {
    case 'host':
      return [hostStep(work, work.reason)]
    case 'view':
      return []
    case 'join':
      return attempt([work], lowering, (context) => lowerJoin(work, context, lowering))
    case 'kernel':
      return attempt([work], lowering, (context) => {
        const refusal = emitWork(work, context, lowering)
        if (refusal !== undefined) lowering.onRefusal(work)
        return refusal
      })
    default:
      return work satisfies never
  }
}

function hostStep(work: Work, reason: string): Step {
  return { kind: 'host', work, reason }
}

/** The calls that `lower` makes, or the works on the host where it refuses. */
function attempt(
  works: readonly Work[],
  lowering: GroupLowering,
  lower: (context: LowerContext) => Refusal,
  epilogue?: Epilogue,
): readonly Step[] {
  const calls: KernelCall[] = []
  const refusal = lower(contextOf(lowering, calls, epilogue))
  if (refusal !== undefined) return works.map((work) => hostStep(work, refusal))
  return calls.map((call) => ({ kind: 'call', call, works }))
}

function contextOf(
  lowering: GroupLowering,
  calls: KernelCall[],
  epilogue: Epilogue | undefined,
): LowerContext {
  const { target, threads, tables, memo } = lowering
  return {
    target,
    threads,
    epilogue,
    temp: (label, sizeBytes) => ({ buffer: { label, sizeBytes }, offsetBytes: 0 }),
    table(bytes) {
      const buffer = { label: 'table', sizeBytes: bytes.length }
      tables.set(buffer, bytes.slice())
      return { buffer, offsetBytes: 0 }
    },
    call(kernel, args, tasks, scratchBytes = 0) {
      if (tasks > 0) calls.push(kernelCall(memo.kernel(kernel), args, tasks, scratchBytes))
    },
  }
}

function emitWork(work: WorkOf<'kernel'>, context: LowerContext, { refs }: GroupLowering): Refusal {
  const { op, node, attrs } = work
  const inputs = node.inputs.map((name) => (name === '' ? undefined : refs.of(name)))
  const outputs = node.outputs.map((name, i) => (name === '' ? unread(work, i, context) : refs.of(name)))
  return emitNode({ op, inputs, outputs, attrs }, context)
}

/** A place for a result that nobody reads. */
function unread(work: Work, index: number, context: LowerContext): TensorRef | undefined {
  const type = work.outputs[index]
  return (
    type && { ...type, at: context.temp('unread', tensorBytes(type.dtype, type.shape)), isConstant: false }
  )
}

/** Copies what was not computed in its place. */
function lowerJoin(work: WorkOf<'join'>, context: LowerContext, { refs }: GroupLowering): Refusal {
  const [name] = work.node.outputs
  const whole = refs.of(name!)!
  work.node.inputs.forEach((part, i) => {
    const ref = part === '' ? undefined : refs.of(part)
    if (!ref || refs.isJoined(name!, i)) return
    const offsetBytes = whole.at.offsetBytes + work.offsets[i]! * storageBytes(whole.dtype)!
    lowerCopy(context, ref.at, { buffer: whole.at.buffer, offsetBytes }, tensorBytes(ref.dtype, ref.shape))
  })
  return undefined
}

function lowerFormulas(group: FormulaGroup, lowering: GroupLowering): readonly Step[] {
  const { anchor, works } = group
  const output = lowering.refs.of(group.output)!
  const extra = group.inputs.map((name) => lowering.refs.of(name)!)
  if (anchor) {
    const fused = lowerWithEpilogue(group, anchor, extra, output, lowering)
    if (fused) return fused
    const [head] = anchor.node.outputs
    const inputs = [lowering.refs.of(head!)!, ...extra]
    const rest = works.filter((work) => work !== anchor)
    return [
      ...lowerSingle(anchor, lowering),
      ...attempt(rest, lowering, (context) => lowerElementwise(context, group.formula, inputs, output)),
    ]
  }
  return attempt(works, lowering, (context) => lowerElementwise(context, group.formula, extra, output))
}

/** The anchor writes the group's result; undefined where its kernel cannot take this epilogue. */
function lowerWithEpilogue(
  { works, formula, output: name }: FormulaGroup,
  anchor: WorkOf<'kernel'>,
  extra: readonly TensorRef[],
  output: TensorRef,
  lowering: GroupLowering,
): readonly Step[] | undefined {
  const epilogue = makeEpilogue(formula, extra, output.shape)
  if (!epilogue) return undefined
  // It emits the anchor's own node, whose first output is now the group's.
  const node: Node = { ...anchor.node, outputs: [name, ...anchor.node.outputs.slice(1)] }
  const calls: KernelCall[] = []
  const refusal = emitWork({ ...anchor, node }, contextOf(lowering, calls, epilogue), lowering)
  return refusal === undefined ? calls.map((call) => ({ kind: 'call', call, works })) : undefined
}

function lowerReductionGroup(group: ReductionGroup, lowering: GroupLowering): readonly Step[] {
  const { work, works, formula } = group
  const inputs = group.inputs.map((name) => lowering.refs.of(name)!)
  const output = lowering.refs.of(work.node.outputs[0]!)!
  return attempt(works, lowering, (context) =>
    lowerReduction(context, work.reduction, formula, inputs, work.inputs[0]!.shape, output),
  )
}

/** The element of a tensor that has just one; undefined where the array holds bit patterns. */
export function scalarElement(value: Tensor | undefined): number | bigint | undefined {
  const data = value?.data
  if (!value || !data || Array.isArray(data) || data.length !== 1) return undefined
  const { kind, bits } = dtypeInfo(value.dtype)
  if (bits < 8 || (kind === 'float' && bits < 32)) return undefined
  return data[0] as number | bigint // a typed array of one element
}
