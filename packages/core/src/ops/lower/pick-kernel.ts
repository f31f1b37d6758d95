/** The kernel of outputs that are picked from the input row by row. */
import { defineKernel, type Kernel, type KernelBuilder } from '../../kernel/kernel.ts'
import { i32, type Local, load, type Operand, op, select, shuffle32 } from '../../wasm/index.ts'

export interface PickForm {
  /** Of an element. */
  readonly bytes: 1 | 2 | 4 | 8
  /** How often each element of a row is repeated; 1: as the table says. */
  readonly repeat: 1 | 2 | 4
}

export const pickParams = {
  x: 'in',
  y: 'out',
  fill: 'in',
  /** The first element of each row within a block of the input, or -1. */
  rows: 'in',
  /** The element of each column, or -1. */
  columns: 'in',
  count: 'i32',
  rowsPerTask: 'i32',
  /** Rows of a block. */
  rowCount: 'i32',
  outerBytes: 'i32',
  elementBytes: 'i32',
  width: 'i32',
  /** Columns that are copied together: the first, their number, and where they come from. */
  runStart: 'i32',
  runLength: 'i32',
  runFrom: 'i32',
  inputWidth: 'i32',
} as const

type Builder = KernelBuilder<typeof pickParams>

const plus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.add', a, b)
const minus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.sub', a, b)
const times = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.mul', a, b)

/** The kernel for elements of a size; see `pickParams`. */
export function pickKernel(form: PickForm): Kernel<typeof pickParams> {
  return defineKernel({
    key: `pick:${form.bytes}:${form.repeat}`,
    params: pickParams,
    emit(k: Builder) {
      const { f, arg, task } = k
      const row = f.let(times(task, arg('rowsPerTask')))
      const end = f.let(plus(row, arg('rowsPerTask')))
      const count = f.let(arg('count'))
      f.set(end, select(end, count, op('i32.lt_s', end, count)))
      const bytes = f.let(times(arg('width'), i32(form.bytes)))
      const to = f.let(plus(arg('y'), times(row, bytes)))
      const fill = f.local(form.bytes === 8 ? 'i64' : 'i32')
      f.if(arg('fill'), () => setAny(k, fill, loadAny(form.bytes, arg('fill'))))
      f.for(row, row, end, 1, () => {
        const block = f.let(op('i32.div_u', row, arg('rowCount')))
        const within = f.let(minus(row, times(block, arg('rowCount'))))
        const first = f.let(load('i32.load', plus(arg('rows'), op('i32.shl', within, i32(2)))))
        f.if(
          op('i32.lt_s', first, i32(0)),
          () => {
            const at = f.let(to)
            f.repeat(arg('width'), () => {
              storeAny(k, form.bytes, at, fill)
              f.add(at, form.bytes)
            })
          },
          () => {
            const from = plus(times(block, arg('outerBytes')), times(first, i32(form.bytes)))
            const source = f.let(plus(arg('x'), from))
            if (form.repeat === 1) emitRow(k, form, source, to, fill)
            else emitRepeated(k, form.repeat, source, to)
          },
        )
        f.add(to, bytes)
      })
    },
  })
}

type Element = Local<'i32'> | Local<'i64'>

function loadAny(bytes: PickForm['bytes'], at: Operand<'i32'>): Operand<'i32'> | Operand<'i64'> {
  if (bytes === 1) return load('i32.load8_u', at)
  if (bytes === 2) return load('i32.load16_u', at)
  return bytes === 4 ? load('i32.load', at) : load('i64.load', at)
}

function setAny({ f }: Builder, target: Element, value: Operand<'i32'> | Operand<'i64'>): void {
  if (target.type === 'i64' && value.type === 'i64') f.set(target, value)
  else if (target.type === 'i32' && value.type === 'i32') f.set(target, value)
}

function storeAny({ f }: Builder, bytes: PickForm['bytes'], at: Local<'i32'>, value: Element): void {
  if (value.type === 'i64') f.store('i64.store', at, value)
  else f.store(bytes === 1 ? 'i32.store8' : bytes === 2 ? 'i32.store16' : 'i32.store', at, value)
}

/** A row: the run in one piece, what is beside it by the table. */
function emitRow(k: Builder, form: PickForm, from: Local<'i32'>, to: Local<'i32'>, fill: Element): void {
  const { f, arg } = k
  const size = i32(form.bytes)
  byTable(k, form, { from, to, fill, first: i32(0), end: arg('runStart') })
  const behind = f.let(plus(arg('runStart'), arg('runLength')))
  byTable(k, form, { from, to, fill, first: behind, end: arg('width') })
  const source = f.let(plus(from, times(arg('runFrom'), size)))
  const target = f.let(plus(to, times(arg('runStart'), size)))
  const length = f.let(times(arg('runLength'), size))
  copyBytes(k, target, source, length)
}

interface TablePart {
  readonly from: Local<'i32'>
  readonly to: Local<'i32'>
  readonly fill: Element
  readonly first: Operand<'i32'>
  readonly end: Operand<'i32'>
}

function byTable(k: Builder, { bytes }: PickForm, { from, to, fill, first, end }: TablePart): void {
  const { f, arg } = k
  const column = f.let(first)
  const at = f.let(plus(to, times(column, i32(bytes))))
  const value = f.local(bytes === 8 ? 'i64' : 'i32')
  f.for(column, column, end, 1, () => {
    const index = f.let(load('i32.load', plus(arg('columns'), op('i32.shl', column, i32(2)))))
    setAny(k, value, fill)
    f.if(op('i32.ge_s', index, i32(0)), () =>
      setAny(k, value, loadAny(bytes, plus(from, times(index, i32(bytes))))),
    )
    storeAny(k, bytes, at, value)
    f.add(at, bytes)
  })
}

/** Sixteen bytes at a time, then eight and one: a call of memory.copy costs more than a short row. */
function copyBytes({ f }: Builder, to: Local<'i32'>, from: Local<'i32'>, bytes: Local<'i32'>): void {
  f.repeat(op('i32.shr_u', bytes, i32(4)), () => {
    f.store('v128.store', to, load('v128.load', from))
    for (const pointer of [to, from]) f.add(pointer, 16)
  })
  f.if(op('i32.and', bytes, i32(8)), () => {
    f.store('i64.store', to, load('i64.load', from))
    for (const pointer of [to, from]) f.add(pointer, 8)
  })
  f.repeat(op('i32.and', bytes, i32(7)), () => {
    f.store('i32.store8', to, load('i32.load8_u', from))
    for (const pointer of [to, from]) f.add(pointer, 1)
  })
}

/** Every element of the row two or four times. */
function emitRepeated({ f, arg }: Builder, repeat: 2 | 4, from: Local<'i32'>, to: Local<'i32'>): void {
  const [source, target] = [f.let(from), f.let(to)]
  const width = f.let(arg('inputWidth'))
  f.repeat(op('i32.shr_u', width, i32(2)), () => {
    const value = f.let(load('v128.load', source))
    for (let part = 0; part < repeat; part++) {
      const lanes = [0, 1, 2, 3].map((lane) => Math.floor((4 * part + lane) / repeat))
      f.store('v128.store', target, shuffle32(value, value, lanes), 16 * part)
    }
    f.add(source, 16)
    f.add(target, 16 * repeat)
  })
  f.repeat(op('i32.and', width, i32(3)), () => {
    const value = f.let(load('i32.load', source))
    for (let part = 0; part < repeat; part++) f.store('i32.store', target, value, 4 * part)
    f.add(source, 4)
    f.add(target, 4 * repeat)
  })
}
