import { create } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../base/errors.ts'
import { widen } from '../../base/wide.ts'
import { bytesOf, type TensorInit, valueInits } from '../../testing/onnx-protos.ts'
import { refusalOf } from '../../testing/refusal.ts'
import { TensorProtoSchema } from './onnx_pb.ts'
import { readModel, readOnnx } from './read.ts'
import { readTensor } from './tensor-proto.ts'

const read = (init: TensorInit) => readTensor(create(TensorProtoSchema, { name: 't', ...init }))

/** [data_type, dims, fields, values]; codes and packing are those of onnx.proto. */
const typed: readonly [string, number, number[], TensorInit, readonly (number | bigint | string)[]][] = [
  ['float32', 1, [2], { floatData: [1.5, -2] }, [1.5, -2]],
  ['uint8', 2, [2], { int32Data: [0, 255] }, [0, 255]],
  ['int8', 3, [2], { int32Data: [-128, 127] }, [-128, 127]],
  ['uint16', 4, [1], { int32Data: [65535] }, [65535]],
  ['int16', 5, [1], { int32Data: [-32768] }, [-32768]],
  ['int32', 6, [1], { int32Data: [-1] }, [-1]],
  ['int64', 7, [2], { int64Data: [-(2n ** 63n), 5n] }, [-(2n ** 63n), 5n]],
  ['string', 8, [2], { stringData: [new TextEncoder().encode('é'), new Uint8Array()] }, ['é', '']],
  ['bool', 9, [2], { int32Data: [1, 0] }, [1, 0]],
  ['float16', 10, [2], { int32Data: [0x3c00, 0xc000] }, [1, -2]],
  ['float64', 11, [1], { doubleData: [0.1] }, [0.1]],
  ['uint32', 12, [1], { uint64Data: [2n ** 32n - 1n] }, [2 ** 32 - 1]],
  ['uint64', 13, [1], { uint64Data: [2n ** 64n - 1n] }, [2n ** 64n - 1n]],
  ['complex64', 14, [1], { floatData: [1, 2] }, [1, 2]],
  ['complex128', 15, [1], { doubleData: [1, 2] }, [1, 2]],
  ['bfloat16', 16, [1], { int32Data: [0x3f80] }, [1]],
  ['float8e4m3fn', 17, [1], { int32Data: [0x38] }, [1]],
  ['float8e5m2', 19, [1], { int32Data: [0x3c] }, [1]],
  ['uint4', 21, [3], { int32Data: [0x21, 0x03] }, [1, 2, 3]],
  ['int4', 22, [3], { int32Data: [0x1f, 0x08] }, [-1, 1, -8]],
  ['float4e2m1', 23, [2], { int32Data: [0x24] }, [2, 1]],
  ['uint2', 25, [5], { int32Data: [0b11100100, 0b01] }, [0, 1, 2, 3, 1]],
  ['int2', 26, [4], { int32Data: [0b11100100] }, [0, 1, -2, -1]],
  ['float6e2m3', 27, [3], { int32Data: [8, 40, 16] }, [1, -1, 2]],
  ['float32 in raw_data', 1, [1], { rawData: Uint8Array.of(0, 0, 128, 63) }, [1]],
  ['uint4 in raw_data', 21, [3], { rawData: Uint8Array.of(0x21, 0x03) }, [1, 2, 3]],
  ['float6e3m2 in raw_data', 28, [2], { rawData: Uint8Array.of(0x0c | (0x10 << 6), 0x10 >> 2) }, [1, 2]],
  ['bool in raw_data with odd bytes', 9, [3], { rawData: Uint8Array.of(0, 2, 255) }, [0, 1, 1]],
  ['no elements', 1, [0, 5], {}, []],
  ['a scalar', 7, [], { int64Data: [3n] }, [3n]],
]

const wrong: readonly [string, TensorInit, ErrorCode, string][] = [
  ['no data type', { dims: [1n] }, 'SLP-B2', 'got 0'],
  ['an unknown data type', { dataType: 29 }, 'SLP-B2', 'got 29'],
  [
    'two fields',
    { dataType: 1, dims: [1n], floatData: [1], rawData: new Uint8Array(4) },
    'SLP-F5',
    'raw_data and float_data',
  ],
  [
    'the field of another type',
    { dataType: 1, dims: [1n], int32Data: [1] },
    'SLP-F5',
    'float32 must not use int32_data',
  ],
  [
    'too few entries',
    { dataType: 1, dims: [2n], floatData: [1] },
    'SLP-F5',
    'needs 2 entries of float_data, got 1',
  ],
  ['entries without elements', { dataType: 1, dims: [0n], floatData: [1] }, 'SLP-F5', 'needs 0 entries'],
  [
    'an entry out of range',
    { dataType: 2, dims: [1n], int32Data: [256] },
    'SLP-F5',
    'uint8 must lie in [0, 255], got 256',
  ],
  ['a bool of 2', { dataType: 9, dims: [1n], int32Data: [2] }, 'SLP-F5', '[0, 1], got 2'],
  [
    'a uint32 over 32 bits',
    { dataType: 12, dims: [1n], uint64Data: [2n ** 32n] },
    'SLP-F5',
    'got 4294967296',
  ],
  [
    'strings in raw_data',
    { dataType: 8, dims: [1n], rawData: new Uint8Array(1) },
    'SLP-F5',
    'strings must not be in raw_data',
  ],
  [
    'text that is not UTF-8',
    { dataType: 8, dims: [1n], stringData: [Uint8Array.of(255)] },
    'SLP-F5',
    'element 0 of tensor "t": text must be UTF-8',
  ],
  [
    'padding bits that are set',
    { dataType: 28, dims: [1n], rawData: Uint8Array.of(0x40) },
    'SLP-F5',
    'padding bits must be zero',
  ],
  ['a segment', { dataType: 1, dims: [0n], segment: { begin: 0n } }, 'SLP-F5', 'segments'],
  ['an unknown place', { dataType: 1, dims: [0n], dataLocation: 2 }, 'SLP-F5', 'data_location'],
]

