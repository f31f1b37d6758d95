/** The body of a model's own function at other operator sets. */
import { create } from '@bufbuild/protobuf'
import { SlipwayError } from '../../base/errors.ts'
import type { Limits } from '../../base/limits.ts'
import { toAttributes } from '../../ir/builder.ts'
import type { Graph, Node } from '../../ir/graph.ts'
import { tryFindOp } from '../../ops/registry.ts'
import { functionText } from './function-table.ts'
import { lowerGraph } from './lower/apply.ts'
import { type FunctionProto, type NodeProto, OperatorSetIdProtoSchema } from './onnx_pb.ts'
import { domainOf } from './read-context.ts'
import { readNode } from './read-graph.ts'
import { tensorContext } from './tensor-context.ts'
import { upgradeGraph } from './upgrade/apply.ts'
import type { Opsets } from './versions.ts'
import { withFields } from './with-fields.ts'
import { sortedEntries, writeNode } from './write-graph.ts'

export interface ConvertFunctionOptions {
  readonly from: Opsets
  readonly to: Opsets
  /** Whether an operator is a function of the model. */
  readonly isCall: (domain: string, op: string) => boolean
  readonly limits?: Limits | undefined
}

/**
 * A body whose operators mean the same at both versions is kept as it is. One that refers to attributes of its call can
 * be kept in no other way; throws SLP-F7 where that is not enough, and as lowering does.
 */
export function convertFunction(proto: FunctionProto, options: ConvertFunctionOptions): FunctionProto {
  const { from, to } = options
  const opsetImport = sortedEntries(to).map(([domain, version]) =>
    create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
  )
  if (proto.node.every((node) => isSame(node, options))) return withFields(proto, { opsetImport })
  if (proto.node.some(hasReference)) {
    const rule = 'a body that refers to attributes of its call must mean the same at both versions'
    throw new SlipwayError('SLP-F7', `Cannot convert function ${functionText(proto)}: ${rule}`)
  }
  const lowered = lowerGraph(upgradeGraph(bodyOf(proto, options), from), { opsets: to, changes: 'any' })
  // A function has no initialisers.
  const constants = [...lowered.constants].map(
    ([name, value]): Node => ({
      name: '',
      domain: '',
      op: 'Constant',
      inputs: [],
      outputs: [name],
      attributes: toAttributes({ value }),
    }),
  )
  return withFields(proto, {
    opsetImport,
    node: [...constants, ...lowered.nodes].map((node) => writeNode(node, {})),
  })
}

function isSame(node: NodeProto, options: ConvertFunctionOptions): boolean {
  const { from, to, isCall } = options
  const domain = domainOf(node.domain)
  const inner = node.attribute.flatMap(({ g, graphs }) => (g ? [g, ...graphs] : graphs))
  if (!inner.every((body) => body.node.every((one) => isSame(one, options)))) return false
  const [before, after] = [from.get(domain), to.get(domain)]
  if (before === after || isCall(domain, node.opType)) return true
  const since = tryFindOp(domain, node.opType)?.since ?? []
  const versionAt = (opset: number | undefined) =>
    since.findLast((one) => opset !== undefined && one <= opset)
  return versionAt(before) !== undefined && versionAt(before) === versionAt(after)
}

function hasReference({ attribute }: NodeProto): boolean {
  return attribute.some(
    ({ refAttrName, g, graphs }) =>
      refAttrName !== '' || (g ? [g, ...graphs] : graphs).some((body) => body.node.some(hasReference)),
  )
}

function bodyOf(proto: FunctionProto, { limits }: ConvertFunctionOptions): Graph {
  const context = {
    tensors: tensorContext(limits ? { limits } : {}),
    mayMove: false,
    callOf: () => undefined,
  }
  return {
    name: proto.name,
    inputs: proto.input,
    outputs: proto.output,
    nodes: proto.node.map((node, i) => readNode(node, context, `function.node[${i}]`)),
    constants: new Map(),
    types: new Map(),
  }
}
