/** Gradients of tensors, as tensors: the graph of what was computed is differentiated, and its new nodes are traced. */
import { differentiate } from '../../autodiff/sweep.ts'
import { SlipwayError } from '../../base/errors.ts'
import { typeText } from '../../base/value.ts'
import { literalTensor } from '../../ir/builder.ts'
import type { Node } from '../../ir/graph.ts'
import { applyAll, dataCell } from './apply.ts'
import type { Cell } from './origin.ts'
import { toGraph } from './to-graph.ts'

/**
 * Products of gradients of `outputs` with their Jacobians by `wrt`, in the order of `wrt`; undefined where an output
 * does not depend on a value.
 */
export function vjpCells(
  outputs: readonly Cell[],
  cotangents: readonly Cell[],
  wrt: readonly Cell[],
): readonly (Cell | undefined)[] {
  const traced = toGraph([...outputs, ...cotangents, ...wrt])
  const nameOf = (cell: Cell) => traced.nameOf(cell)!
  const { graph } = traced
  const pairs = outputs.map((cell, i) => [nameOf(cell), nameOf(cotangents[i]!)] as const)
  const { graph: both, gradients } = differentiate(graph, { wrt: wrt.map(nameOf), seed: () => pairs })
  const cells = new Map(traced.cells)
  for (const [name, value] of both.constants) if (!cells.has(name)) cells.set(name, dataCell(value))
  for (const node of both.nodes) addNode(cells, node)
  return wrt.map((cell) => {
    const name = gradients.get(nameOf(cell))
    return name === undefined ? undefined : cells.get(name)!
  })
}

/** Gradients of one number. Throws SLP-A2 where it is not a scalar of floating point. */
export function gradientCells(of: Cell, wrt: readonly Cell[]): readonly (Cell | undefined)[] {
  const { type } = of.fact
  if (type.kind !== 'tensor' || type.shape?.length !== 0) {
    const rule = 'what is differentiated must be a scalar'
    throw new SlipwayError('SLP-A2', `Cannot differentiate: ${rule}, got ${typeText(type)}`, {
      remedy: 'Reduce it with sum() or mean() first.',
    })
  }
  return vjpCells([of], [dataCell(literalTensor(type.dtype, 1))], wrt)
}

/** Traces a node that is new, or was made to give more outputs. */
function addNode(cells: Map<string, Cell>, node: Node): void {
  if (node.outputs.every((name) => name === '' || cells.has(name))) return
  const inputs = node.inputs.map((name) => (name === '' ? undefined : cells.get(name)!))
  const results = applyAll(node.op, inputs, Object.fromEntries(node.attributes), {
    domain: node.domain,
    name: node.name,
    outputs: node.outputs.length,
    ...(node.metadata && { metadata: node.metadata }),
  })
  node.outputs.forEach((name, i) => {
    if (name !== '' && !cells.has(name)) cells.set(name, results[i]!)
  })
}
