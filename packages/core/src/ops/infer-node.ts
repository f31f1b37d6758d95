/** Runs one operator's inference, folds small constants through its reference kernel, and dresses its errors. */
import type { Dim, SymbolicDim } from '../base/dim.ts'
import { symbol } from '../base/dim.ts'
import { SlipwayError } from '../base/errors.ts'
import { typeText } from '../base/value.ts'
import { type Node, operatorText } from '../ir/graph.ts'
import { arrange, flatten } from './arrange.ts'
import { parseAttributes } from './attr.ts'
import { checkTypes } from './check-types.ts'
import type { AnyOp, InferContext } from './define.ts'
import { type Fact, maxTrackedElements, type TensorFact } from './fact.ts'
import type { FactArgs, Params } from './param.ts'

/** What inferring a node needs from the graph around it. */
export interface NodeScope {
  readonly inferGraph: InferContext['inferGraph']
  /** Text that makes fresh dimensions of this node unique in the graph. */
  readonly label: string
}

/** Facts of a node's outputs. Throws the operator's refusal with node and input types added. */
export function inferNode(
  op: AnyOp,
  node: Node,
  inputs: readonly (Fact | undefined)[],
  scope: NodeScope,
): (Fact | undefined)[] {
  try {
    const present = inputs.map((fact) => (fact ? asArgument(fact) : undefined))
    const args = arrange<Fact>(op.inputs, present, 'input')
    checkTypes(op, args)
    let fresh = 0
    const results = op.infer(
      args as FactArgs<Params>, // arranged by the operator's own parameters
      parseAttributes(op.attrs, node.attributes),
      {
        outputCount: node.outputs.length,
        inferGraph: scope.inferGraph,
        freshDim: (hint): SymbolicDim => symbol(`${scope.label}.${hint}${fresh++ || ''}`),
      },
    )
    return flatten<Fact>(op.outputs, results, node.outputs.length)
  } catch (error) {
    throw withNode(error, node, inputs)
  }
}

/** Tensor facts carry dtype and shape beside the type, for the operators' convenience. */
export function asArgument(fact: Fact): Fact | TensorFact {
  if (fact.type.kind !== 'tensor') return fact
  const { dtype, shape } = fact.type
  const value = fact.value && fact.value.length <= maxTrackedElements ? fact.value : undefined
  return { ...fact, dtype, shape, value }
}

/** Adds node, operator and input types to an operator's error; other errors pass. */
export function withNode(error: unknown, node: Node, inputs: readonly (Fact | undefined)[]): unknown {
  if (!(error instanceof SlipwayError) || error.details.operator !== undefined) return error
  const bare = error.message.replace(/^\[[^\]]*\] /, '').replace(/ \(at .*$/, '')
  const { remedy: _remedy, ...details } = error.details
  return new SlipwayError(error.code, bare, {
    ...details,
    operator: operatorText(node),
    node: node.name || node.outputs.find((name) => name !== '') || '',
    inputs: inputs.map((fact) => (fact ? typeText(fact.type) : 'none')),
  })
}

/** The fact that a constant states. */
export type { Dim }
