/** Runs one operator's inference, folds small constants through its reference kernel, and dresses its errors. */
import { type SymbolicDim, symbol } from '../base/dim.ts'
import { SlipwayError } from '../base/errors.ts'
import { typeText } from '../base/value.ts'
import { type Node, nodeLabel, operatorText } from '../ir/graph.ts'
import { arrange, flatten } from './arrange.ts'
import { type AttrSpecs, type Attrs, parseAttributes } from './attr.ts'
import { checkTypes } from './check-types.ts'
import type { AnyOp, InferContext } from './define.ts'
import { type Fact, maxTrackedElements, type TensorFact } from './fact.ts'
import type { FactArgs, Params } from './param.ts'

/** What inferring a node needs from the graph around it. */
export interface NodeScope {
  /** The node's parsed attributes, from callers that keep them. Throws SLP-O1. */
  readonly attributes?: () => Attrs<AttrSpecs>
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
      scope.attributes?.() ?? parseAttributes(op.attrs, node.attributes),
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
function asArgument(fact: Fact): Fact | TensorFact {
  if (fact.type.kind !== 'tensor') return fact
  const { dtype, shape } = fact.type
  const value = fact.value && fact.value.length <= maxTrackedElements ? fact.value : undefined
  return { type: fact.type, value, constant: fact.constant, dtype, shape }
}

/** Adds node, operator and input types to an operator's error; other errors pass. */
export function withNode(error: unknown, node: Node, inputs: readonly (Fact | undefined)[]): unknown {
  if (!(error instanceof SlipwayError) || error.details.operator !== undefined) return error
  return new SlipwayError(error.code, error.summary, {
    ...error.details,
    operator: operatorText(node),
    node: nodeLabel(node),
    inputs: inputs.map((fact) => (fact ? typeText(fact.type) : 'none')),
  })
}
