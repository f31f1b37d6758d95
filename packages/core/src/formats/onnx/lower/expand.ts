/** The nodes that a function operator stands for. */
import { SlipwayError } from '../../../base/errors.ts'
import type { Graph, Node } from '../../../ir/graph.ts'
import type { AnyOp } from '../../../ops/define.ts'
import { decomposition } from '../../../reference/run-node.ts'
import { splice } from '../splice.ts'
import type { Workspace } from './workspace.ts'

/**
 * The decomposition of a node in place of it; its constants are added to the graph. Undefined where the operator is no
 * function, not enough is known of the inputs, or this use of it has no decomposition.
 */
export function expand(op: AnyOp, node: Node, work: Workspace): Node[] | undefined {
  const facts = node.inputs.map((name) => (name === '' ? undefined : work.factOf(name)))
  if (node.inputs.some((name, i) => name !== '' && !facts[i])) return undefined
  const body = tryDecompose(op, node, facts)
  if (!body || node.outputs.some((name, i) => name !== '' && !body.outputs[i])) return undefined
  const stem = node.outputs.find((name) => name !== '') || node.name || node.op
  const prefix = work.freshPrefix(`${stem}.${op.name}`)
  const constants = [...body.constants].map(([name, value]) => {
    const outside = work.fresh(`${prefix}${name}`)
    work.addConstant(outside, value)
    return { inside: name, outside }
  })
  const call: Node = {
    ...node,
    inputs: [...node.inputs.filter((name) => name !== ''), ...constants.map(({ outside }) => outside)],
  }
  const nodes = splice(
    call,
    {
      ...body,
      inputs: [...body.inputs, ...constants.map(({ inside }) => inside)],
      constants: new Map(),
    },
    prefix,
  )
  for (const { outputs } of nodes)
    for (const name of outputs) if (!node.outputs.includes(name)) work.fresh(name)
  return nodes.map((one) => ({ ...one, metadata: node.metadata }))
}

function tryDecompose(...[op, node, facts]: Parameters<typeof decomposition>): Graph | undefined {
  try {
    return decomposition(op, node, facts)
  } catch (error) {
    if (error instanceof SlipwayError) return undefined
    throw error
  }
}
