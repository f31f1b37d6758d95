/** The smallest part of a model that still fails, as a model of its own with inputs and expected outputs. */
import { tensorType, type Value } from '../../base/value.ts'
import { writeOnnx } from '../../formats/onnx/write.ts'
import { type Graph, type Node, nodeLabel, operatorText, readsOf } from '../../ir/graph.ts'
import { distance, isWithin, limitOf } from './distance.ts'
import type { Values } from './run-values.ts'

export interface FailingCase {
  /** Such as `wasm-gelu_1`: letters, digits, `-`, `_` and `.` only. */
  readonly name: string
  readonly about: string
  readonly node: string
  readonly operator: string
  /** Nodes of the sub-model. */
  readonly nodes: number
  readonly model: Uint8Array
  readonly inputs: Values
  readonly expected: Values
}

/** More nodes than this are no small case any more. */
const mostNodes = 24

export interface CaseOptions {
  readonly label: string
  readonly about: string
  /** Right values of everything that the part may read or make. */
  readonly values: Values
  /** What fails; runs a part of the graph on its inputs. */
  readonly run: (graph: Graph, inputs: Values) => Promise<Values> | Values
}

/**
 * A node by itself where that fails; otherwise with the nodes before it, as few as it takes, until it does. Undefined
 * where no small part fails.
 */
export async function failingCase(
  graph: Graph,
  node: Node,
  { label, about, values, run }: CaseOptions,
): Promise<FailingCase | undefined> {
  const makers = new Map(graph.nodes.flatMap((one) => one.outputs.map((name) => [name, one] as const)))
  const part = new Set([node])
  while (part.size <= mostNodes) {
    const sub = subGraph(graph, part, values)
    if (!sub) return undefined
    const inputs = pick(values, sub.inputs)
    const expected = pick(values, sub.outputs)
    if (await fails(sub, inputs, expected, run)) {
      const name = `${label}-${nodeLabel(node)}`.replaceAll(/[^A-Za-z0-9._-]+/g, '_').slice(0, 80)
      const operator = operatorText(node)
      const model = writeOnnx(sub)
      return { name, about, node: nodeLabel(node), operator, nodes: part.size, model, inputs, expected }
    }
    const before = sub.inputs.flatMap((name) => makers.get(name) ?? [])
    if (before.length === 0) return undefined
    for (const one of before) part.add(one)
  }
  return undefined
}

async function fails(
  graph: Graph,
  inputs: Values,
  expected: Values,
  run: CaseOptions['run'],
): Promise<boolean> {
  try {
    const got = await run(graph, inputs)
    return graph.outputs.some((name) => {
      const [a, b] = [got.get(name), expected.get(name)]
      if (!a || !b) return false
      const found = distance(a, b)
      return typeof found === 'string' || !isWithin(found, limitOf(b))
    })
  } catch {
    // A part that cannot be run by itself shows nothing.
    return false
  }
}

const pick = (values: Values, names: readonly string[]): Map<string, Value> =>
  new Map(names.flatMap((name) => (values.has(name) ? [[name, values.get(name)!] as const] : [])))

/** The nodes as a graph whose inputs have the types of the values at hand; undefined where one is not a tensor. */
function subGraph(graph: Graph, part: ReadonlySet<Node>, values: Values): Graph | undefined {
  const nodes = graph.nodes.filter((node) => part.has(node))
  const made = new Set(nodes.flatMap(({ outputs }) => outputs))
  const reads = [...new Set(nodes.flatMap(readsOf))].filter((name) => !made.has(name))
  const inputs = reads.filter((name) => values.has(name) && !graph.constants.has(name))
  const constants = new Map(
    reads.flatMap((name) => (graph.constants.has(name) ? [[name, graph.constants.get(name)!] as const] : [])),
  )
  const outputs = (nodes.at(-1)?.outputs ?? []).filter((name) => values.has(name))
  const types = new Map(
    [...inputs, ...outputs].flatMap((name) => {
      const value = values.get(name)
      return value?.kind === 'tensor' ? [[name, tensorType(value.dtype, value.shape)] as const] : []
    }),
  )
  const isWhole = inputs.length + constants.size === reads.length
  if (outputs.length === 0 || types.size < inputs.length + outputs.length || !isWhole) return undefined
  return { name: 'failing', inputs, outputs, nodes, constants, types }
}
