import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type InferParameter,
  type InferParameterSchema,
  ModelInferRequestSchema,
  ModelInferResponseSchema,
  ModelStreamInferResponseSchema,
} from '../proto/grpc_service_pb.ts'
import { readInferMessage, writeInferMessage } from './infer-message.ts'
import { readInferReply, readStreamReply, writeInferReply, writeStreamReply } from './infer-reply.ts'
import { readMessage } from './read-fields.ts'

const bytes = fc.uint8Array({ maxLength: 40 })
const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const parameter: fc.Arbitrary<MessageInitShape<typeof InferParameterSchema>> = fc
  .oneof(
    fc.record({ case: fc.constant('boolParam' as const), value: fc.boolean() }),
    fc.record({ case: fc.constant('int64Param' as const), value: int64 }),
    fc.record({ case: fc.constant('stringParam' as const), value: text }),
    fc.record({ case: fc.constant('doubleParam' as const), value: fc.double() }),
    fc.record({ case: fc.constant('uint64Param' as const), value: uint64 }),
  )
  .map((parameterChoice) => ({ parameterChoice }))
const parameters = fc.dictionary(
  text.filter((key) => key !== '__proto__'),
  parameter,
  { maxKeys: 3, noNullPrototype: true },
)
const contents = fc.record({ boolContents: fc.array(fc.boolean()), fp32Contents: fc.array(fc.float()) })
const wireTensor = fc.record({
  name: text,
  datatype: text,
  shape: fc.array(fc.maxSafeInteger().map(BigInt), { maxLength: 4 }),
  parameters,
  contents: fc.option(contents, { nil: undefined }),
})
const output = fc.record({ name: text, parameters })
const few = { maxLength: 3 }
const requests = fc
  .record({
    modelName: text,
    modelVersion: text,
    id: text,
    parameters,
    inputs: fc.array(wireTensor, few),
    outputs: fc.array(output, few),
    rawInputContents: fc.array(bytes, few),
  })
  .map((init) => create(ModelInferRequestSchema, init as never)) // contents may be undefined
const replies = fc
  .record({
    modelName: text,
    modelVersion: text,
    id: text,
    parameters,
    outputs: fc.array(wireTensor, few),
    rawOutputContents: fc.array(bytes, few),
  })
  .map((init) => create(ModelInferResponseSchema, init as never)) // contents may be undefined

/** The value that a parameter of the wire has here. */
const plain = ({ parameterChoice: { value } }: InferParameter) =>
  typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value

const mapOf = (entries: Readonly<Record<string, InferParameter>>) =>
  new Map(Object.entries(entries).map(([key, one]) => [key, plain(one)]))

describe('codec of a request', () => {
  it('reads what the generated schema writes', () => {
    fc.assert(
      fc.property(requests, (message) => {
        const read = readInferMessage(toBinary(ModelInferRequestSchema, message))
        expect(read.model).toBe(message.modelName)
        expect(read.version).toBe(message.modelVersion)
        expect(read.id).toBe(message.id)
        expect(read.parameters).toEqual(mapOf(message.parameters))
        expect(read.inputs.map(({ shape }) => shape)).toEqual(
          message.inputs.map(({ shape }) => shape.map(Number)),
        )
        expect(read.inputs.map(({ parameters: own }) => own)).toEqual(
          message.inputs.map(({ parameters: own }) => mapOf(own)),
        )
        expect(read.outputs.map(({ name }) => name)).toEqual(message.outputs.map(({ name }) => name))
        expect(read.raw.map((one) => [...one])).toEqual(message.rawInputContents.map((one) => [...one]))
      }),
    )
  })

  it('writes what the generated schema reads: a round through it changes nothing', () => {
    fc.assert(
      fc.property(requests, (message) => {
        const once = readInferMessage(toBinary(ModelInferRequestSchema, message))
        const again = fromBinary(ModelInferRequestSchema, writeInferMessage(once))
        expect(normal(again)).toEqual(normal(message))
      }),
    )
  })

  it('keeps tensors as views of the bytes', () => {
    const message = create(ModelInferRequestSchema, { rawInputContents: [new Uint8Array(100)] })
    const wire = toBinary(ModelInferRequestSchema, message)
    expect(readInferMessage(wire).raw[0]!.buffer).toBe(wire.buffer)
  })

  it('reads sizes that are not packed, and skips fields that it does not know', () => {
    const input = [0x0a, 1, 0x61, 0x18, 5, 0x18, 6, 0xf8, 1, 9]
    const wire = Uint8Array.from([0x2a, input.length, ...input, 0xfa, 0x06, 2, 1, 2])
    expect(readInferMessage(wire).inputs).toMatchObject([{ name: 'a', shape: [5, 6] }])
  })

  it('refuses what is no message: it never hangs, crashes or reads behind the end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (garbage) => {
        try {
          readMessage('ModelInferRequest', garbage, readInferMessage)
        } catch (error) {
          expect(error).toMatchObject({ code: 'SLP-R4' })
        }
      }),
    )
    expect(() => readMessage('M', Uint8Array.of(0x3a, 10, 1), readInferMessage)).toThrow('SLP-R4')
    expect(() => readMessage('M', Uint8Array.of(0x0a, 1, 0xff), readInferMessage)).toThrow('SLP-R4')
  })

  it('refuses a parameter without a value, and more elements than a request has', () => {
    const empty = create(ModelInferRequestSchema, { parameters: { a: {} } })
    expect(() => readInferMessage(toBinary(ModelInferRequestSchema, empty))).toThrow('must have a value')
    const many = Uint8Array.from({ length: 2 * 10_001 }, (_, i) => (i % 2 === 0 ? 0x2a : 0))
    expect(() => readInferMessage(many)).toThrow('at most 10000')
  })
})

describe('codec of a response', () => {
  it('reads and writes as the generated schema does', () => {
    fc.assert(
      fc.property(replies, (message) => {
        const read = readInferReply(toBinary(ModelInferResponseSchema, message))
        expect(read.model).toBe(message.modelName)
        expect(read.raw.map((one) => [...one])).toEqual(message.rawOutputContents.map((one) => [...one]))
        expect(normal(fromBinary(ModelInferResponseSchema, writeInferReply(read)))).toEqual(normal(message))
      }),
    )
  })

  it('wraps it for a stream', () => {
    fc.assert(
      fc.property(text, fc.option(replies, { nil: undefined }), (error, reply) => {
        const response = reply && toBinary(ModelInferResponseSchema, reply)
        const wire = writeStreamReply({ error, response })
        const message = fromBinary(ModelStreamInferResponseSchema, wire)
        expect(message.errorMessage).toBe(error)
        expect(normal(message.inferResponse)).toEqual(normal(reply))
        expect(readStreamReply(wire).error).toBe(error)
        expect(readStreamReply(wire).response).toEqual(response && Buffer.from(response))
      }),
    )
  })
})

/** Plain values; integers are written as int64 where that holds them, whichever of the two cases they came in. */
function normal(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value]
  if (Array.isArray(value)) return value.map(normal)
  if (typeof value !== 'object' || value === null) return value
  const fields: Record<string, unknown> = { ...value }
  const { case: kind, value: choice } = fields
  if (kind === 'int64Param' || kind === 'uint64Param') return String(choice)
  if (kind === 'doubleParam' && Number.isSafeInteger(choice) && !Object.is(choice, -0)) return String(choice)
  return Object.fromEntries(Object.entries(fields).map(([key, one]) => [key, normal(one)]))
}
