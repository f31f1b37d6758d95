/**
 * What may stand on the wire in each message of onnx.proto: wire types, nesting, what the fields are called once
 * decoded, and what decoding one occurrence costs in memory.
 */
import { WireType } from '@bufbuild/protobuf/wire'
import { messages } from './fields.gen.ts'

export interface FieldRule {
  readonly name: string
  /** Its name in the decoded message. */
  readonly property: string
  /** The property that holds it together with its alternatives. */
  readonly oneof: string | undefined
  readonly repeated: boolean
  /** The wire type of one value. */
  readonly wire: WireType
  readonly content: 'number' | 'text' | 'bytes' | 'message'
  /** Undefined for messages. */
  readonly scalar: Scalar | undefined
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

/** A message of onnx.proto, without its package. */
export type MessageName = keyof typeof messages

/** Sizes in V8, rounded up: an object header with its slots, an empty list, a BigInt, a view, a string header. */
const heap = { object: 112, list: 32, number: 16, bigint: 40, view: 160, text: 40 } as const

const scalars = {
  double: { wire: WireType.Bit64, content: 'number', heapBytes: heap.number },
  float: { wire: WireType.Bit32, content: 'number', heapBytes: heap.number },
  int32: { wire: WireType.Varint, content: 'number', heapBytes: heap.number },
  int64: { wire: WireType.Varint, content: 'number', heapBytes: heap.bigint },
  uint64: { wire: WireType.Varint, content: 'number', heapBytes: heap.bigint },
  string: { wire: WireType.LengthDelimited, content: 'text', heapBytes: heap.text },
  bytes: { wire: WireType.LengthDelimited, content: 'bytes', heapBytes: heap.view },
} as const

export type Scalar = keyof typeof scalars

const isScalar = (type: string): type is Scalar => Object.hasOwn(scalars, type)

const camelCase = (name: string): string =>
  name.replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase())

function fieldRule(text: string, rules: ReadonlyMap<string, MessageRule>): [number, FieldRule] {
  const [number, name, type, oneof] = text.split(' ') as [string, string, string, string?] // as fields.gen.ts is written
  const base = type.replace('*', '')
  const common = { name, property: camelCase(name), oneof, repeated: base !== type }
  if (isScalar(base))
    return [Number(number), { ...common, ...scalars[base], scalar: base, message: undefined }]
  const message = rules.get(base)!
  const { heapBytes } = message
  const rule = {
    wire: WireType.LengthDelimited,
    content: 'message',
    scalar: undefined,
    message,
    heapBytes,
  } as const
  return [Number(number), { ...common, ...rule }]
}

function buildRules(): ReadonlyMap<string, MessageRule> {
  const written = Object.entries(messages)
  const rules = new Map(
    written.map(([name, fields]) => {
      const lists = fields.split('*').length - 1
      const heapBytes = heap.object + lists * heap.list
      return [name, { typeName: `onnx.${name}`, fields: [] as (FieldRule | undefined)[], heapBytes }] as const // the fields are added below
    }),
  )
  for (const [name, fields] of written) {
    for (const text of fields.split(', ')) {
      const [number, rule] = fieldRule(text, rules)
      rules.get(name)!.fields[number] = rule
    }
  }
  return rules
}

const rules = buildRules()

/** The rule of a message of onnx.proto. */
export function ruleOf(name: MessageName): MessageRule {
  return rules.get(name)!
}

/** Memory that a field takes which no message knows, its content excluded: it is kept as a view. */
export const unknownFieldBytes: number = heap.object + heap.view
