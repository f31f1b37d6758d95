/** What a node becomes by itself: a formula, a reduction, a view, a join, or a call of its operator's emitter. */

import { storageBytes } from '../base/storage.ts'
import type { Tensor } from '../base/tensor.ts'
import type { Node } from '../ir/graph.ts'
import { input } from '../kernel/formula.ts'
import type { LowerContext, TensorRef } from '../kernel/lower.ts'
import type { Target } from '../kernel/target.ts'
import { arrange } from '../ops/arrange.ts'
import type { AnyOp } from '../ops/define.ts'
import { constantOf, type Fact } from '../ops/fact.ts'
import type { FormulaArgs, Params, RefArgs } from '../ops/param.ts'
import { emitNode } from './emit-node.ts'
import type { ScheduleMemo } from './schedule-memo.ts'
import type { ConcreteType, Work, WorkBase } from './work.ts'

export interface ResolveOptions {
  readonly target: Target
  readonly threads: number
  readonly memo: ScheduleMemo
  /** Asked now and then; what it throws ends the planning. */
  readonly checkCancelled?: (() => void) | undefined
}

/** The work of a node that has a lowering, or why it has none. */
export function treat(
  base: WorkBase,
  facts: readonly (Fact | undefined)[],
  options: ResolveOptions,
): Work | string {
  const { op, inputs, outputs, node } = base
  const { lower } = op
  if (lower.kind === 'host') return 'it runs on the host'
  const types = [...inputs, ...outputs]
  if (types.some((type, i) => !type && (i < inputs.length ? facts[i] : node.outputs[i - inputs.length])))
    return 'a value is no tensor of known size'
  const odd = types.find((type) => type && storageBytes(type.dtype) === undefined)
  if (odd) return `kernels hold no ${odd.dtype}`
  const asked = asks(base) ? ask(base, facts, options) : undefined
  if (asked) return asked
  if (!('emit' in lower) || !lower.emit) return 'it has no kernel'
  const refusal = options.memo.doubtful.has(workName(node)) ? dryRun(base, facts, options) : undefined
  return refusal ?? { ...base, kind: 'kernel', hasEpilogue: lower.epilogue === true }
}

/** The first output: no other node has it. */
export const workName = ({ outputs }: Node): string => outputs.find((name) => name !== '') ?? ''

/** True where the operator has more to say than an emitter. */
function asks({ op: { lower } }: WorkBase): boolean {
  return 'formula' in lower || 'reduce' in lower || 'offsets' in lower || 'join' in lower
}

/** The formula, reduction, view or join that the operator states for this use. */
function ask(
  base: WorkBase,
  facts: readonly (Fact | undefined)[],
  { memo }: ResolveOptions,
): Work | undefined {
  const { op, attrs, inputs } = base
  const { lower } = op
  const given = dryRefs(base, facts, memo)
  const refs = arrange(op.inputs, given.inputs, 'input') as RefArgs<Params> // by the operator's own parameters
  const results = arrange(op.outputs, given.outputs, 'output') as RefArgs<Params> // as above
  if ('formula' in lower && lower.formula) {
    const formula = lower.formula(formulaArgs(op, inputs), attrs, refs)
    if (formula) return { ...base, kind: 'formula', formula }
  }
  if ('reduce' in lower && lower.reduce) {
    const reduction = lower.reduce(refs, attrs)
    if (reduction) return { ...base, kind: 'reduction', reduction }
  }
  if (lower.kind === 'view' && lower.offsets) {
    const offsets = lower.offsets(refs, results, attrs)
    if (offsets) return { ...base, kind: 'view', offsets }
  }
  if (lower.kind === 'kernel' && lower.join) {
    const offsets = lower.join(refs, results, attrs)
    if (offsets) return { ...base, kind: 'join', offsets }
  }
  return undefined
}

/** Why the emitter refuses the node, without a trace of what it emits. */
function dryRun(
  base: WorkBase,
  facts: readonly (Fact | undefined)[],
  options: ResolveOptions,
): string | undefined {
  const { op, attrs } = base
  return emitNode({ op, attrs, ...dryRefs(base, facts, options.memo) }, dryContext(options))
}

/** Tensors to ask an operator about, before anything has a place. */
function dryRefs({ inputs, outputs }: WorkBase, facts: readonly (Fact | undefined)[], memo: ScheduleMemo) {
  return {
    inputs: inputs.map((type, i) => {
      const known = facts[i] && constantOf(facts[i])
      return dryRef(type, known && memo.narrow(known))
    }),
    outputs: outputs.map((type) => dryRef(type, undefined)),
  }
}

function formulaArgs(op: AnyOp, inputs: WorkBase['inputs']): FormulaArgs<Params> {
  const list = inputs.map((type, i) => type && input(i, type.dtype))
  return arrange(op.inputs, list, 'input') as FormulaArgs<Params> // by the operator's own parameters
}

const nowhere = { buffer: { label: 'nowhere', sizeBytes: 0 }, offsetBytes: 0 }

function dryRef(type: ConcreteType | undefined, constant: Tensor | undefined): TensorRef | undefined {
  return type && { ...type, at: nowhere, isConstant: constant !== undefined, constant }
}

const dryContext = ({ target, threads }: ResolveOptions): LowerContext => ({
  target,
  threads,
  epilogue: undefined,
  temp: () => nowhere,
  table: () => nowhere,
  call: () => {},
})
