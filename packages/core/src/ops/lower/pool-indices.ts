/**
 * Maximum pools one element at a time: over any number of axes up to three, with the place of every maximum if it is
 * asked for.
 */
import { elementCount } from '../../base/shape.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { f32, i32, type Local, load, type Operand, op, select } from '../../wasm/index.ts'
import { type PoolSpec, poolAxes } from '../shared/pool.ts'
import type { WindowAxis } from '../shared/window.ts'

/** How windows lie over planes of up to three axes. */
export const windowParams = {
  /** Pairs (first element, elements) of every output position, for each of three axes. */
  depths: 'in',
  rows: 'in',
  columns: 'in',
  outDepth: 'i32',
  outHeight: 'i32',
  outWidth: 'i32',
  inputPlane: 'i32',
  /** Elements from tap to tap. */
  depthStep: 'i32',
  rowStep: 'i32',
  columnStep: 'i32',
  /** What one element along each axis adds to a place. */
  depthPlace: 'i32',
  rowPlace: 'i32',
  columnPlace: 'i32',
  /** The size of rows and planes of X. */
  height: 'i32',
  width: 'i32',
} as const

const params = { x: 'in', y: 'out', places: 'out', ...windowParams } as const

export type WindowBuilder = KernelBuilder<typeof windowParams>
type Builder = KernelBuilder<typeof params>
type Axis = 'depth' | 'row' | 'column'

const noAxis: WindowAxis = { size: 1, kernel: 1, stride: 1, dilation: 1, padBegin: 0, padEnd: 0, output: 1 }

/** Lowers MaxPool; places count along the last axis first, or along the first one if `isColumnMajor`. */
export function lowerMaximaWithPlaces(
  X: TensorRef,
  Y: TensorRef,
  places: TensorRef | undefined,
  attrs: PoolSpec,
  isColumnMajor: boolean,
  context: LowerContext,
): Refusal {
  if (X.dtype !== 'float32') return `dtype ${X.dtype}`
  const given = poolAxes(X.shape, attrs)
  if (given.length > 3) return 'more than three spatial axes'
  if (elementCount(X.shape) > 2 ** 31) return 'more elements than 32 bits count'
  if (elementCount(Y.shape) === 0) return undefined
  context.call(
    maximaKernel(places !== undefined),
    { x: X.at, y: Y.at, places: places?.at, ...maximaArgs(given, isColumnMajor, context) },
    X.shape[0]! * X.shape[1]!,
  )
  return undefined
}

/** Arguments of `windowParams`; places count along the last axis first, or along the first one if `isColumnMajor`. */
export function maximaArgs(given: readonly WindowAxis[], isColumnMajor: boolean, context: LowerContext) {
  const axes = [...[noAxis, noAxis, noAxis].slice(given.length), ...given]
  const [depth, row, column] = axes as [WindowAxis, WindowAxis, WindowAxis] // three
  const table = (axis: WindowAxis) => context.table(new Uint8Array(rangesOf(axis).buffer))
  return {
    depths: table(depth),
    rows: table(row),
    columns: table(column),
    outDepth: depth.output,
    outHeight: row.output,
    outWidth: column.output,
    inputPlane: depth.size * row.size * column.size,
    depthStep: depth.dilation,
    rowStep: row.dilation,
    columnStep: column.dilation,
    depthPlace: isColumnMajor ? 1 : row.size * column.size,
    rowPlace: isColumnMajor ? depth.size : column.size,
    columnPlace: isColumnMajor ? depth.size * row.size : 1,
    height: row.size,
    width: column.size,
  }
}

/** The elements of the axis that each window meets. */
function rangesOf({ output, stride, dilation, padBegin, kernel, size }: WindowAxis): Int32Array {
  const ranges = new Int32Array(2 * output)
  for (let i = 0; i < output; i++) {
    const start = i * stride - padBegin
    const first = Math.max(0, Math.ceil(-start / dilation))
    const end = Math.min(kernel, Math.ceil((size - start) / dilation))
    ranges.set([start + first * dilation, Math.max(0, end - first)], 2 * i)
  }
  return ranges
}

