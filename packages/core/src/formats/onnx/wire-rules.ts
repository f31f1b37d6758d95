/**
 * What may stand on the wire in each message of onnx.proto, derived from its descriptors: wire types, nesting,
 * and what decoding one occurrence costs in memory.
 */
import type { DescField, DescMessage } from '@bufbuild/protobuf'
import { ScalarType } from '@bufbuild/protobuf'
import { file_onnx } from './onnx_pb.ts'

/** Wire types of protobuf; 3 and 4 (groups) are not used by ONNX. */
export const WireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

export interface FieldRule {
  readonly name: string
  readonly repeated: boolean
  /** The wire type of one value. */
  readonly wire: number
  readonly content: 'number' | 'text' | 'bytes' | 'message'
  readonly message: MessageRule | undefined
  /** Memory that one value takes once decoded, nested messages and text excluded. */
  readonly heapBytes: number
}

export interface MessageRule {
  readonly typeName: string
  /** By field number; holes are unknown fields. */
  readonly fields: readonly (FieldRule | undefined)[]
  /** Memory that an empty message takes once decoded. */
  readonly heapBytes: number
}

/** Sizes in V8, rounded up: an object header with its slots, an empty list, a BigInt, a view, a string header. */
const heap = { object: 112, list: 32, number: 16, bigint: 40, view: 160, text: 40 } as const

const longTypes: ReadonlySet<ScalarType> = new Set([ScalarType.INT64, ScalarType.UINT64])

function numberRule(scalar: ScalarType): Pick<FieldRule, 'wire' | 'content' | 'heapBytes'> {
  const wire =
    scalar === ScalarType.DOUBLE
      ? WireType.fixed64
      : scalar === ScalarType.FLOAT
        ? WireType.fixed32
        : WireType.varint
  return { wire, content: 'number', heapBytes: longTypes.has(scalar) ? heap.bigint : heap.number }
}

function fieldRule(field: DescField, messages: ReadonlyMap<string, MessageRule>): FieldRule {
  const repeated = field.fieldKind === 'list'
  const common = { name: field.name, repeated, message: undefined }
  if (field.message) {
    const message = messages.get(field.message.typeName)
    return {
      ...common,
      wire: WireType.bytes,
      content: 'message',
      message,
      heapBytes: message?.heapBytes ?? 0,
    }
  }
  const scalar = field.scalar ?? ScalarType.INT32
  if (scalar === ScalarType.STRING)
    return { ...common, wire: WireType.bytes, content: 'text', heapBytes: heap.text }
  if (scalar === ScalarType.BYTES)
    return { ...common, wire: WireType.bytes, content: 'bytes', heapBytes: heap.view }
  return { ...common, ...numberRule(scalar) }
}

const withNested = (message: DescMessage): readonly DescMessage[] => [
  message,
  ...message.nestedMessages.flatMap(withNested),
]

function buildRules(): ReadonlyMap<string, MessageRule> {
  const descriptors = file_onnx.messages.flatMap(withNested)
  const rules = new Map(
    descriptors.map(({ typeName, fields }) => {
      const lists = fields.filter(({ fieldKind }) => fieldKind === 'list').length
      const heapBytes = heap.object + lists * heap.list
      return [typeName, { typeName, fields: [] as (FieldRule | undefined)[], heapBytes }] as const // the fields are added below
    }),
  )
  for (const { typeName, fields } of descriptors) {
    for (const field of fields) rules.get(typeName)!.fields[field.number] = fieldRule(field, rules)
  }
  return rules
}

const rules = buildRules()

/** The rule of a message of onnx.proto. */
export function ruleOf(descriptor: DescMessage): MessageRule {
  return rules.get(descriptor.typeName)!
}

/** Memory that a field takes which no message knows, its content excluded: it is kept as a view. */
export const unknownFieldBytes: number = heap.object + heap.view
