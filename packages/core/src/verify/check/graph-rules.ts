/** G: graphs and their values; walks nodes, attributes, tensors and bodies. */
import { defaultLimits } from '../../base/limits.ts'
import type { GraphProto, NodeProto, TypeProto, ValueInfoProto } from '../../formats/onnx/onnx_pb.ts'
import { checkAttribute } from './attribute-rules.ts'
import { type CheckContext, duplicates } from './context.ts'
import { checkNode, nodeText } from './node-rules.ts'
import { checkSparse, checkTensor } from './tensor-rules.ts'

/** The names that a graph defines so far, and the graphs around it. */
export interface Scope {
  readonly defined: Set<string>
  readonly outer: Scope | undefined
}

function sees(scope: Scope, name: string): boolean {
  for (let at: Scope | undefined = scope; at; at = at.outer) if (at.defined.has(name)) return true
  return false
}

/** `outer`: the names visible from the graphs around a body; undefined for the main graph. */
export function checkGraph(graph: GraphProto, path: string, context: CheckContext, outer?: Scope): void {
  const { report } = context
  if (graph.name === '') report('SLP-G1', `${path}.name`, 'the graph has no name')
  checkInterface(graph, path, context, outer === undefined)
  const scope = checkInitializers(graph, path, context, outer)
  const used = checkNodes(graph.node, path, context, scope)
  checkOutputs(graph, path, context, scope)
  for (const { name } of graph.output) used.add(name)
  for (const { name } of graph.input) used.add(name)
  graph.initializer.forEach(({ name }, i) => {
    if (name !== '' && !used.has(name))
      report('SLP-G9', `${path}.initializer[${i}]`, `initializer "${name}" is never used`)
  })
  checkValueInfo(graph, path, context, scope.defined)
}

function checkInterface(graph: GraphProto, path: string, context: CheckContext, isMain: boolean): void {
  const { report } = context
  for (const name of duplicates(graph.input.map((one) => one.name))) {
    report('SLP-G3', `${path}.input`, `two inputs are named "${name}"`)
  }
  for (const name of duplicates(graph.output.map((one) => one.name))) {
    report('SLP-G12', `${path}.output`, `output "${name}" is listed twice`)
  }
  const check = (value: ValueInfoProto, at: string) => {
    if (value.name === '') report('SLP-G2', `${at}.name`, 'the value has no name')
    else if (isMain) checkDeclaration(value, at, context)
    checkSizes(value, at, context)
  }
  graph.input.forEach((value, i) => check(value, `${path}.input[${i}]`))
  graph.output.forEach((value, i) => check(value, `${path}.output[${i}]`))
  graph.valueInfo.forEach((value, i) => checkSizes(value, `${path}.value_info[${i}]`, context))
}

function checkDeclaration({ name, type }: ValueInfoProto, path: string, { report }: CheckContext): void {
  const lack = lackOf(type)
  if (lack) report('SLP-G2', `${path}.type`, `"${name}" has no ${lack}`)
  const value = type?.value
  const isTensor = value?.case === 'tensorType' || value?.case === 'sparseTensorType'
  if (isTensor && !value.value.shape) report('SLP-G2', `${path}.type`, `"${name}" has no shape`)
}

/** What a type does not say of itself or of its elements; a shape may be missing. */
function lackOf(type: TypeProto | undefined): 'type' | 'element type' | 'key type' | undefined {
  const value = type?.value
  switch (value?.case) {
    case undefined:
      return 'type'
    case 'tensorType':
    case 'sparseTensorType':
      return value.value.elemType === 0 ? 'element type' : undefined
    case 'sequenceType':
    case 'optionalType':
      return lackOf(value.value.elemType) && 'element type'
    case 'mapType':
      return value.value.keyType === 0 ? 'key type' : lackOf(value.value.valueType) && 'element type'
    case 'opaqueType':
      return undefined
    default:
      return value satisfies never
  }
}

function checkSizes({ name, type }: ValueInfoProto, path: string, { report }: CheckContext): void {
  const value = type?.value
  if (value?.case !== 'tensorType' && value?.case !== 'sparseTensorType') return
  value.value.shape?.dim.forEach(({ value: size }, axis) => {
    if (size.case === 'dimValue' && size.value < 0n) {
      report('SLP-G11', `${path}.type.shape.dim[${axis}]`, `"${name}" has a negative size, got ${size.value}`)
    }
  })
}

