/** Tensors from numbers, and functions of several tensors. */
import type { DType } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'
import { elementCount, type Shape } from '../../base/shape.ts'
import { type Tensor as HostTensor, tensor as hostTensor } from '../../base/tensor.ts'
import { narrow, wideZeros } from '../../base/wide.ts'
import { literalTensor } from '../../ir/builder.ts'
import { apply, dataCell, numberLike } from './apply.ts'
import type { Cell } from './origin.ts'
import { type Nested, type Tensor, tensorOf } from './tensor.ts'

/** What a tensor can be made of. */
export type TensorLike = Tensor | HostTensor | Nested | Float32Array | Float64Array | Int32Array

/**
 * A tensor of numbers: of nested arrays, a typed array, or a host tensor. Numbers become float32 unless told otherwise.
 *
 * @throws SLP-B1 where nested arrays are of different lengths.
 */
export function tensor(value: TensorLike, dtype?: DType): Tensor {
  if (isHandle(value)) return dtype ? value.cast(dtype) : value
  if (isHost(value))
    return dtype && dtype !== value.dtype ? tensorOf(dataCell(value)).cast(dtype) : tensorOf(dataCell(value))
  if (ArrayBuffer.isView(value) && (dtype ?? arrayType(value)) === arrayType(value))
    return tensorOf(dataCell(hostTensor(arrayType(value), [value.length], value)))
  if (ArrayBuffer.isView(value)) return fromList(value, [value.length], dtype ?? arrayType(value))
  const shape = shapeOf(value)
  const list: number[] = []
  collect(value, shape, 0, list)
  return fromList(list, shape, dtype ?? 'float32')
}

export function full(shape: Shape, value: number, dtype: DType = 'float32'): Tensor {
  return fromList(
    Array.from({ length: elementCount(shape) }, () => value),
    shape,
    dtype,
  )
}

export function zeros(shape: Shape, dtype: DType = 'float32'): Tensor {
  return full(shape, 0, dtype)
}

/** Zeros of the shape and type of another tensor, whatever is in it. */
export function zerosLike(like: Tensor): Tensor {
  return like.derive(apply('Expand', [numberLike(0, like.cell), sizesOf(like)]))
}

/** The sizes of the axes as a value, computed only where they are not known. */
export function sizesOf({ cell, dims }: Tensor): Cell {
  const known = dims.filter((size) => typeof size === 'number')
  return known.length === dims.length ? dataCell(literalTensor('int64', known)) : apply('Shape', [cell])
}

export function ones(shape: Shape, dtype: DType = 'float32'): Tensor {
  return full(shape, 1, dtype)
}

/** Numbers from `start` on below `stop`; `arange(n)` begins at 0. int64 unless told otherwise. */
export function arange(start: number, stop?: number, step = 1, dtype: DType = 'int64'): Tensor {
  const [from, to] = stop === undefined ? [0, start] : [start, stop]
  const count = Math.max(0, Math.ceil((to - from) / step))
  return fromList(
    Array.from({ length: count }, (_, i) => from + i * step),
    [count],
    dtype,
  )
}

/** The unit matrix. */
export function eye(size: number, dtype: DType = 'float32'): Tensor {
  return fromList(
    Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0)),
    [size, size],
    dtype,
  )
}

/** Tensors one behind the other along an axis. */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  return tensorOf(
    apply(
      'Concat',
      tensors.map(({ cell }) => cell),
      { axis },
    ),
  )
}

/** Tensors side by side along a new axis. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  return concat(
    tensors.map((one) => one.unsqueeze(axis)),
    axis,
  )
}

/** `a` where the condition holds, else `b`. */
export function where(condition: Tensor, a: Tensor, b: Tensor | number): Tensor {
  return a.where(condition, b)
}

/** The sum of products that an equation such as `bhqd,bhkd->bhqk` says. */
export function einsum(equation: string, ...tensors: readonly Tensor[]): Tensor {
  return tensorOf(
    apply(
      'Einsum',
      tensors.map(({ cell }) => cell),
      { equation },
    ),
  )
}

/** Applies any operator to tensors: ONNX's names of operators and attributes. */
export function applyOperator(
  op: string,
  inputs: readonly (Tensor | undefined)[],
  attributes: Parameters<typeof apply>[2] = {},
  options: Parameters<typeof apply>[3] = {},
): Tensor {
  return tensorOf(
    apply(
      op,
      inputs.map((one) => one?.cell),
      attributes,
      options,
    ),
  )
}

export function isHandle(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'cell' in value
}

export function isHost(value: unknown): value is HostTensor {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'tensor'
}

function arrayType(value: Float32Array | Float64Array | Int32Array): DType {
  if (value instanceof Float64Array) return 'float64'
  return value instanceof Int32Array ? 'int32' : 'float32'
}

function fromList(list: ArrayLike<number>, shape: Shape, dtype: DType): Tensor {
  const target = wideZeros(dtype, shape)
  const { data } = target
  for (let i = 0; i < list.length; i++) {
    if (data instanceof Float64Array) data[i] = list[i]!
    else if (!Array.isArray(data)) data[i] = BigInt(list[i]!)
  }
  return tensorOf(dataCell(narrow(target)))
}

function shapeOf(value: Nested): readonly number[] {
  if (typeof value === 'number') return []
  if (!Array.isArray(value)) {
    const rule = 'it must be of numbers, arrays of them, a typed array or a host tensor'
    throw new SlipwayError('SLP-B1', `Cannot make tensor: ${rule}, got ${typeof value}`)
  }
  return [value.length, ...(value.length === 0 ? [] : shapeOf(value[0] as Nested))] // isArray misses readonly
}

function collect(value: Nested, shape: readonly number[], axis: number, into: number[]): void {
  if (typeof value === 'number' && axis === shape.length) {
    into.push(value)
    return
  }
  if (typeof value === 'number' || value.length !== shape[axis]) {
    const got = typeof value === 'number' ? 'a number' : `${value.length} elements`
    throw new SlipwayError(
      'SLP-B1',
      `Cannot make tensor: arrays at depth ${axis} must have ${shape[axis] ?? 'no'} elements, got ${got}`,
    )
  }
  for (const one of value) collect(one, shape, axis + 1, into)
}
