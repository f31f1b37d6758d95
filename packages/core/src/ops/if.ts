import { SlipwayError } from '../base/errors.ts'
import { typeText } from '../base/value.ts'
import type { Graph } from '../ir/graph.ts'
import { attr } from './attr.ts'
import { defineOp, type InferContext } from './define.ts'
import { type Fact, scalarOf } from './fact.ts'
import { manyAny, one } from './param.ts'
import { refuse } from './refuse.ts'
import { mergeTypes, mergeValues, withoutSizes } from './shared/merge.ts'
import { controlValues } from './types.ts'

/** The outputs of one of two bodies, which read the values around them by name. Only that body runs. */
export const ifOp = defineOp({
  name: 'If',
  since: [1, 11, 13, 16, 19, 21, 23, 24, 25],
  types: { V: controlValues, B: ['bool'] },
  inputs: { cond: one('B') },
  outputs: { outputs: manyAny('V') },
  attrs: { then_branch: attr.required.graph(), else_branch: attr.required.graph() },
  traits: ['control'],
  infer: ({ cond }, { then_branch, else_branch }, context) => {
    for (const branch of [then_branch, else_branch]) checkBranch(branch, context.outputCount)
    const known = scalarOf(cond)
    if (known !== undefined) {
      return { outputs: context.inferGraph(known ? then_branch : else_branch, []) }
    }
    return { outputs: mergeBranches(then_branch, else_branch, context) }
  },
  reference: ({ cond }, { then_branch, else_branch }, { runGraph }) => ({
    outputs: runGraph(cond.data[0] ? then_branch : else_branch, []),
  }),
  gradient: 'rule',
  lower: {
    kind: 'host',
    body: ({ cond }, { then_branch, else_branch }) => {
      const known = scalarOf(cond)
      return known === undefined ? undefined : known ? then_branch : else_branch
    },
  },
})

function checkBranch(branch: Graph, outputCount: number): void {
  if (branch.inputs.length > 0) refuse('a branch must have no inputs', branch.inputs.join(', '))
  if (branch.outputs.length < outputCount) {
    refuse(`a branch must have ${outputCount} outputs`, branch.outputs.length)
  }
}

/**
 * Facts that hold whichever branch runs. A branch that refuses its inputs can never run to its end, so the other
 * one decides; exporters write such pairs (squeeze an axis if its size is 1, else do nothing).
 */
function mergeBranches(a: Graph, b: Graph, context: InferContext): readonly (Fact | undefined)[] {
  const [left, right] = [tryInfer(a, context), tryInfer(b, context)]
  if (left instanceof SlipwayError) {
    if (right instanceof SlipwayError) throw left
    return right
  }
  if (right instanceof SlipwayError) return left
  return left.map((fact, i) => mergeFacts(fact, right[i], context))
}

function tryInfer(branch: Graph, { inferGraph }: InferContext): readonly (Fact | undefined)[] | SlipwayError {
  try {
    return inferGraph(branch, [])
  } catch (error) {
    if (error instanceof SlipwayError) return error
    throw error
  }
}

function mergeFacts(a: Fact | undefined, b: Fact | undefined, { freshDim }: InferContext): Fact | undefined {
  const either = a ?? b
  if (!a || !b) return either && { type: withoutSizes(either.type) }
  const type = mergeTypes(a.type, b.type, () => freshDim('size'))
  if (!type) {
    return refuse('both branches must give the same types', `${typeText(a.type)} and ${typeText(b.type)}`)
  }
  return { type, value: mergeValues(a, b) }
}
