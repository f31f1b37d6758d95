/** Softmax and its logarithm of lines: neighbours in memory, or a step apart with their own neighbours beside them. */
import { f32x4, i32, op } from '../../wasm/index.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../kernel.ts'
import { type Target, targetKey } from '../target.ts'
import { emitExp, emitLog } from './math.ts'
import {
  type I32,
  laneMask,
  laneMax,
  laneSum,
  overRow,
  overTask,
  plus,
  storeSome,
  times,
  type V128,
  vector,
} from './vectors.ts'

const rowParams = { x: 'in', y: 'out', rows: 'i32', size: 'i32', rowsPerTask: 'i32' } as const

/** Lines of `size` neighbours, `rowsPerTask` of them per task. */
export function softmaxRows(target: Target, logarithm: boolean): Kernel<typeof rowParams> {
  return defineKernel({
    key: `${logarithm ? 'log-' : ''}softmax-rows-${targetKey(target)}`,
    params: rowParams,
    inplace: [['x', 'y']],
    emit(k) {
      const { f } = k
      const size = f.let(k.arg('size'))
      const [x, y] = [f.let(k.arg('x')), f.let(k.arg('y'))]
      overTask(f, k.task, k.arg('rowsPerTask'), k.arg('rows'), (row) => {
        const offset = f.let(times(op('i32.mul', row, size), 4))
        emitRow(k, plus(x, offset), plus(y, offset), size, logarithm)
      })
    },
  })
}

function emitRow(k: Builder, x: I32, y: I32, size: I32, logarithm: boolean): void {
  const { f } = k
  const [source, out] = [f.let(x), f.let(y)]
  const top = f.let(f32x4(Number.NEGATIVE_INFINITY))
  const masked = (value: V128, left: I32 | undefined, other: V128): V128 =>
    left ? op('v128.bitselect', value, other, laneMask(left)) : value
  overRow(f, size, [source], (left) => {
    f.set(top, op('f32x4.pmax', top, masked(vector(source), left, f32x4(Number.NEGATIVE_INFINITY))))
  })
  f.set(top, op('f32x4.splat', laneMax(f, top)))
  const sum = f.let(f32x4(0))
  f.set(source, x)
  overRow(f, size, [source, out], (left) => {
    const power = emitExp(k, op('f32x4.sub', vector(source), top))
    f.set(sum, op('f32x4.add', sum, masked(power, left, f32x4(0))))
    if (!logarithm) storeSome(f, out, power, left)
  })
  const total = f.let(op('f32x4.splat', laneSum(f, sum)))
  f.set(out, y)
  if (logarithm) {
    f.set(source, x)
    f.set(total, emitLog(k, total))
    overRow(f, size, [source, out], (left) => {
      storeSome(f, out, op('f32x4.sub', op('f32x4.sub', vector(source), top), total), left)
    })
    return
  }
  f.set(total, op('f32x4.div', f32x4(1), total))
  overRow(f, size, [out], (left) => storeSome(f, out, op('f32x4.mul', vector(out), total), left))
}

const columnParams = {
  x: 'in',
  y: 'out',
  size: 'i32',
  inner: 'i32',
  columns: 'i32',
  blocks: 'i32',
} as const

/**
 * Lines of `size` elements that lie `inner` elements apart. A task takes a block of at most 256 neighbouring lines;
 * there are `blocks` blocks of `columns` lines from one outer index to the next.
 */
export function softmaxColumns(target: Target, logarithm: boolean): Kernel<typeof columnParams> {
  return defineKernel({
    key: `${logarithm ? 'log-' : ''}softmax-columns-${targetKey(target)}`,
    params: columnParams,
    inplace: [['x', 'y']],
    emit(k) {
      const { f } = k
      const [size, inner, blocks] = [f.let(k.arg('size')), f.let(k.arg('inner')), f.let(k.arg('blocks'))]
      const outer = op('i32.div_u', k.task, blocks)
      const first = f.let(times(op('i32.rem_u', k.task, blocks), k.arg('columns')))
      const count = f.let(op('i32.sub', inner, first))
      f.if(op('i32.gt_s', count, k.arg('columns')), () => f.set(count, k.arg('columns')))
      const start = f.let(times(plus(times(op('i32.mul', outer, size), inner), first), 4))
      const [x, y] = [f.let(plus(k.arg('x'), start)), f.let(plus(k.arg('y'), start))]
      const step = f.let(times(inner, 4))
      // Whole cache lines first: rows may lie so that few of them stay in the cache together.
      f.repeat(op('i32.shr_u', count, i32(4)), () => {
        emitColumns(k, x, y, { size, step, vectors: 4, left: undefined, logarithm })
        for (const pointer of [x, y]) f.add(pointer, 64)
      })
      overRow(f, op('i32.and', count, i32(15)), [x, y], (left) => {
        emitColumns(k, x, y, { size, step, vectors: 1, left, logarithm })
      })
    },
  })
}

type Builder = Pick<KernelBuilder, 'm' | 'f' | 'target'>

interface Columns {
  readonly size: I32
  readonly step: I32
  /** Neighbouring vectors that are done together. */
  readonly vectors: number
  readonly left: I32 | undefined
  readonly logarithm: boolean
}

function emitColumns(k: Builder, x: I32, y: I32, { size, step, vectors, left, logarithm }: Columns): void {
  const { f } = k
  const [source, out] = [f.let(x), f.let(y)]
  const fill = (value: number) => Array.from({ length: vectors }, () => f.let(f32x4(value)))
  const [tops, sums] = [fill(Number.NEGATIVE_INFINITY), fill(0)]
  const lowered = (v: number) => op('f32x4.sub', vector(source, 16 * v), tops[v]!)
  const overSize = (body: () => void) => {
    f.repeat(size, () => {
      body()
      f.add(source, step)
      f.add(out, step)
    })
  }
  const store = (v: number, value: V128) => storeSome(f, v ? plus(out, 16 * v) : out, value, left)
  overSize(() => {
    tops.forEach((top, v) => f.set(top, op('f32x4.pmax', top, vector(source, 16 * v))))
  })
  f.set(source, x)
  f.set(out, y)
  overSize(() => {
    sums.forEach((sum, v) => {
      const power = emitExp(k, lowered(v))
      f.set(sum, op('f32x4.add', sum, power))
      if (!logarithm) store(v, power)
    })
  })
  f.set(source, logarithm ? x : y)
  f.set(out, y)
  for (const sum of sums) f.set(sum, logarithm ? emitLog(k, sum) : op('f32x4.div', f32x4(1), sum))
  overSize(() => {
    sums.forEach((sum, v) => {
      store(v, logarithm ? op('f32x4.sub', lowered(v), sum) : op('f32x4.mul', vector(source, 16 * v), sum))
    })
  })
}
