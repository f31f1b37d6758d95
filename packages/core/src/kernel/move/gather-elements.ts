/** Single elements that indices choose along one axis. */
import { type Shape, stridesOf } from '../../base/shape.ts'
import type { Local } from '../../wasm/index.ts'
import { i32, op } from '../../wasm/index.ts'
import type { Kernel, ParamSpec, Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import { moveUnit, type Unit } from './element.ts'
import { type IndexType, indexBytes, loadIndex } from './indices.ts'
import { forEachRow, least, type RowAxis, rowArgs, rowCount, rowParams, rowRank } from './rows.ts'
import { joinAxes } from './strided-axes.ts'

export interface ElementGather {
  readonly data: Place
  readonly shape: Shape
  readonly elementBytes: 1 | 2 | 4 | 8
  readonly indices: Place
  readonly indexType: IndexType
  readonly indexShape: Shape
  readonly axis: number
  readonly to: Place
}

const taskElements = 1 << 14

/** Adds the call; the result has the shape of the indices. */
export function gatherElements(context: LowerContext, gather: ElementGather): void {
  const { data, shape, elementBytes: bytes, indices, indexType, indexShape, axis, to } = gather
  if (rowCount(indexShape.map((size) => ({ size, from: 0, to: 0 }))) === 0) return
  const [strides, own] = [stridesOf(shape), stridesOf(indexShape)]
  const axes = indexShape.map(
    (size, i): RowAxis => ({
      size,
      from: i === axis ? 0 : bytes * strides[i]!,
      to: bytes * own[i]!,
    }),
  )
  const last = axes.at(-1)!
  const strip = Math.min(last.size, taskElements)
  const strips = { size: Math.ceil(last.size / strip), from: strip * last.from, to: strip * last.to }
  const rows = [...joinAxes(axes.slice(0, -1)), strips]
  const rowsPerTask = Math.max(1, Math.min(rowCount(rows), Math.floor(taskElements / strip)))
  context.call(
    kernelFor(bytes, indexType, rowRank(rows)),
    {
      data,
      indices,
      to,
      length: last.size,
      strip,
      step: last.from,
      size: shape[axis]!,
      axisStep: bytes * strides[axis]!,
      ...rowArgs(rows, rowsPerTask),
    },
    Math.ceil(rowCount(rows) / rowsPerTask),
  )
}

function kernelFor(unit: Unit, type: IndexType, rank: number): Kernel<ParamSpec> {
  const numbers = ['length', 'strip', 'step', 'size', 'axisStep']
  return {
    key: `gather-elements-${unit}-${type}-${rank}`,
    params: {
      data: 'in',
      indices: 'in',
      to: 'out',
      ...Object.fromEntries(numbers.map((name) => [name, 'i32'] as const)),
      ...rowParams(rank),
    },
    emit(k) {
      const { f, arg } = k
      const [from, to, start] = [f.let(arg('data')), f.let(arg('to')), f.let(arg('to'))]
      const [step, size, axisStep, strip] = [
        f.let(arg('step')),
        f.let(arg('size')),
        f.let(arg('axisStep')),
        f.let(arg('strip')),
      ]
      const [source, target, indices] = [f.local('i32'), f.local('i32'), f.local('i32')]
      forEachRow(k, rank, from, to, (counter) => {
        f.set(source, from)
        f.set(target, to)
        f.set(indices, op('i32.add', arg('indices'), indexBytesBetween(start, to, unit, type)))
        const left = f.let(op('i32.sub', arg('length'), op('i32.mul', counter, strip)))
        f.repeat(least(left, strip), () => {
          const index = loadIndex(f, type, indices, size)
          moveUnit(f, unit, target, op('i32.add', source, op('i32.mul', index, axisStep)))
          f.add(source, step)
          f.add(target, unit)
          f.add(indices, indexBytes[type])
        })
      })
    },
  }
}

/** Bytes of as many indices as there are elements between two addresses. */
export function indexBytesBetween(start: Local<'i32'>, end: Local<'i32'>, unit: Unit, type: IndexType) {
  const elements = op('i32.shr_u', op('i32.sub', end, start), i32(Math.log2(unit)))
  return op('i32.mul', elements, i32(indexBytes[type]))
}