/** The scope of a graph before its first node. */
function checkInitializers(
  graph: GraphProto,
  path: string,
  context: CheckContext,
  outer: Scope | undefined,
): Scope {
  const { report, irVersion } = context
  const inputs = new Set(graph.input.map(({ name }) => name))
  const names = [
    ...graph.initializer.map(({ name }) => name),
    ...graph.sparseInitializer.map(({ values }) => values?.name ?? ''),
  ]
  names.forEach((name, i) => {
    const at =
      i < graph.initializer.length
        ? `${path}.initializer[${i}]`
        : `${path}.sparse_initializer[${i - graph.initializer.length}]`
    if (name === '') report('SLP-G4', at, 'the initializer has no name')
    else if (irVersion > 0 && irVersion <= 3 && !inputs.has(name)) {
      report('SLP-G5', at, `initializer "${name}" is not an input, as IR version ${irVersion} asks`)
    }
  })
  for (const name of duplicates(names))
    report('SLP-G4', `${path}.initializer`, `two initializers are named "${name}"`)
  graph.initializer.forEach((tensor, i) => checkTensor(tensor, `${path}.initializer[${i}]`, context))
  graph.sparseInitializer.forEach((sparse, i) =>
    checkSparse(sparse, `${path}.sparse_initializer[${i}]`, context),
  )
  const defined = new Set([...inputs, ...names])
  for (const name of defined) {
    if (outer && sees(outer, name)) report('SLP-G7', path, `"${name}" hides a value of the graph around it`)
  }
  return { defined, outer }
}

/** Checks nodes in order and adds what they define to the scope; returns the names they use, bodies included. */
export function checkNodes(
  nodes: readonly NodeProto[],
  path: string,
  context: CheckContext,
  scope: Scope,
): Set<string> {
  const { report } = context
  const { defined, outer } = scope
  const used = new Set<string>()
  const later = new Set(nodes.flatMap(({ output }) => output))
  for (const name of duplicates(nodes.map((node) => node.name).filter((name) => name !== ''))) {
    report('SLP-G10', `${path}.node`, `two nodes are named "${name}"`)
  }
  nodes.forEach((node, index) => {
    const at = `${path}.node[${index}]`
    checkNode(node, at, context)
    node.input.forEach((name, i) => {
      if (name === '') return
      used.add(name)
      if (sees(scope, name)) return
      const why = later.has(name) ? 'which is defined later' : 'which nothing defines'
      report('SLP-G6', `${at}.input[${i}]`, `${nodeText(node)} reads "${name}", ${why}`)
    })
    for (const name of checkAttributes(node, at, context, scope)) used.add(name)
    node.output.forEach((name, i) => {
      if (name === '') return
      if (defined.has(name))
        report('SLP-G7', `${at}.output[${i}]`, `${nodeText(node)} defines "${name}" a second time`)
      else if (outer && sees(outer, name))
        report('SLP-G7', `${at}.output[${i}]`, `${nodeText(node)} hides "${name}" of the graph around it`)
      defined.add(name)
    })
  })
  return used
}

function checkAttributes(node: NodeProto, path: string, context: CheckContext, scope: Scope): string[] {
  const { report, subgraphDepth } = context
  return node.attribute.flatMap((attribute, i) => {
    const at = `${path}.attribute[${i}]`
    checkAttribute(attribute, at, context)
    const bodies = [
      ...(attribute.g ? [[attribute.g, `${at}.g`] as const] : []),
      ...attribute.graphs.map((g, j) => [g, `${at}.graphs[${j}]`] as const),
    ]
    if (bodies.length === 0) return []
    if (subgraphDepth >= defaultLimits.subgraphDepth) {
      report('SLP-G15', at, `${nodeText(node)} nests bodies deeper than ${defaultLimits.subgraphDepth}`)
      return []
    }
    return bodies.flatMap(([body, where]) => {
      checkGraph(body, where, { ...context, subgraphDepth: subgraphDepth + 1 }, scope)
      return namesUsed(body)
    })
  })
}

function namesUsed(graph: GraphProto): string[] {
  const inner = graph.node.flatMap(({ attribute }) =>
    attribute.flatMap(({ g, graphs }) => [...(g ? [g] : []), ...graphs]),
  )
  return [
    ...graph.node.flatMap(({ input }) => input),
    ...graph.output.map(({ name }) => name),
    ...inner.flatMap(namesUsed),
  ]
}

function checkOutputs(graph: GraphProto, path: string, { report }: CheckContext, scope: Scope): void {
  graph.output.forEach(({ name }, i) => {
    if (name !== '' && !sees(scope, name)) {
      report('SLP-G8', `${path}.output[${i}]`, `nothing defines the output "${name}"`)
    }
  })
}

function checkValueInfo(
  graph: GraphProto,
  path: string,
  { report }: CheckContext,
  defined: ReadonlySet<string>,
): void {
  for (const name of duplicates(graph.valueInfo.map((one) => one.name))) {
    report('SLP-G14', `${path}.value_info`, `value_info lists "${name}" twice`)
  }
  graph.valueInfo.forEach(({ name }, i) => {
    if (!defined.has(name))
      report('SLP-G13', `${path}.value_info[${i}]`, `value_info names "${name}", which nothing defines`)
  })
}
