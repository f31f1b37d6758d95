/** Products of rows with the columns of a block-quantized matrix, whose columns lie one behind the other. */
import { f32x4, i32, type Local, load, op } from '../../wasm/index.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../kernel.ts'
import { type Target, targetKey } from '../target.ts'
import { rowBlockBytes } from './block-operands.ts'
import {
  type BlockForm,
  blockBytes,
  blockVectors,
  formKey,
  loadNumbers,
  loads,
  places,
  plainNumbers,
  raisedNumbers,
} from './block-quantized.ts'
import { emitDotTile } from './dot-tile.ts'
import {
  type F32,
  type I32,
  laneSum,
  madd,
  overTask,
  plus,
  smaller,
  storeSome,
  times,
  vector,
} from './vectors.ts'

export interface ProductForm extends BlockForm {
  /** Zero points of their own; otherwise the middle of the range is. */
  readonly zeros: boolean
  readonly bias: boolean
}

const params = {
  /** As `arrangeRows` gives them. */
  x: 'in',
  weights: 'in',
  scales: 'in',
  zeros: 'in',
  bias: 'in',
  y: 'out',
  rows: 'i32',
  columns: 'i32',
  blocks: 'i32',
  columnsPerTask: 'i32',
} as const
type Builder = KernelBuilder<typeof params>

const keyOf = ({ zeros, bias, ...form }: ProductForm, target: Target) =>
  `${formKey(form)}${zeros ? '-zeros' : ''}${bias ? '-bias' : ''}-${targetKey(target)}`

/** For few rows: numbers are multiplied as they come, two columns at a time. Rows carry their sums. */
export function blockDots(target: Target, form: ProductForm): Kernel<typeof params> {
  return defineKernel({
    key: `block-dots-${keyOf(form, target)}`,
    params,
    emit(k) {
      const { f } = k
      const [columns, rows, blocks] = [f.let(k.arg('columns')), f.let(k.arg('rows')), f.let(k.arg('blocks'))]
      const pairs = f.let(op('i32.shr_u', plus(columns, 1), i32(1)))
      overTask(f, k.task, op('i32.shr_u', k.arg('columnsPerTask'), i32(1)), pairs, (pair) => {
        const first = f.let(times(pair, 2))
        const second = smaller(f, plus(first, 1), op('i32.sub', columns, i32(1)))
        const [x, y] = [f.let(k.arg('x')), f.let(plus(k.arg('y'), times(first, 4)))]
        f.repeat(rows, () => {
          const [a, b] = emitDots(k, form, x, [first, second], blocks)
          f.store('f32.store', y, a!)
          f.if(op('i32.ne', first, second), () => f.store('f32.store', y, b!, 4))
          f.add(x, times(blocks, rowBlockBytes(form, true)))
          f.add(y, times(columns, 4))
        })
      })
    },
  })
}

/** Places of a column's numbers, scales and zero points. */
function columnPointers(k: Builder, form: ProductForm, column: I32) {
  const { f } = k
  const first = f.let(op('i32.mul', column, k.arg('blocks')))
  return {
    numbers: f.let(plus(k.arg('weights'), times(first, blockBytes(form)))),
    scale: f.let(plus(k.arg('scales'), times(first, 4))),
    zero: f.let(form.zeros ? plus(k.arg('zeros'), times(first, 4)) : i32(0)),
  }
}

/** The dot products of a row with some columns. */
function emitDots(
  k: Builder,
  form: ProductForm,
  x: I32,
  columns: readonly I32[],
  blocks: I32,
): readonly Local<'f32'>[] {
  const { f, target } = k
  const at = f.let(x)
  const pointers = columns.map((column) => columnPointers(k, form, column))
  const totals = columns.map(() => f.let(f32x4(0)))
  f.repeat(blocks, () => {
    const sum = f.let(vector(at, 16 * blockVectors(form)))
    const own = pointers.map(({ zero }) => {
      const offset = form.zeros ? load('v128.load32_splat', zero) : f32x4(2 ** (form.bits - 1))
      return f.let(op('f32x4.neg', op('f32x4.mul', sum, offset)))
    })
    for (let i = 0; i < loads(form); i++) {
      const packed = pointers.map(({ numbers }) => f.let(loadNumbers(form, numbers, i)))
      for (let place = 0; place < places(form); place++) {
        const value = f.let(vector(at, 16 * (i * places(form) + place)))
        own.forEach((dot, c) => f.set(dot, madd(target, raisedNumbers(form, packed[c]!, place), value, dot)))
      }
    }
    pointers.forEach(({ numbers, scale, zero }, c) => {
      f.set(totals[c]!, madd(target, own[c]!, load('v128.load32_splat', scale), totals[c]!))
      f.add(numbers, blockBytes(form))
      f.add(scale, 4)
      if (form.zeros) f.add(zero, 4)
    })
    f.add(at, rowBlockBytes(form, true))
  })
  return totals.map((total, c) => f.let(withBias(k, form, columns[c]!, laneSum(f, total))))
}

