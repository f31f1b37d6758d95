/** Y: types and shapes, by inference over the whole graph against what the model declares. */
import { dimsEqual, dimText } from '../../base/dim.ts'
import { typeText, type ValueType } from '../../base/value.ts'
import type { ModelProto } from '../../formats/onnx/onnx_pb.ts'
import { readModelProto } from '../../formats/onnx/read.ts'
import type { Graph } from '../../ir/graph.ts'
import { inferGraph } from '../../ops/infer-graph.ts'
import { foldNode } from '../../reference/fold.ts'
import type { CheckContext } from './context.ts'
import { checkVersionTypes } from './version-type-rules.ts'

export function checkTypes(model: ModelProto, context: CheckContext): void {
  const { report } = context
  const graph = readModelProto(model, { resolveExternal: ({ length }) => new Uint8Array(length ?? 0) }).graph
  const pathOf = pathsOf(model)
  // Declarations of values between input and output would hide what inference finds.
  const bare: Graph = {
    ...graph,
    types: new Map([...graph.types].filter(([name]) => graph.inputs.includes(name))),
  }
  const { facts, unknown } = inferGraph(bare, {
    fold: foldNode,
    onRefusal: (error, node) => report('SLP-Y1', pathOf(node.outputs), error.message),
  })
  checkVersionTypes(model, facts, context)
  for (const [name, declared] of graph.types) {
    const inferred = facts.get(name)?.type
    if (inferred && !graph.inputs.includes(name)) compare(name, declared, inferred, report)
  }
  const [first] = unknown
  if (first && first.reason !== 'operator refused its inputs') {
    report(
      'SLP-Y4',
      pathOf([first.value]),
      `"${first.value}" of ${first.operator} is the first value without a known rank: ${first.reason}`,
    )
  }
}

/** Paths of the file's nodes by the values they define; conversion to the newest operators keeps those names. */
function pathsOf(model: ModelProto): (outputs: readonly string[]) => string {
  const paths = new Map(
    (model.graph?.node ?? []).flatMap((node, i) =>
      node.output.map((name) => [name, `graph.node[${i}]`] as const),
    ),
  )
  return (outputs) => outputs.map((name) => paths.get(name)).find((path) => path !== undefined) ?? 'graph'
}

function compare(
  name: string,
  declared: ValueType,
  inferred: ValueType,
  report: CheckContext['report'],
): void {
  const message = `"${name}" is declared ${typeText(declared)}, inferred ${typeText(inferred)}`
  if (declared.kind !== 'tensor' || inferred.kind !== 'tensor') {
    if (declared.kind !== inferred.kind) report('SLP-Y2', `value "${name}"`, message)
    return
  }
  if (declared.dtype !== inferred.dtype) report('SLP-Y2', `value "${name}"`, message)
  if (!declared.shape || !inferred.shape) return
  const sizes = declared.shape.map((size, axis) => [size, inferred.shape![axis]] as const)
  const contradiction = sizes.some(([a, b]) => typeof a === 'number' && typeof b === 'number' && a !== b)
  if (declared.shape.length !== inferred.shape.length || contradiction) {
    report('SLP-Y2', `value "${name}"`, message)
  } else if (sizes.some(([a, b]) => b !== undefined && isName(a) && isName(b) && !dimsEqual(a, b))) {
    report('SLP-Y3', `value "${name}"`, message)
  }
}

/** A size that a person named, as opposed to a number, an expression or a name made up by inference. */
const isName = (size: Parameters<typeof dimText>[0]): boolean =>
  /^[A-Za-z_]\w*$/.test(dimText(size)) && typeof size !== 'number'