function maximaKernel(withPlaces: boolean): Kernel<typeof params> {
  return defineKernel({
    key: `maxima:${withPlaces ? 'places' : ''}`,
    params,
    emit(k: Builder) {
      const { f, arg, task } = k
      const windows: WindowBuilder = k
      const plane = f.let(op('i32.mul', task, arg('inputPlane')))
      const x = f.let(op('i32.add', arg('x'), op('i32.shl', plane, i32(2))))
      const outs = op('i32.mul', op('i32.mul', arg('outDepth'), arg('outHeight')), arg('outWidth'))
      const out = f.let(op('i32.mul', task, outs))
      over(windows, 'depths', arg('outDepth'), (depths) =>
        over(windows, 'rows', arg('outHeight'), (rows) =>
          over(windows, 'columns', arg('outWidth'), (columns) => {
            const { best, place } = emitMaximum(windows, { depths, rows, columns }, x)
            f.store('f32.store', op('i32.add', arg('y'), op('i32.shl', out, i32(2))), best)
            if (withPlaces) {
              const found = op('i64.extend_i32_s', op('i32.add', place, plane))
              const isThere = op('i32.ge_s', place, i32(0))
              const whole = select(found, op('i64.extend_i32_s', i32(-1)), isThere)
              f.store('i64.store', op('i32.add', arg('places'), op('i32.shl', out, i32(3))), whole)
            }
            f.add(out, 1)
          }),
        ),
      )
    },
  })
}

/** For every position along an axis of the output: the address of its pair. */
export function over(
  { f, arg }: WindowBuilder,
  name: 'depths' | 'rows' | 'columns',
  count: Operand<'i32'>,
  body: (pair: Local<'i32'>) => void,
): void {
  const pair = f.let(arg(name))
  f.repeat(count, () => {
    body(pair)
    f.add(pair, 8)
  })
}

/** The largest element of a window, the first NaN if there is one, and where it is; -1 where there is none. */
export function emitMaximum(
  { f, arg }: WindowBuilder,
  pairs: { readonly [N in 'depths' | 'rows' | 'columns']: Local<'i32'> },
  x: Local<'i32'>,
): { readonly best: Local<'f32'>; readonly place: Local<'i32'> } {
  const best = f.let(f32(Number.NEGATIVE_INFINITY))
  const place = f.let(i32(-1))
  const axis = (pair: Local<'i32'>, name: Axis, body: (at: Local<'i32'>) => void) => {
    const at = f.let(load('i32.load', pair))
    f.repeat(load('i32.load', pair, 4), () => {
      body(at)
      f.add(at, arg(`${name}Step`))
    })
  }
  axis(pairs.depths, 'depth', (d) =>
    axis(pairs.rows, 'row', (r) => {
      const row = f.let(op('i32.mul', op('i32.add', op('i32.mul', d, arg('height')), r), arg('width')))
      axis(pairs.columns, 'column', (c) => {
        const value = f.let(load('f32.load', op('i32.add', x, op('i32.shl', op('i32.add', row, c), i32(2)))))
        const isFirst = op('i32.lt_s', place, i32(0))
        const isFirstNaN = op('i32.and', op('f32.ne', value, value), op('f32.eq', best, best))
        f.if(op('i32.or', op('i32.or', isFirst, op('f32.gt', value, best)), isFirstNaN), () => {
          f.set(best, value)
          const along = (at: Local<'i32'>, name: Axis) => op('i32.mul', at, arg(`${name}Place`))
          f.set(place, op('i32.add', op('i32.add', along(d, 'depth'), along(r, 'row')), along(c, 'column')))
        })
      })
    }),
  )
  return { best, place }
}
