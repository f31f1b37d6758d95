/** M6 and M7: model-local functions. */
import { isFieldSet } from '@bufbuild/protobuf'
import { SlipwayError } from '../../base/errors.ts'
import { defaultLimits } from '../../base/limits.ts'
import { calleesOf, checkExpansion, functionTable } from '../../formats/onnx/function-table.ts'
import { type FunctionProto, FunctionProtoSchema, type ModelProto } from '../../formats/onnx/onnx_pb.ts'
import { domainOf } from '../../formats/onnx/read-context.ts'
import { schemaAt } from '../../formats/onnx/schema/schema.ts'
import { tryFindOp } from '../../ops/registry.ts'
import { type CheckContext, duplicates, functionKey, importsOf } from './context.ts'
import { checkNodes } from './graph-rules.ts'

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
  const twice = duplicates(functions.map((fn) => functionKey(fn.domain, fn.name, fn.overload)))
  for (const key of twice) {
    report('SLP-M6', 'functions', `two functions are named "${key.replaceAll('\n', ' ').trim()}"`)
  }
  functions.forEach((fn, i) => checkFunction(fn, `functions[${i}]`, context))
  // Who calls whom is clear only where every function has a name of its own.
  if (twice.length === 0 && functions.every(({ name }) => name !== '')) checkCalls(model, context)
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
  const imports = importsOf(fn.opsetImport)
  checkOpsets(fn, imports.opsets, path, context)
  const defined = new Set(fn.input)
  const inner: CheckContext = { ...context, ...imports, functionAttributes: new Set(attributes) }
  checkNodes(fn.node, path, inner, { defined, outer: undefined })
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
    const [own, model] = [opsets.get(domainOf(domain)), outer.get(domainOf(domain))]
    if (own === undefined || model === undefined || own === model || !tryFindOp(domainOf(domain), opType))
      return
    const [a, b] = [schemaAt(domainOf(domain), opType, own), schemaAt(domainOf(domain), opType, model)]
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

/** Finds recursion, calls nested too deeply, expansions that grow too large, and functions nobody calls. */
function checkCalls({ graph, functions }: ModelProto, { report }: CheckContext): void {
  const table = functionTable(functions)
  try {
    checkExpansion(graph?.node ?? [], table, defaultLimits)
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error
    report('SLP-M6', error.details.path ?? 'functions', error.message)
  }
  const called = new Set(
    [graph?.node ?? [], ...functions.map(({ node }) => node)].flatMap((nodes) => calleesOf(nodes, table)),
  )
  functions.forEach(({ domain, name, overload }, i) => {
    const key = table.keyOf(domainOf(domain), name, overload)
    if (key !== undefined && !called.has(key))
      report('SLP-M11', `functions[${i}]`, `function "${name}" is never called`)
  })
}
