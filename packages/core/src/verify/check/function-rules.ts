/** M6 and M7: model-local functions. */
import { isFieldSet } from '@bufbuild/protobuf'
import { defaultLimits } from '../../base/limits.ts'
import {
  type FunctionProto,
  FunctionProtoSchema,
  type ModelProto,
  type NodeProto,
} from '../../formats/onnx/onnx_pb.ts'
import { schemaAt } from '../../formats/onnx/schema/schema.ts'
import { tryFindOp } from '../../ops/registry.ts'
import { type CheckContext, duplicates, functionKey, normalDomain } from './context.ts'
import { checkNodes } from './graph-rules.ts'

const keyOf = (fn: FunctionProto): string => functionKey(fn.domain, fn.name, fn.overload)

export function checkFunctions(model: ModelProto, context: CheckContext): void {
  const { report } = context
  const { functions } = model
  if (functions.length > defaultLimits.functions) {
    report(
      'SLP-M6',
      'functions',
      `there may be ${defaultLimits.functions} functions, got ${functions.length}`,
    )
    return
  }
  for (const key of duplicates(functions.map(keyOf))) {
    report('SLP-M6', 'functions', `two functions are named "${key.replaceAll('\n', ' ').trim()}"`)
  }
  functions.forEach((fn, i) => checkFunction(fn, `functions[${i}]`, context))
  checkCalls(model, context)
}

function checkFunction(fn: FunctionProto, path: string, context: CheckContext): void {
  const { report } = context
  if (fn.name === '') report('SLP-M7', `${path}.name`, 'the function has no name')
  if (!isFieldSet(fn, FunctionProtoSchema.field.domain)) {
    report('SLP-M7', `${path}.domain`, `function "${fn.name}" has no domain; write it even if it is empty`)
  }
  const attributes = [...fn.attribute, ...fn.attributeProto.map(({ name }) => name)]
  for (const [what, names] of [
    ['input', fn.input],
    ['output', fn.output],
    ['attribute', attributes],
  ] as const) {
    for (const name of duplicates(names))
      report('SLP-M7', `${path}.${what}`, `function "${fn.name}" has two ${what}s "${name}"`)
  }
  const opsets = new Map(fn.opsetImport.map(({ domain, version }) => [normalDomain(domain), Number(version)]))
  checkOpsets(fn, opsets, path, context)
  const defined = new Set(fn.input)
  const inner: CheckContext = { ...context, opsets, functionAttributes: new Set(attributes) }
  checkNodes(fn.node, path, inner, defined, new Set())
  fn.output.forEach((name, i) => {
    if (!defined.has(name))
      report(
        'SLP-G8',
        `${path}.output[${i}]`,
        `nothing defines the output "${name}" of function "${fn.name}"`,
      )
  })
}

/** An operator must mean the same under the function's operator sets and under the model's. */
function checkOpsets(
  fn: FunctionProto,
  opsets: ReadonlyMap<string, number>,
  path: string,
  { report, opsets: outer }: CheckContext,
): void {
  fn.node.forEach(({ domain, opType }, i) => {
    const [own, model] = [opsets.get(normalDomain(domain)), outer.get(normalDomain(domain))]
    if (own === undefined || model === undefined || own === model || !tryFindOp(normalDomain(domain), opType))
      return
    const [a, b] = [
      schemaAt(normalDomain(domain), opType, own),
      schemaAt(normalDomain(domain), opType, model),
    ]
    if (
      typeof a === 'object' &&
      typeof b === 'object' &&
      'sinceVersion' in a &&
      'sinceVersion' in b &&
      a.sinceVersion !== b.sinceVersion
    ) {
      report(
        'SLP-M7',
        `${path}.node[${i}]`,
        `${opType} differs between version ${own} of function "${fn.name}" and version ${model} of the model`,
      )
    }
  })
}

function calls(nodes: readonly NodeProto[]): NodeProto[] {
  return nodes.flatMap((node) => [
    node,
    ...node.attribute.flatMap(({ g, graphs }) =>
      [...(g ? [g] : []), ...graphs].flatMap((graph) => calls(graph.node)),
    ),
  ])
}

/** Finds recursion, calls nested too deeply, and functions nobody calls. */
function checkCalls(model: ModelProto, { report }: CheckContext): void {
  const byKey = new Map(model.functions.map((fn, i) => [keyOf(fn), { fn, i }]))
  const callees = (nodes: readonly NodeProto[]) =>
    calls(nodes)
      .map((node) => functionKey(node.domain, node.opType, node.overload))
      .filter((key) => byKey.has(key))
  const edges = new Map([...byKey].map(([key, { fn }]) => [key, new Set(callees(fn.node))]))
  const depths = new Map<string, number>()
  const depth = (key: string, above: readonly string[]): number => {
    const known = depths.get(key)
    if (known !== undefined) return known
    const { fn, i } = byKey.get(key)!
    if (above.includes(key) || above.length > defaultLimits.functionDepth) {
      const rule = above.includes(key)
        ? 'calls itself'
        : `is called deeper than ${defaultLimits.functionDepth}`
      report('SLP-M6', `functions[${i}]`, `function "${fn.name}" ${rule}`)
      depths.set(key, 0)
      return 0
    }
    const own = 1 + Math.max(0, ...[...edges.get(key)!].map((callee) => depth(callee, [...above, key])))
    depths.set(key, own)
    return own
  }
  for (const key of byKey.keys()) depth(key, [])
  const called = new Set([
    ...callees(model.graph?.node ?? []),
    ...[...edges.values()].flatMap((set) => [...set]),
  ])
  for (const [key, { fn, i }] of byKey) {
    if (!called.has(key)) report('SLP-M11', `functions[${i}]`, `function "${fn.name}" is never called`)
  }
}
