/** Y1: types against the operator versions that a model imports, which may allow fewer than the newest ones. */
import type { ModelProto } from '../../formats/onnx/onnx_pb.ts'
import { domainOf } from '../../formats/onnx/read-context.ts'
import { typeProblem } from '../../formats/onnx/schema/allowed-types.ts'
import type { Fact } from '../../ops/fact.ts'
import { tryFindOp } from '../../ops/registry.ts'
import { type CheckContext, functionKey } from './context.ts'
import { nodeText } from './node-rules.ts'

/** Checks the nodes of the main graph, where the types of all values are known by their names in the file. */
export function checkVersionTypes(
  model: ModelProto,
  facts: ReadonlyMap<string, Fact>,
  { report, opsets, functions }: CheckContext,
): void {
  const typeOf = (name: string) => facts.get(name)?.type
  model.graph?.node.forEach((node, i) => {
    if (functions.has(functionKey(node.domain, node.opType, node.overload))) return
    const domain = domainOf(node.domain)
    const op = tryFindOp(domain, node.opType)
    const version = op?.since.filter((since) => since <= (opsets.get(domain) ?? 0)).at(-1)
    // Inference has compared the newest versions already.
    if (!op || version === undefined || version === op.since.at(-1)) return
    const problem = typeProblem(op, version, {
      inputs: node.input.map(typeOf),
      outputs: node.output.map(typeOf),
    })
    if (problem) report('SLP-Y1', `graph.node[${i}]`, `${nodeText(node)}: in version ${version}, ${problem}`)
  })
}
