/** Tensors as InferTensorContents: a list of values in the field that the datatype asks for. */
import { type BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire'
import { elementCount, type Shape, type Tensor, type TensorData, tensor } from '@slipway/core'
import { bytesOfTensor, decodeText } from '../oip/binary-tensor.ts'
import { type Datatype, dtypeOf, elementBytes, isBinaryOnly } from '../oip/datatype.ts'
import { refuseRequest } from '../oip/refuse-request.ts'
import { lengthDelimited, nestedEnd, nextTag, readerOf, readMessage, skip } from './read-fields.ts'

const fields = {
  BOOL: { field: 1, name: 'bool_contents' },
  INT8: { field: 2, name: 'int_contents' },
  INT16: { field: 2, name: 'int_contents' },
  INT32: { field: 2, name: 'int_contents' },
  INT64: { field: 3, name: 'int64_contents' },
  UINT8: { field: 4, name: 'uint_contents' },
  UINT16: { field: 4, name: 'uint_contents' },
  UINT32: { field: 4, name: 'uint_contents' },
  UINT64: { field: 5, name: 'uint64_contents' },
  FP32: { field: 6, name: 'fp32_contents' },
  FP64: { field: 7, name: 'fp64_contents' },
  BYTES: { field: 8, name: 'bytes_contents' },
} as const satisfies Record<Exclude<Datatype, 'FP16' | 'BF16'>, unknown>

const integers = {
  BOOL: Uint8Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
} as const
const bigIntegers = { INT64: BigInt64Array, UINT64: BigUint64Array } as const
const floats = { FP32: Float32Array, FP64: Float64Array } as const
const lastField = 8

/** Takes the values of one tensor from its contents. */
interface Sink {
  readonly data: TensorData
  /** Values so far. */
  readonly count: number
  /** Reads one value; `reader` stands before it. */
  take(reader: BinaryReader): void
  /** Reads a packed run where that can be done at once. */
  takeAll?(bytes: Uint8Array): void
}

/**
 * A tensor from typed contents; absent contents have no values.
 *
 * @throws SLP-R4 for a count that does not fit the shape, for values that the type cannot hold, for values in another
 * field, and for types that travel as bytes only.
 */
export function tensorOfContents(
  name: string,
  datatype: Datatype,
  shape: Shape,
  contents: Uint8Array = new Uint8Array(),
): Tensor {
  if (isBinaryOnly(datatype)) {
    refuseRequest(`${datatype} data of input "${name}" must be in raw_input_contents`, 'contents')
  }
  const count = elementCount(shape)
  const wrongCount = (got: number | string): never =>
    refuseRequest(`data of input "${name}" must have ${count} elements, the product of its shape`, got)
  // Each value takes a byte at least: nothing is allocated for a shape that its data cannot fill.
  if (count > contents.length) wrongCount('fewer')
  const sink = sinkOf(name, datatype, count, wrongCount)
  readMessage(
    'inference.InferTensorContents',
    contents,
    (bytes) => fill(sink, name, datatype as keyof typeof fields, bytes), // the others are binary only
  )
  if (sink.count !== count) wrongCount(sink.count)
  return tensor(dtypeOf(datatype), shape, sink.data as never) // made for the datatype
}

function fill(sink: Sink, name: string, datatype: keyof typeof fields, contents: Uint8Array): void {
  const { field, name: fieldName } = fields[datatype]
  const single = (field << 3) | singleWireType(datatype)
  const reader = readerOf(contents)
  for (let tag = nextTag(reader, reader.len); tag !== 0; tag = nextTag(reader, reader.len)) {
    const number = tag >>> 3
    if (tag === single) sink.take(reader)
    else if (tag === lengthDelimited(field)) readPacked(sink, reader)
    else if (number !== field && number <= lastField) {
      refuseRequest(`data of input "${name}" must be in ${fieldName}`, 'another field')
    } else skip(reader, tag)
  }
}

function singleWireType(datatype: keyof typeof fields): number {
  if (datatype === 'BYTES') return 2
  if (datatype === 'FP64') return 1
  return datatype === 'FP32' ? 5 : 0
}

function readPacked(sink: Sink, reader: BinaryReader): void {
  if (sink.takeAll) {
    sink.takeAll(reader.bytes())
    return
  }
  const end = nestedEnd(reader)
  while (reader.pos < end) sink.take(reader)
  if (reader.pos > end) throw new RangeError('a packed field ends within a value')
}

function sinkOf(name: string, datatype: Datatype, count: number, wrongCount: (got: string) => never): Sink {
  switch (datatype) {
    case 'FP32':
    case 'FP64':
      return floatSink(new floats[datatype](count), elementBytes(datatype), wrongCount)
    case 'BYTES': {
      const list: string[] = []
      const take = (reader: BinaryReader) => list.push(decodeText(name, reader.bytes()))
      return sinkInto(list, count, wrongCount, take)
    }
    case 'INT64':
    case 'UINT64': {
      const data = new bigIntegers[datatype](count)
      const isSigned = datatype === 'INT64'
      return sinkInto(data, count, wrongCount, (reader, at) => {
        data[at] = BigInt(isSigned ? reader.int64() : reader.uint64())
      })
    }
    case 'FP16':
    case 'BF16':
      return wrongCount('raw')
    default:
      return integerSink(name, datatype, count, wrongCount)
  }
}

function integerSink(
  name: string,
  datatype: keyof typeof integers,
  count: number,
  wrongCount: (got: string) => never,
): Sink {
  const data = new integers[datatype](count)
  const read = valueReader(datatype)
  return sinkInto(data, count, wrongCount, (reader, at) => {
    const value = read(reader)
    data[at] = value
    if (data[at] !== value) refuseRequest(`elements of input "${name}" must be ${datatype}`, value)
  })
}

function valueReader(datatype: keyof typeof integers): (reader: BinaryReader) => number {
  if (datatype === 'BOOL') return (reader) => (reader.bool() ? 1 : 0)
  return fields[datatype].field === 2 ? (reader) => reader.int32() : (reader) => reader.uint32()
}

function sinkInto(
  data: TensorData,
  count: number,
  wrongCount: (got: string) => never,
  put: (reader: BinaryReader, at: number) => void,
): Sink {
  let at = 0
  return {
    data,
    get count() {
      return at
    },
    take(reader) {
      if (at === count) wrongCount('more')
      put(reader, at++)
    },
  }
}

function floatSink(
  data: Float32Array | Float64Array,
  elementSize: number,
  wrongCount: (got: string) => never,
): Sink {
  const target = new Uint8Array(data.buffer)
  let at = 0
  return {
    data,
    get count() {
      return at
    },
    take(reader) {
      if (at === data.length) wrongCount('more')
      data[at++] = elementSize === 4 ? reader.float() : reader.double()
    },
    takeAll(bytes) {
      if (bytes.length % elementSize !== 0) throw new RangeError('a packed field ends within a value')
      const count = bytes.length / elementSize
      if (at + count > data.length) wrongCount('more')
      target.set(bytes, at * elementSize)
      at += count
    },
  }
}

/** The elements as contents. Throws SLP-R4 for types that travel as bytes only. */
export function contentsOfTensor(name: string, datatype: Datatype, value: Tensor): Uint8Array {
  if (isBinaryOnly(datatype)) {
    refuseRequest(`${datatype} data of output "${name}" must be in raw_output_contents`, 'contents')
  }
  const { field } = fields[datatype as keyof typeof fields] // the others are binary only
  const writer = new BinaryWriter()
  if (value.data.length === 0) return writer.finish()
  if (datatype === 'BYTES') {
    for (const text of value.data) writer.uint32(lengthDelimited(field)).string(String(text))
    return writer.finish()
  }
  writer.uint32(lengthDelimited(field))
  if (datatype === 'FP32' || datatype === 'FP64') return writer.bytes(bytesOfTensor(value)).finish()
  writer.fork()
  for (const element of value.data) writeElement(writer, datatype, element)
  return writer.join().finish()
}

function writeElement(writer: BinaryWriter, datatype: Datatype, element: string | number | bigint): void {
  if (typeof element === 'string') return
  if (datatype === 'UINT64') writer.uint64(element)
  else if (datatype === 'INT64') writer.int64(element)
  else if (datatype.startsWith('U')) writer.uint32(Number(element))
  else if (datatype === 'BOOL') writer.bool(element !== 0)
  else writer.int32(Number(element))
}
