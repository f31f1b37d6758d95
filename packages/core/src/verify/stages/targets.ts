/** Which runtimes accept the versions and the operators of the model. */
import type { ModelProto, NodeProto } from '../../formats/onnx/onnx_pb.ts'
import { domainOf } from '../../formats/onnx/read-context.ts'
import { schemaAt } from '../../formats/onnx/schema/schema.ts'
import { newestOpsets } from '../../formats/onnx/versions.ts'
import { functionKey } from '../check/context.ts'
import { defineStage, finding, type VerifyFinding } from '../define-stage.ts'
import { type Runtime, runtimes } from '../runtimes.ts'

export const targets = defineStage({
  name: 'targets',
  about: 'every target runtime accepts the IR version, the operator sets and the operators',
  run({ model, targets: wanted }) {
    const proto = model.proto()
    const all = [...runtimes, ...wanted.filter((one) => !runtimes.includes(one))]
    const verdicts = all.map((runtime) => [runtime, verdictOf(proto, runtime)] as const)
    return {
      findings: verdicts.flatMap(([runtime, findings]) => (wanted.includes(runtime) ? findings : [])),
      facts: {
        irVersion: Number(proto.irVersion),
        opsets: Object.fromEntries(
          proto.opsetImport.map(({ domain, version }) => [domain || 'ai.onnx', Number(version)]),
        ),
        accepts: Object.fromEntries(verdicts.map(([{ name }, findings]) => [name, findings.length === 0])),
        why: Object.fromEntries(
          verdicts.flatMap(([{ name }, [first]]) => (first ? [[name, first.message]] : [])),
        ),
      },
    }
  },
})

/** Why a runtime refuses a model; nothing where it accepts it. */
export function verdictOf(proto: ModelProto, runtime: Runtime): VerifyFinding[] {
  const findings: VerifyFinding[] = []
  const ir = Number(proto.irVersion)
  if (ir > runtime.newestIrVersion) {
    const message = `${runtime.about} reads IR versions up to ${runtime.newestIrVersion}, got ${ir}`
    findings.push(finding('SLP-V1', message, { path: 'ir_version' }))
  }
  proto.opsetImport.forEach(({ domain, version }, i) => {
    const range = runtime.opsets.get(domainOf(domain))
    if (!range || (version >= range[0] && version <= range[1])) return
    const message = `${runtime.about} reads ${domain || 'ai.onnx'} ${range[0]} to ${range[1]}, got ${version}`
    findings.push(finding('SLP-V1', message, { path: `opset_import[${i}]` }))
  })
  const functions = new Set(proto.functions.map((one) => functionKey(one.domain, one.name, one.overload)))
  const opsets = new Map(proto.opsetImport.map(({ domain, version }) => [domainOf(domain), Number(version)]))
  const visit = (nodes: readonly NodeProto[], path: string, imports: ReadonlyMap<string, number>): void =>
    nodes.forEach((node, i) => {
      const at = `${path}.node[${i}]`
      const why = functions.has(functionKey(node.domain, node.opType, node.overload))
        ? undefined
        : missing(node, imports, runtime)
      if (why !== undefined) {
        const operator = node.domain ? `${node.domain}.${node.opType}` : node.opType
        findings.push(
          finding('SLP-V2', `${runtime.about} lacks operator ${operator}: ${why}`, {
            path: at,
            node: node.name || node.output[0],
            operator,
          }),
        )
      }
      for (const { name, g, graphs } of node.attribute)
        for (const body of g ? [g, ...graphs] : graphs) visit(body.node, `${at}.${name}`, imports)
    })
  visit(proto.graph?.node ?? [], 'graph', opsets)
  proto.functions.forEach((one, i) => {
    const own = new Map(one.opsetImport.map(({ domain, version }) => [domainOf(domain), Number(version)]))
    visit(one.node, `functions[${i}]`, own.size > 0 ? own : opsets)
  })
  return findings
}

function missing(
  { domain: spelled, opType }: NodeProto,
  opsets: ReadonlyMap<string, number>,
  { opsets: accepted, hasOperator }: Runtime,
): string | undefined {
  const domain = domainOf(spelled)
  if (!newestOpsets.has(domain)) {
    return hasOperator?.(domain, opType)
      ? undefined
      : `domain "${domain}" is not its own, and the model has no function of that name`
  }
  if (!accepted.has(domain)) return `it has no operators of ${domain}`
  const schema = schemaAt(domain, opType, opsets.get(domain) ?? newestOpsets.get(domain)!)
  return schema === 'unknown operator' ? 'there is none of that name' : undefined
}
