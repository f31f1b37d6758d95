/**
 * Signatures of a model's structure: equal for two models that differ in their weights only, whatever their values and
 * nodes are called and however the file orders them. They decide whether one version may answer for another.
 */
import type { Tensor } from '../base/tensor.ts'
import type { ValueType } from '../base/value.ts'
import { newestOpsets } from '../formats/onnx/versions.ts'
import { type Graph, type Node, operatorText, readsOf, subgraphsOf } from '../ir/graph.ts'
import { attributeText } from '../ir/print.ts'
import { printTensor } from '../ir/print-tensor.ts'
import { sha256 } from './sha256.ts'

/** SHA-256 as hexadecimal digits. */
export interface ModelSignature {
  /** Operators and how they are connected, keys of attributes, types of inputs and initialisers, the operator set. */
  readonly structural: string
  /** The same with values of attributes, and of small integer initialisers, which are attributes in older operator sets. */
  readonly strict: string
  /** Names and types of inputs and outputs. */
  readonly interface: string
}

/** Initialisers of so many integers are settings, such as axes or a shape, rather than weights. */
const settingElements = 64

/** Whether a constant is a setting of the nodes that read it. */
export function isSetting({ dtype, data }: Tensor): boolean {
  return /^u?int|^bool/.test(dtype) && data.length <= settingElements
}

/**
 * The signatures of a graph. A graph is always at the newest operator set, since files are upgraded when they are read,
 * so models that were exported for different ones can be compared.
 *
 * @example
 * const before = await signModel(readOnnx(await readFile('model.onnx')))
 * const after = await signModel(readOnnx(await readFile('model.onnx')))
 * before.structural === after.structural // true
 */
export async function signModel(graph: Graph): Promise<ModelSignature> {
  const [structural, strict, own] = await Promise.all([
    sha256(canonicalText(graph)),
    sha256(canonicalText(graph, { strict: true })),
    sha256(interfaceText(graph)),
  ])
  return { structural, strict, interface: own }
}

/** What is hashed: one line per input and node, in the order in which the outputs reach them. */
export function canonicalText(graph: Graph, { strict = false } = {}): string {
  const opset = newestOpsets.get('')
  return [`opset ${opset}`, ...linesOf(graph, { depth: 0, ids: new Map() }, strict)].join('\n')
}

function interfaceText({ inputs, outputs, constants, types }: Graph): string {
  const part = (names: readonly string[]) =>
    names.map((name) => `${JSON.stringify(name)} ${typeLine(types.get(name))}`)
  const required = inputs.filter((name) => !constants.has(name))
  return ['inputs', ...part(required), 'outputs', ...part(outputs)].join('\n')
}

/** What the bodies of a graph's nodes can read. Ids begin with the depth, so that those of a body are no others. */
interface Scope {
  readonly depth: number
  readonly ids: ReadonlyMap<string, string>
}

function linesOf(graph: Graph, { depth, ids: outer }: Scope, strict: boolean): string[] {
  const ids = new Map(outer)
  const inner = { depth: depth + 1, ids }
  const lines: string[] = []
  graph.inputs.forEach((name, i) => {
    ids.set(name, `${depth}i${i}`)
    const marker = graph.constants.has(name) ? ' default' : ''
    lines.push(`input ${typeLine(graph.types.get(name))}${marker}`)
  })
  for (const [name, value] of graph.constants) {
    if (!ids.has(name)) ids.set(name, constantText(value, strict))
  }
  for (const node of canonicalNodes(graph)) {
    const line = nodeLine(node, inner, strict)
    node.outputs.forEach((name, i) => ids.set(name, `${depth}n${lines.length}.${i}`))
    lines.push(line)
  }
  lines.push(`outputs ${graph.outputs.map((name) => ids.get(name) ?? '').join(' ')}`)
  return lines
}

function nodeLine(node: Node, scope: Scope, strict: boolean): string {
  const bodies = new Map(subgraphsOf(node))
  const attributes = [...node.attributes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, attribute]) => {
      if (attribute.kind === 'graph' || attribute.kind === 'graphs') return name
      return strict ? `${name}=${attributeText(attribute, '', {})}` : name
    })
  const inner = [...bodies].map(([name, body]) => ` ${name}(${linesOf(body, scope, strict).join(';')})`)
  const inputs = node.inputs.map((name) => (name === '' ? '_' : scope.ids.get(name)))
  return `${operatorText(node)}{${attributes}}(${inputs})${inner.join('')}`
}

function constantText(value: Tensor, strict: boolean): string {
  return strict && isSetting(value) ? printTensor(value) : `${value.dtype}[${value.shape}]`
}

/** Sizes that are open count as such, whatever they are called. */
function typeLine(type: ValueType | undefined): string {
  if (!type) return '?'
  if (type.kind !== 'tensor') return type.kind
  return `${type.dtype}[${type.shape?.map((dim) => (typeof dim === 'number' ? dim : '?')).join(',') ?? '*'}]`
}

/** Nodes that the outputs need, each after what it reads, in an order that does not depend on that of the file. */
export function canonicalNodes(graph: Graph): readonly Node[] {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  const done = new Set<Node>()
  const order: Node[] = []
  const stack: { readonly node: Node; readonly reads: readonly string[]; next: number }[] = []
  const enter = (name: string) => {
    const node = name === '' ? undefined : makers.get(name)
    if (!node || done.has(node)) return
    done.add(node)
    stack.push({ node, reads: readsOf(node), next: 0 })
  }
  for (const output of graph.outputs) {
    enter(output)
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const read = top.reads[top.next++]
      if (read !== undefined) enter(read)
      else order.push(stack.pop()!.node)
    }
  }
  return order
}
