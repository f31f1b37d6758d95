import { type DescField, type DescMessage, fromBinary, ScalarType } from '@bufbuild/protobuf'
import { WireType } from '@bufbuild/protobuf/wire'
import { describe, expect, it } from 'vitest'
import { fuzzedFile, fuzzSeeds } from '../../testing/onnx-fuzz.ts'
import { decode } from './decode.ts'
import { messages } from './fields.gen.ts'
import { file_onnx, ModelProtoSchema } from './onnx_pb.ts'
import { scan } from './scan.ts'
import { type FieldRule, ruleOf } from './wire-rules.ts'

const withNested = (message: DescMessage): readonly DescMessage[] => [
  message,
  ...message.nestedMessages.flatMap(withNested),
]
const descriptors = file_onnx.messages.flatMap(withNested)

/** What a descriptor and a rule must agree in. */
type Said = Pick<FieldRule, 'name' | 'property' | 'oneof' | 'repeated'> & {
  number: number
  type: string | undefined
}

const ofDescriptor = (field: DescField): Said => ({
  number: field.number,
  name: field.name,
  property: field.localName,
  oneof: field.oneof?.localName,
  repeated: field.fieldKind === 'list',
  type: field.message?.typeName ?? ScalarType[field.scalar ?? 0]?.toLowerCase(),
})

describe('the fields of messages', () => {
  it('are those of the descriptors', () => {
    expect(Object.keys(messages).map((name) => `onnx.${name}`)).toEqual(
      descriptors.map((one) => one.typeName),
    )
    for (const { typeName, fields } of descriptors) {
      const name = Object.keys(messages).find((one) => `onnx.${one}` === typeName) as keyof typeof messages // checked above
      const said = ruleOf(name).fields.flatMap((rule, number): Said[] =>
        rule
          ? [
              {
                number,
                name: rule.name,
                property: rule.property,
                oneof: rule.oneof,
                repeated: rule.repeated,
                type: rule.message?.typeName ?? rule.scalar,
              },
            ]
          : [],
      )
      const expected = [...fields].sort((a, b) => a.number - b.number).map(ofDescriptor)
      expect(said, typeName).toEqual(expected)
    }
  })
})

/** All that can be told of a message: own properties in any order, and the zeros behind them. */
function told(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(told)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  const own = Object.entries(value).map(([key, one]) => [key, told(one)] as const)
  return { own: new Map(own), zeros: '$typeName' in value && { ...Object.getPrototypeOf(value) } }
}

const model = ruleOf('ModelProto')
const library = (bytes: Uint8Array) => fromBinary(ModelProtoSchema, bytes)

describe('decode', () => {
  it('makes what the library makes, of whole files and of damaged ones', () => {
    const first = Number(process.env['SLIPWAY_SEED'] ?? 1) * 1_000_000
    const seeds = fuzzSeeds()
    for (const bytes of seeds) expect(told(decode(model, bytes))).toEqual(told(library(bytes)))
    let decoded = 0
    for (let seed = first; seed < first + 1500; seed++) {
      const bytes = fuzzedFile(seeds, seed)
      try {
        scan('ModelProto', bytes)
      } catch {
        continue
      }
      decoded++
      expect(told(decode(model, bytes)), `seed ${seed}`).toEqual(told(library(bytes)))
    }
    console.log(`seeds ${first} to ${first + 1499}: ${decoded} decoded`)
    expect(decoded).toBeGreaterThan(100)
  })

  const tag = (number: number, wire: number) => {
    const value = number * 8 + wire
    return value < 128 ? [value] : [(value & 127) | 128, value >> 7]
  }
  const field = (number: number, ...bytes: number[]) => [
    ...tag(number, WireType.LengthDelimited),
    bytes.length,
    ...bytes,
  ]
  const cases = {
    nothing: [],
    'a graph in two parts': [...field(7, ...field(2, 97)), ...field(7, ...field(10, 98))],
    'a text twice': [...field(2, 97), ...field(2, 98)],
    'an empty text': field(2),
    'unknown fields in two parts of one message': [
      ...field(7, ...field(99, 1, 2)),
      ...field(7, ...tag(98, WireType.Varint), 5, ...tag(97, WireType.Bit32), 1, 2, 3, 4),
    ],
    'a list packed and not packed': field(
      7,
      ...field(5, ...field(1, 1, 2), ...tag(1, WireType.Varint), 3, ...field(4, 0, 0, 128, 63)),
    ),
    'an empty packed list': field(7, ...field(5, ...field(4))),
    'negative numbers of ten bytes': field(
      7,
      ...field(5, ...tag(2, WireType.Varint), 255, 255, 255, 255, 255, 255, 255, 255, 255, 1),
    ),
    // ValueInfoProto.type: a tensor, then more of that tensor, then a map, then a tensor again.
    'alternatives that take turns': field(
      7,
      ...field(
        11,
        ...field(2, ...field(1, ...tag(1, WireType.Varint), 1), ...field(1, ...field(2, ...field(1, 8, 3)))),
        ...field(2, ...field(5, ...tag(1, WireType.Varint), 7)),
        ...field(2, ...field(1)),
      ),
    ),
  }
  it.each(Object.entries(cases))('makes what the library makes of %s', (_name, list) => {
    const bytes = Uint8Array.from(list)
    scan('ModelProto', bytes)
    expect(told(decode(model, bytes))).toEqual(told(library(bytes)))
  })
})
