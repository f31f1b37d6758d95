import { SlipwayError } from '../../base/errors.ts'
import { elementCount } from '../../base/shape.ts'
import { type Tensor, tensorByteLength } from '../../base/tensor.ts'
import { type Graph, type Node, operatorText, readsOf } from '../../ir/graph.ts'
import type { AnyOp } from '../../ops/define.ts'
import { interpret } from '../../reference/interpret.ts'
import { definePass } from '../define.ts'
import type { GraphView } from '../graph-view.ts'
import {
  bytesOf,
  type Folded,
  fits,
  foldInto,
  foldLimits,
  keptBecause,
  readOutputs,
  roomFor,
} from './fold-into.ts'

export const constantFolding = definePass({
  name: 'constant-folding',
  priority: 40,
  doc: 'A node whose inputs are constants is run by its reference kernel, within budgets of work and of bytes.',
  find: (view, report) => {
    const folded = new Map<Node, Folded>()
    const done = new Map<string, Tensor>()
    let room = roomFor(view)
    for (const node of view.graph.nodes) {
      const inputs = inputsOf(view, node, done)
      const op = view.op(node)
      if (!inputs || !op || readOutputs(view, node).length === 0) continue
      const result = keptBecause(op) ?? tooCostly(view, node, op, inputs, room) ?? run(view, node, inputs)
      if (typeof result === 'string') {
        report(node, result)
        continue
      }
      for (const [name, value] of result) {
        done.set(name, value)
        room -= tensorByteLength(value)
      }
      folded.set(node, result)
    }
    return foldInto('constant-folding', view, folded)
  },
})

/** Constants of all that a node reads; undefined where something else is read. */
function inputsOf(
  view: GraphView,
  node: Node,
  done: ReadonlyMap<string, Tensor>,
): Map<string, Tensor> | undefined {
  const inputs = new Map<string, Tensor>()
  for (const name of readsOf(node)) {
    const value = done.get(name) ?? view.constant(name)
    if (!value) return undefined
    inputs.set(name, value)
  }
  return inputs
}

function tooCostly(
  view: GraphView,
  node: Node,
  op: AnyOp,
  inputs: ReadonlyMap<string, Tensor>,
  room: number,
): string | undefined {
  let [read, written, bytes] = [0, 0, 0]
  for (const { shape } of inputs.values()) read += elementCount(shape)
  for (const name of readOutputs(view, node)) {
    const [dtype, shape] = [view.dtype(name), view.shape(name)]
    const sizes = shape?.filter((size) => typeof size === 'number')
    if (!dtype || !sizes || sizes.length !== shape?.length) return `the shape of "${name}" must be known`
    written += elementCount(sizes)
    bytes += bytesOf(dtype, elementCount(sizes))
  }
  // As many elements out as in: most likely a kernel that only moves them.
  const isLinear = ['elementwise', 'reduction', 'view'].includes(op.lower.kind) || read === written
  const most = isLinear ? foldLimits.elements : foldLimits.kernelElements
  if (read + written > most)
    return `${operatorText(node)} may read and write ${most} elements, got ${read + written}`
  return fits(bytes, room) ? undefined : `the constants of a graph may take ${foldLimits.totalBytes} bytes`
}

function run(view: GraphView, node: Node, inputs: ReadonlyMap<string, Tensor>): Folded | string {
  const outputs = readOutputs(view, node)
  const graph: Graph = {
    name: 'fold',
    inputs: [],
    outputs,
    nodes: [node],
    constants: inputs,
    types: new Map(),
  }
  try {
    const results = [...interpret(graph, new Map())]
    const tensors = results.flatMap(([name, value]) =>
      value.kind === 'tensor' ? [[name, value] as const] : [],
    )
    return tensors.length === results.length ? new Map(tensors) : 'only tensors can be constants'
  } catch (error) {
    if (error instanceof SlipwayError) return error.message
    throw error
  }
}
