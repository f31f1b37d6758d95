/** SparseTensorProto → SparseTensor, and its dense form. */
import { dtypeInfo, packedByteLength } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'
import { getPacked, setPacked } from '../../base/packed.ts'
import { elementCount, stridesOf } from '../../base/shape.ts'
import { arrayOf, dataLength, type Tensor, tensor } from '../../base/tensor.ts'
import type { SparseTensor } from '../../ir/sparse.ts'
import type { SparseTensorProto } from './onnx_pb.ts'
import { quote } from './quote.ts'
import type { TensorContext } from './tensor-context.ts'
import { readDims, readTensor } from './tensor-proto.ts'

function fail(name: string, rule: string, got: string): never {
  throw new SlipwayError('SLP-F5', `Cannot read sparse tensor ${quote(name)}: ${rule}, got ${got}`)
}

/** Throws SLP-F3 where a part is missing, SLP-F5 where indices are out of range or not ascending. */
export function readSparse(proto: SparseTensorProto, context: TensorContext): SparseTensor {
  const name = proto.values?.name ?? ''
  if (!proto.values || !proto.indices)
    throw new SlipwayError(
      'SLP-F3',
      `Cannot read sparse tensor ${quote(name)}: values and indices must be set`,
    )
  const shape = readDims(proto.dims, `sparse tensor ${quote(name)}`, context.limits)
  const values = readTensor(proto.values, context)
  const indices = readTensor(proto.indices, context)
  if (indices.dtype !== 'int64') fail(name, 'indices must be int64', indices.dtype)
  if (values.shape.length !== 1) fail(name, 'values must have rank 1', `[${values.shape}]`)
  const count = values.shape[0]!
  const expected = indices.shape.length === 1 ? [count] : [count, shape.length]
  if (String(indices.shape) !== String(expected))
    fail(name, `indices must have the shape [${count}] or [${count},${shape.length}]`, `[${indices.shape}]`)
  const sparse: SparseTensor = { kind: 'sparse', shape, values, indices: indices as SparseTensor['indices'] } // dtype was checked
  checkAscending(name, sparse)
  return sparse
}

/** Row-major positions of the values. */
function positionsOf({ shape, indices }: SparseTensor): Float64Array {
  const linear = indices.shape.length === 1
  const strides = linear ? [1] : stridesOf(shape)
  const sizes = linear ? [elementCount(shape)] : shape
  const positions = new Float64Array(indices.shape[0]!)
  for (let i = 0; i < positions.length; i++) {
    let at = 0
    for (let axis = 0; axis < sizes.length; axis++) {
      const index = Number(indices.data[i * sizes.length + axis]!)
      at += index >= 0 && index < sizes[axis]! ? index * strides[axis]! : Number.NaN
    }
    positions[i] = at
  }
  return positions
}

function checkAscending(name: string, sparse: SparseTensor): void {
  let last = -1
  for (const position of positionsOf(sparse)) {
    if (Number.isNaN(position)) fail(name, `indices must lie within [${sparse.shape}]`, 'one outside')
    if (position <= last) fail(name, 'indices must ascend', `${position} after ${last}`)
    last = position
  }
}

/** All elements, zeros included. Throws SLP-L4 over the limits, SLP-F5 for strings. */
export function toDense(sparse: SparseTensor, name: string, context: TensorContext): Tensor {
  const { dtype } = sparse.values
  if (dtype === 'string') return fail(name, 'an initialiser must hold numbers', 'strings')
  const { shape } = sparse
  context.spend('tensorBytes', packedByteLength(dtype, elementCount(shape)))
  const data = new (arrayOf(dtype))(dataLength(dtype, shape))
  const { bits, kind } = dtypeInfo(dtype)
  const source = sparse.values.data
  const lanes = kind === 'complex' ? 2 : 1
  positionsOf(sparse).forEach((at, i) => {
    if (bits < 8) setPacked(data as Uint8Array, bits, at, getPacked(source as Uint8Array, bits, i))
    else for (let lane = 0; lane < lanes; lane++) data[at * lanes + lane] = source[i * lanes + lane] as never // equal dtypes
  })
  return tensor(dtype, shape, data as never) // the class was chosen by dtype
}