function withBias(k: Builder, { bias }: ProductForm, column: I32, value: F32): F32 {
  return bias ? op('f32.add', value, load('f32.load', plus(k.arg('bias'), times(column, 4)))) : value
}

/** Bytes of scratch memory of `blockProducts`. */
export const productScratch = (form: BlockForm, blocks: number): number =>
  4 * blocks * rowBlockBytes(form, false)

/** For many rows: four columns at a time are made floats in scratch memory. */
export function blockProducts(target: Target, form: ProductForm): Kernel<typeof params> {
  return defineKernel({
    key: `block-products-${keyOf(form, target)}`,
    params,
    emit(k) {
      const { f } = k
      const [columns, blocks] = [f.let(k.arg('columns')), f.let(k.arg('blocks'))]
      const bytes = f.let(times(blocks, rowBlockBytes(form, false)))
      const groups = f.let(op('i32.shr_u', plus(columns, 3), i32(2)))
      const last = f.let(op('i32.sub', columns, i32(1)))
      overTask(f, k.task, op('i32.shr_u', k.arg('columnsPerTask'), i32(2)), groups, (group) => {
        const first = f.let(times(group, 4))
        const to = f.let(k.scratch)
        const column = f.let(first)
        f.repeat(i32(4), () => {
          emitFloats(k, form, smaller(f, column, last), to)
          f.add(column, 1)
        })
        emitRows(k, form, { first, columns, bytes })
      })
    },
  })
}

/** A column as floats, at a pointer that moves on. */
function emitFloats(k: Builder, form: ProductForm, column: I32, to: Local<'i32'>): void {
  const { f } = k
  const { numbers, scale, zero } = columnPointers(k, form, column)
  f.repeat(k.arg('blocks'), () => {
    const factor = f.let(load('v128.load32_splat', scale))
    const offset = f.let(form.zeros ? load('v128.load32_splat', zero) : f32x4(2 ** (form.bits - 1)))
    for (let i = 0; i < loads(form); i++) {
      const packed = f.let(loadNumbers(form, numbers, i))
      for (let place = 0; place < places(form); place++) {
        const centred = op('f32x4.sub', plainNumbers(form, packed, place), offset)
        f.store('v128.store', to, op('f32x4.mul', centred, factor), 16 * (i * places(form) + place))
      }
    }
    f.add(to, rowBlockBytes(form, false))
    f.add(numbers, blockBytes(form))
    f.add(scale, 4)
    if (form.zeros) f.add(zero, 4)
  })
}

interface Columns {
  readonly first: I32
  readonly columns: I32
  /** Bytes of a column as floats. */
  readonly bytes: I32
}

function emitRows(k: Builder, form: ProductForm, { first, columns, bytes }: Columns): void {
  const { f } = k
  const others = [0, 1, 2, 3].map((i) => f.let(plus(k.scratch, times(bytes, i))))
  const [x, y] = [f.let(k.arg('x')), f.let(plus(k.arg('y'), times(first, 4)))]
  const size = f.let(op('i32.shr_u', bytes, i32(2)))
  const left = f.let(op('i32.sub', columns, first))
  const bias = f.let(form.bias ? vector(plus(k.arg('bias'), times(first, 4))) : f32x4(0))
  const emit = (count: number) => {
    const rows = Array.from({ length: count }, (_, i) => plus(x, times(bytes, i)))
    for (const dots of emitDotTile(k, rows, others, size)) {
      const value = f.let(op('f32x4.add', dots, bias))
      f.if(
        op('i32.ge_s', left, i32(4)),
        () => f.store('v128.store', y, value),
        () => storeSome(f, y, value, left),
      )
      f.add(y, times(columns, 4))
    }
    f.add(x, times(bytes, count))
  }
  f.repeat(op('i32.shr_u', k.arg('rows'), i32(1)), () => emit(2))
  f.if(op('i32.and', k.arg('rows'), i32(1)), () => emit(1))
}
