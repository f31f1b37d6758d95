/** N: nodes against the operators of the imported operator sets. */
import { tryDTypeOfCode } from '../../base/dtype.ts'
import { nearestName } from '../../engine/nearest-name.ts'
import { attributeKind, AttributeType as Type } from '../../formats/onnx/enums.ts'
import type { AttributeProto, NodeProto } from '../../formats/onnx/onnx_pb.ts'
import { domainOf } from '../../formats/onnx/read-context.ts'
import { type AttributeRule, type Schema, schemaAt } from '../../formats/onnx/schema/schema.ts'
import { newestOpsets } from '../../formats/onnx/versions.ts'
import { operators, tryFindOp } from '../../ops/registry.ts'
import { type CheckContext, duplicates, functionKey } from './context.ts'

/** `node "conv1" (Conv)`, for messages. */
export function nodeText(node: NodeProto): string {
  return node.name ? `node "${node.name}" (${node.opType})` : `node ${node.opType}`
}

/** Checks one node but for its attributes' own form, its values and its bodies. */
export function checkNode(node: NodeProto, path: string, context: CheckContext): void {
  const { report, opsets, spelledDomains, functions } = context
  if (node.opType === '') {
    report('SLP-N1', `${path}.op_type`, 'the node names no operator')
    return
  }
  if (node.input.length === 0 && node.output.length === 0) {
    report('SLP-N2', path, `${nodeText(node)} has neither inputs nor outputs`)
  }
  for (const name of duplicates(node.attribute.map((one) => one.name))) {
    report('SLP-N4', `${path}.attribute`, `${nodeText(node)} has two attributes "${name}"`)
  }
  const domain = domainOf(node.domain)
  if (functions.has(functionKey(node.domain, node.opType, node.overload))) return
  const version = opsets.get(domain)
  if (version === undefined) {
    report(
      'SLP-N3',
      `${path}.domain`,
      `${nodeText(node)} is of domain "${node.domain}", which the model does not import`,
    )
    return
  }
  // An import of "ai.onnx" serves nodes of "", but the ONNX checker and others do not take it the other way round.
  if (node.domain === 'ai.onnx' && !spelledDomains.has(node.domain)) {
    report(
      'SLP-N3',
      `${path}.domain`,
      `${nodeText(node)} is of domain "ai.onnx", but the model imports it as ""`,
    )
  }
  const schema = schemaAt(domain, node.opType, version)
  // Only the domains of the standard are known whole; the others have operators that Slipway has not heard of.
  if (schema === 'unknown operator' && !newestOpsets.has(domain)) {
    report('SLP-N14', path, `${nodeText(node)} is of the custom domain "${node.domain}"`)
    return
  }
  if (schema === 'unknown operator') {
    report(
      'SLP-N5',
      `${path}.op_type`,
      `${nodeText(node)}: no such operator in ${domain || 'ai.onnx'} ${version}${suggestion(node.opType, domain)}`,
    )
  } else if (!('sinceVersion' in schema)) {
    const rule = `it exists from version ${schema.firstVersion} on, but ${version} is imported`
    report('SLP-N5', `${path}.op_type`, `${nodeText(node)}: ${rule}`)
  } else {
    checkAgainst(node, schema, path, context)
  }
}

function suggestion(name: string, domain: string): string {
  const known = operators()
    .filter((op) => op.domain === domain)
    .map((op) => op.name)
  // There are hundreds of names, so a few edits always lead to one of them.
  const near = nearestName(name, known, Math.ceil(name.length / 5))
  return near === undefined ? '' : `; did you mean ${near}?`
}

function checkAgainst(node: NodeProto, schema: Schema, path: string, context: CheckContext): void {
  const { report } = context
  if (schema.deprecated) {
    report(
      'SLP-N6',
      `${path}.op_type`,
      `${nodeText(node)} is deprecated since version ${schema.sinceVersion}`,
    )
    return
  }
  checkCount(node, node.input.length, schema.inputs, `${path}.input`, 'inputs', context)
  checkCount(node, node.output.length, schema.outputs, `${path}.output`, 'outputs', context)
  checkOmitted(node, schema, path, context)
  const given = new Set(node.attribute.map(({ name }) => name))
  for (const [name, { required }] of schema.attributes) {
    if (required && !given.has(name))
      report('SLP-N11', path, `${nodeText(node)} lacks the attribute "${name}"`)
  }
  node.attribute.forEach((attribute, i) => {
    const rule = schema.attributes.get(attribute.name)
    const at = `${path}.attribute[${i}]`
    if (rule) checkAttributeRule(node, attribute, rule, at, context)
    else if (!attribute.name.startsWith('__')) {
      report(
        'SLP-N9',
        at,
        `${nodeText(node)} has no attribute "${attribute.name}" in version ${schema.sinceVersion}`,
      )
    }
  })
}

function checkCount(
  node: NodeProto,
  got: number,
  [least, most]: readonly [number, number],
  path: string,
  what: string,
  { report }: CheckContext,
): void {
  if (got >= least && got <= most) return
  const range =
    least === most
      ? `${least}`
      : most === Number.POSITIVE_INFINITY
        ? `at least ${least}`
        : `${least} to ${most}`
  report('SLP-N7', path, `${nodeText(node)} needs ${range} ${what}, got ${got}`)
}

function checkOmitted(node: NodeProto, schema: Schema, path: string, { report }: CheckContext): void {
  const params = Object.values(tryFindOp(domainOf(node.domain), node.opType)?.inputs ?? {})
  node.input.forEach((name, i) => {
    if (name === '' && i < schema.inputs[0] && params[i]?.arity === 'single') {
      report('SLP-N8', `${path}.input[${i}]`, `${nodeText(node)} omits its required input ${i}`)
    }
  })
  if (
    node.output[0] === '' &&
    Object.values(tryFindOp(domainOf(node.domain), node.opType)?.outputs ?? {})[0]?.arity === 'single'
  ) {
    report('SLP-N8', `${path}.output[0]`, `${nodeText(node)} omits its required output 0`)
  }
}

const decoder = new TextDecoder()

function checkAttributeRule(
  node: NodeProto,
  attribute: AttributeProto,
  rule: AttributeRule,
  path: string,
  { report, irVersion }: CheckContext,
): void {
  if (attribute.type === Type.UNDEFINED && irVersion < 2) return
  const kind = attributeKind(attribute.type)
  if (kind !== undefined && kind !== rule.kind) {
    report(
      'SLP-N10',
      path,
      `${nodeText(node)}: attribute "${attribute.name}" must be ${rule.kind}, got ${kind}`,
    )
    return
  }
  if (attribute.refAttrName !== '') return
  if (rule.values && kind === 'string') {
    const text = decoder.decode(attribute.s)
    if (!rule.values.includes(text)) {
      report(
        'SLP-N13',
        path,
        `${nodeText(node)}: attribute "${attribute.name}" must be one of ${rule.values.join(', ')}, got "${text}"`,
      )
    }
  }
  if (isDTypeCode(attribute.name) && kind === 'int' && !isKnownCode(attribute.i)) {
    report(
      'SLP-N13',
      path,
      `${nodeText(node)}: attribute "${attribute.name}" must be a code of TensorProto.DataType, got ${attribute.i}`,
    )
  }
}

/** Attributes that carry a TensorProto.DataType code; ONNX uses these three names for nothing else. */
const isDTypeCode = (name: string): boolean => name === 'to' || name === 'dtype' || name === 'output_datatype'

const isKnownCode = (code: bigint): boolean => tryDTypeOfCode(Number(code)) !== undefined