describe('readTensor', () => {
  it.each(typed)('reads %s', (_, dataType, dims, fields, values) => {
    const result = read({ dataType, dims: dims.map(BigInt), ...fields })
    expect(result.shape).toEqual(dims)
    expect([...widen(result).data]).toEqual(values)
  })

  it.each(wrong)('refuses %s', (_, init, code, message) => {
    expect(refusalOf(() => read(init), code).message).toContain(message)
  })
})

/** Names of one letter more each put the weights at every alignment. */
function manyWeights(): { readonly bytes: Uint8Array<ArrayBuffer>; readonly values: number[] } {
  const values = Array.from({ length: 100 }, (_, i) => i / 7)
  const initializer = Array.from({ length: 16 }, (_, i) => ({
    name: 'w'.repeat(i + 1),
    dims: [100n],
    dataType: i % 2 === 0 ? 1 : 11,
    rawData: new Uint8Array((i % 2 === 0 ? Float32Array : Float64Array).from(values).buffer),
  }))
  return { bytes: new Uint8Array(bytesOf({ initializer })), values }
}

describe('weights', () => {
  it('are views of the file where they are aligned, and copies elsewhere', () => {
    const { bytes, values } = manyWeights()
    const kept = bytes.slice()
    const tensors = [...readOnnx(bytes).constants.values()]
    const views = tensors.filter(({ data }) => (data as Float32Array).buffer === bytes.buffer) // weights are numbers
    expect(views.length).toBeGreaterThan(0)
    expect(views.length).toBeLessThan(tensors.length)
    for (const { dtype, data } of tensors)
      expect([...(data as Float32Array)]).toEqual(
        // weights are numbers
        dtype === 'float32' ? [...Float32Array.from(values)] : values,
      )
    expect(bytes).toEqual(kept)
  })

  it('of 4 bytes are never copied where the bytes may be overwritten', () => {
    const expected = [...readOnnx(manyWeights().bytes).constants.values()]
    const { bytes } = manyWeights()
    const tensors = [...readModel(bytes, { mayOverwriteBytes: true }).graph.constants.values()]
    expect(tensors).toEqual(expected)
    for (const { dtype, data } of tensors)
      if (dtype === 'float32') expect((data as Float32Array).buffer).toBe(bytes.buffer) // weights are numbers
  })
})

describe('sparse initialisers', () => {
  const sparse = (indices: TensorInit, values: TensorInit = { dataType: 1, dims: [2n], floatData: [5, 6] }) =>
    readOnnx(
      bytesOf({
        sparseInitializer: [
          { dims: [2n, 3n], values: { name: 's', ...values }, indices: { dataType: 7, ...indices } },
        ],
      }),
    ).constants.get('s')

  it('become dense', () => {
    for (const indices of [
      { dims: [2n], int64Data: [1n, 5n] },
      { dims: [2n, 2n], int64Data: [0n, 1n, 1n, 2n] },
    ]) {
      expect([...sparse(indices)!.data]).toEqual([0, 5, 0, 0, 0, 6])
    }
    const packed = sparse(
      { dims: [2n], int64Data: [1n, 5n] },
      { dataType: 21, dims: [2n], int32Data: [0x43] },
    )
    expect([...widen(packed!).data]).toEqual([0, 3, 0, 0, 0, 4])
  })

  it.each<[string, TensorInit, string]>([
    ['an index outside', { dims: [2n], int64Data: [1n, 6n] }, 'within [2,3]'],
    ['a negative index', { dims: [2n, 2n], int64Data: [0n, -1n, 1n, 2n] }, 'within [2,3]'],
    ['an index twice', { dims: [2n], int64Data: [1n, 1n] }, 'must ascend, got 1 after 1'],
    [
      'indices of another shape',
      { dims: [2n, 3n], int64Data: Array<bigint>(6).fill(0n) },
      '[2] or [2,2], got [2,3]',
    ],
    ['indices of another type', { dims: [2n], dataType: 6, int32Data: [0, 1] }, 'must be int64'],
  ])('are refused for %s', (_, indices, message) => {
    expect(refusalOf(() => sparse(indices), 'SLP-F5').message).toContain(message)
  })
})

describe('IR version 3', () => {
  it('has initialisers that are inputs too: defaults, not required inputs', () => {
    const input = valueInits('x w')
    const graph = readOnnx(
      bytesOf(
        { input, initializer: [{ name: 'w', dataType: 1, dims: [2n], floatData: [2, 2] }] },
        {
          irVersion: 3n,
        },
      ),
    )
    expect(graph.inputs.filter((name) => !graph.constants.has(name))).toEqual(['x'])
  })
})
