/** Single elements put, or combined with what is there, where indices along one axis say. */
import type { DType } from '../../base/dtype.ts'
import { elementCount, type Shape, stridesOf } from '../../base/shape.ts'
import { op } from '../../wasm/index.ts'
import type { Kernel, ParamSpec, Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import { type Combination, combineAt } from './combine.ts'
import { moveUnit, type Unit } from './element.ts'
import { indexBytesBetween } from './gather-elements.ts'
import { type IndexType, indexBytes, loadIndex } from './indices.ts'
import { forEachRow, type RowAxis, rowArgs, rowCount, rowParams, rowRank } from './rows.ts'
import { joinAxes } from './strided-axes.ts'

export interface ElementScatter {
  readonly to: Place
  readonly shape: Shape
  readonly dtype: DType
  readonly elementBytes: 1 | 2 | 4 | 8
  readonly indices: Place
  readonly indexType: IndexType
  readonly updates: Place
  /** Of the indices and the updates. */
  readonly indexShape: Shape
  readonly axis: number
  readonly how: Combination | 'none'
}

const taskElements = 1 << 14

/** Adds the call. Updates that may meet are done in order, by one task. */
export function scatterElements(context: LowerContext, scatter: ElementScatter): void {
  const {
    to,
    shape,
    dtype,
    elementBytes: bytes,
    indices,
    indexType,
    updates,
    indexShape,
    axis,
    how,
  } = scatter
  if (elementCount(indexShape) === 0) return
  const [strides, own] = [stridesOf(shape), stridesOf(indexShape)]
  const axes = indexShape.map(
    (size, i): RowAxis => ({
      size,
      from: bytes * own[i]!,
      to: i === axis ? 0 : bytes * strides[i]!,
    }),
  )
  const [rows, last] = [joinAxes(axes.slice(0, -1)), axes.at(-1)!]
  // Only along the axis can two updates meet.
  const together = elementCount(indexShape.slice(axis, -1))
  const wanted = Math.ceil(taskElements / (together * last.size))
  const rowsPerTask = Math.min(rowCount(rows), together * Math.max(1, wanted))
  context.call(
    kernelFor(how === 'none' ? bytes : dtype, bytes, how, indexType, rowRank(rows)),
    {
      updates,
      indices,
      to,
      length: last.size,
      step: last.to,
      size: shape[axis]!,
      axisStep: bytes * strides[axis]!,
      ...rowArgs(rows, rowsPerTask),
    },
    Math.ceil(rowCount(rows) / rowsPerTask),
  )
}

function kernelFor(
  element: DType | Unit,
  unit: Unit,
  how: Combination | 'none',
  type: IndexType,
  rank: number,
): Kernel<ParamSpec> {
  const numbers = ['length', 'step', 'size', 'axisStep']
  return {
    key: `scatter-elements-${how}-${element}-${type}-${rank}`,
    params: {
      updates: 'in',
      indices: 'in',
      to: 'inout',
      ...Object.fromEntries(numbers.map((name) => [name, 'i32'] as const)),
      ...rowParams(rank),
    },
    emit(k) {
      const { f, arg } = k
      const [from, to, start] = [f.let(arg('updates')), f.let(arg('to')), f.let(arg('updates'))]
      const [step, size, axisStep] = [f.let(arg('step')), f.let(arg('size')), f.let(arg('axisStep'))]
      const [source, row, indices] = [f.local('i32'), f.local('i32'), f.local('i32')]
      forEachRow(k, rank, from, to, () => {
        f.set(source, from)
        f.set(row, to)
        f.set(indices, op('i32.add', arg('indices'), indexBytesBetween(start, from, unit, type)))
        f.repeat(arg('length'), () => {
          const index = loadIndex(f, type, indices, size)
          const target = f.let(op('i32.add', row, op('i32.mul', index, axisStep)))
          if (how === 'none' || typeof element === 'number') moveUnit(f, unit, target, source)
          else combineAt(f, element, how, target, source)
          f.add(source, unit)
          f.add(row, step)
          f.add(indices, indexBytes[type])
        })
      })
    },
  }
}
