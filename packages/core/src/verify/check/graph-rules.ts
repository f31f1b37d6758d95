/** G: graphs and their values; walks nodes, attributes, tensors and bodies. */
import { defaultLimits } from '../../base/limits.ts'
import type { GraphProto, NodeProto, ValueInfoProto } from '../../formats/onnx/onnx_pb.ts'
import { checkAttribute } from './attribute-rules.ts'
import { type CheckContext, duplicates } from './context.ts'
import { checkNode, nodeText } from './node-rules.ts'
import { checkSparse, checkTensor } from './tensor-rules.ts'

/** `outer`: names visible from the graphs around a body; undefined for the main graph. */
export function checkGraph(
  graph: GraphProto,
  path: string,
  context: CheckContext,
  outer?: ReadonlySet<string>,
): void {
  const { report } = context
  if (graph.name === '') report('SLP-G1', `${path}.name`, 'the graph has no name')
  checkInterface(graph, path, context, outer === undefined)
  const defined = checkInitializers(graph, path, context, outer)
  const used = checkNodes(graph.node, path, context, defined, outer ?? new Set())
  checkOutputs(graph, path, context, defined, outer)
  for (const { name } of graph.output) used.add(name)
  graph.initializer.forEach((tensor, i) => {
    const isInput = graph.input.some(({ name }) => name === tensor.name)
    if (tensor.name !== '' && !used.has(tensor.name) && !isInput) {
      report('SLP-G9', `${path}.initializer[${i}]`, `initializer "${tensor.name}" is never used`)
    }
  })
  checkValueInfo(graph, path, context, defined)
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
  const value = type?.value
  if (!value?.case) {
    report('SLP-G2', `${path}.type`, `"${name}" has no type`)
  } else if (value.case === 'tensorType' || value.case === 'sparseTensorType') {
    if (value.value.elemType === 0) report('SLP-G2', `${path}.type`, `"${name}" has no element type`)
    if (!value.value.shape) report('SLP-G2', `${path}.type`, `"${name}" has no shape`)
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

/** Names defined before the first node. */
function checkInitializers(
  graph: GraphProto,
  path: string,
  context: CheckContext,
  outer: ReadonlySet<string> | undefined,
): Set<string> {
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
    else if (irVersion > 0 && irVersion <= 3 && outer === undefined && !inputs.has(name)) {
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
    if (outer?.has(name)) report('SLP-G7', path, `"${name}" hides a value of the graph around it`)
  }
  return defined
}

/** Checks nodes in order and adds what they define; returns the names they use, bodies included. */
export function checkNodes(
  nodes: readonly NodeProto[],
  path: string,
  context: CheckContext,
  defined: Set<string>,
  outer: ReadonlySet<string>,
): Set<string> {
  const { report } = context
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
      if (defined.has(name) || outer.has(name)) return
      const why = later.has(name) ? 'which is defined later' : 'which nothing defines'
      report('SLP-G6', `${at}.input[${i}]`, `${nodeText(node)} reads "${name}", ${why}`)
    })
    for (const name of checkAttributes(node, at, context, defined, outer)) used.add(name)
    node.output.forEach((name, i) => {
      if (name === '') return
      if (defined.has(name))
        report('SLP-G7', `${at}.output[${i}]`, `${nodeText(node)} defines "${name}" a second time`)
      else if (outer.has(name))
        report('SLP-G7', `${at}.output[${i}]`, `${nodeText(node)} hides "${name}" of the graph around it`)
      defined.add(name)
    })
  })
  return used
}

function checkAttributes(
  node: NodeProto,
  path: string,
  context: CheckContext,
  defined: ReadonlySet<string>,
  outer: ReadonlySet<string>,
): string[] {
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
    const visible = new Set([...outer, ...defined])
    return bodies.flatMap(([body, where]) => {
      checkGraph(body, where, { ...context, subgraphDepth: subgraphDepth + 1 }, visible)
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

function checkOutputs(
  graph: GraphProto,
  path: string,
  { report }: CheckContext,
  defined: ReadonlySet<string>,
  outer: ReadonlySet<string> | undefined,
): void {
  graph.output.forEach(({ name }, i) => {
    if (name !== '' && !defined.has(name) && !outer?.has(name)) {
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
