/** A summary of a model for people: what goes in and out, what it is made of, and what is unusual about it. */
import { elementCount } from '../base/shape.ts'
import { type Tensor, tensorByteLength } from '../base/tensor.ts'
import { typeText } from '../base/value.ts'
import { DataLocation } from '../formats/onnx/enums.ts'
import type { ModelProto } from '../formats/onnx/onnx_pb.ts'
import type { OnnxModel } from '../formats/onnx/read.ts'
import { newestIrVersion, newestOpsets } from '../formats/onnx/versions.ts'
import { type Graph, operatorText, subgraphsOf } from '../ir/graph.ts'
import { tryFindOp } from '../ops/registry.ts'

export interface NamedType {
  readonly name: string
  /** Such as `float32[N,3]`. */
  readonly type: string
}

export interface ModelSummary {
  readonly graphName: string
  readonly producer: string
  readonly irVersion: number
  /** Imported versions by domain, `ai.onnx` spelt out. */
  readonly opsets: Readonly<Record<string, number>>
  readonly inputs: readonly NamedType[]
  readonly outputs: readonly NamedType[]
  readonly nodes: number
  /** Nodes by operator, subgraphs included, most frequent first. */
  readonly operators: readonly (readonly [operator: string, count: number])[]
  /** Elements of all initializers and tensor attributes, and their bytes. */
  readonly parameters: number
  readonly parameterBytes: number
  readonly metadata: Readonly<Record<string, string>>
  readonly unusual: readonly string[]
}

/** `read` is the model as it was read, functions inlined and operators raised to the newest set. */
export function inspectModel(model: ModelProto, read: OnnxModel): ModelSummary {
  const { graph, irVersion, opsets, producer, metadata } = read
  const nodes = allNodes(graph)
  const counts = new Map<string, number>()
  for (const node of nodes) counts.set(operatorText(node), (counts.get(operatorText(node)) ?? 0) + 1)
  const constants = allConstants(graph)
  const named = (names: readonly string[]): NamedType[] =>
    names.map((name) => ({
      name,
      type: graph.types.has(name) ? typeText(graph.types.get(name)!) : 'unknown',
    }))
  return {
    graphName: graph.name,
    producer: [producer.name, producer.version].filter(Boolean).join(' '),
    irVersion,
    opsets: Object.fromEntries([...opsets].map(([domain, version]) => [domain || 'ai.onnx', version])),
    inputs: named(graph.inputs.filter((name) => !graph.constants.has(name))),
    outputs: named(graph.outputs),
    nodes: nodes.length,
    operators: [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)),
    parameters: constants.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    parameterBytes: constants.reduce((sum, tensor) => sum + tensorByteLength(tensor), 0),
    metadata: Object.fromEntries(metadata),
    unusual: unusual(model, read, nodes),
  }
}

/** Initializers and tensor attributes, bodies included: exporters keep weights in either. */
function allConstants(graph: Graph): Tensor[] {
  const inNodes = graph.nodes.flatMap((node) => [
    ...[...node.attributes.values()].flatMap((attribute) =>
      attribute.kind === 'tensor' ? [attribute.value] : [],
    ),
    ...subgraphsOf(node).flatMap(([, body]) => allConstants(body)),
  ])
  return [...graph.constants.values(), ...inNodes]
}

function allNodes(graph: Graph): Graph['nodes'] {
  return graph.nodes.flatMap((node) => [node, ...subgraphsOf(node).flatMap(([, body]) => allNodes(body))])
}

function unusual(
  model: ModelProto,
  { graph, opsets, irVersion }: OnnxModel,
  nodes: Graph['nodes'],
): string[] {
  const ops = nodes.map((node) => ({ node, op: tryFindOp(node.domain, node.op) }))
  const names = (keep: (entry: (typeof ops)[number]) => boolean): string =>
    [...new Set(ops.filter(keep).map(({ node }) => operatorText(node)))].join(', ')
  const unranked = [...graph.inputs, ...graph.outputs].filter((name) => {
    const type = graph.types.get(name)
    return type?.kind === 'tensor' && !type.shape
  })
  const opset = opsets.get('') ?? newestOpsets.get('')!
  const external = model.graph?.initializer.filter(
    ({ dataLocation }) => dataLocation === DataLocation.EXTERNAL,
  )
  const notes: readonly (readonly [what: string, detail: string | number])[] = [
    ['operators that Slipway does not know', names(({ op }) => !op)],
    ['control flow', names(({ op }) => op?.traits.has('control') === true)],
    ['random operators', names(({ op }) => op?.traits.has('random') === true)],
    ['functions of its own', model.functions.length],
    ['inputs with defaults (initializers)', graph.inputs.filter((name) => graph.constants.has(name)).length],
    ['inputs or outputs of unknown rank', unranked.join(', ')],
    ['tensors in other files', external?.length ?? 0],
    ['an old operator set', opset < 9 ? `ai.onnx ${opset}` : ''],
    [
      'newer than ONNX Runtime 1.30 reads (ai.onnx 26, IR 13)',
      opset > 26 || irVersion > 13 ? `ai.onnx ${opset}, IR ${irVersion} of ${newestIrVersion}` : '',
    ],
    ['training information', model.trainingInfo.length],
  ]
  return notes
    .filter(([, detail]) => detail !== '' && detail !== 0)
    .map(([what, detail]) => `${what}: ${detail}`)
}
