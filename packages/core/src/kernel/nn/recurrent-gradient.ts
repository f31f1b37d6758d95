/**
 * The way back through the steps of a recurrent layer, in one direction. Each step turns the gradient of the hidden state
 * into those of the gates, and their product with the recurrent weights into that of the hidden state before. Sequences
 * are independent of each other: a task runs through all steps of some.
 */
import { type FunctionRef, f32x4, i32, type Local, op, select } from '../../wasm/index.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../kernel.ts'
import { type Target, targetKey } from '../target.ts'
import {
  type I32,
  madd,
  overRow,
  plus,
  smaller,
  splat,
  storeSome,
  times,
  type V128,
  vector,
} from './vectors.ts'

/** Four hidden units of a sequence. */
export interface GradientUnits {
  /** What an operand has for them in one of its sections. */
  given(operand: number, section: number): V128
  /** The gradient of the hidden state. */
  readonly hidden: Local<'v128'>
  /** The gradient of the cell state that comes from the step after, the cell state, and that before. */
  readonly state: { readonly gradient: V128; readonly now: V128; readonly before: V128 }
}

export interface GradientCell {
  readonly key: string
  /** Sections, of as many elements as there are hidden units, in each row of each operand and of each result. */
  readonly given: readonly number[]
  readonly made: readonly number[]
  readonly hasState: boolean
  /** The hidden state before counts by itself, not only through the weights. */
  readonly carries: boolean
  emit(
    k: Pick<KernelBuilder, 'm' | 'f' | 'target'>,
    units: GradientUnits,
  ): { readonly made: readonly (readonly V128[])[]; readonly carried?: V128; readonly state?: V128 }
}

export const gradientParams = {
  given0: 'in',
  given1: 'in',
  given2: 'in',
  states: 'in',
  firstState: 'in',
  dy: 'in',
  weights: 'in',
  lastHidden: 'in',
  lastState: 'in',
  made0: 'out',
  made1: 'out',
  hidden: 'inout',
  state: 'inout',
  size: 'i32',
  rows: 'i32',
  rowsPerTask: 'i32',
  from: 'i32',
  count: 'i32',
  steps: 'i32',
  isReverse: 'i32',
} as const

type Builder = KernelBuilder<typeof gradientParams>

/** `count` steps back from the `from`-th on, counted from the last. */
export function recurrentGradient(
  target: Target,
  cell: GradientCell,
  hasOutput: boolean,
): Kernel<typeof gradientParams> {
  const key = `${cell.key}-gradient${hasOutput ? '-y' : ''}-${targetKey(target)}`
  return defineKernel({
    key,
    params: gradientParams,
    emit(k) {
      const { f, arg, task } = k
      const products = [1, 2].map((rows) => [1, 4].map((wide) => emitProduct(k, key, cell, rows, wide)))
      const firstRow = f.let(op('i32.mul', task, arg('rowsPerTask')))
      const endRow = smaller(f, plus(firstRow, arg('rowsPerTask')), arg('rows'))
      const step = f.local('i32')
      f.for(step, arg('from'), f.let(plus(arg('from'), arg('count'))), 1, () => {
        const back = op('i32.sub', op('i32.sub', arg('steps'), i32(1)), step)
        const time = f.let(select(step, back, arg('isReverse')))
        const row = f.local('i32')
        f.for(row, firstRow, endRow, 1, () => emitCells(k, cell, hasOutput, { step, time, row }))
        emitProducts(k, cell, products, { time, firstRow, endRow })
      })
    },
  })
}

interface Position {
  readonly step: I32
  readonly time: I32
  readonly row: I32
}

/** The cells of one sequence. */
function emitCells(k: Builder, cell: GradientCell, hasOutput: boolean, { step, time, row }: Position): void {
  const { f, arg } = k
  const bytes = f.let(times(arg('size'), 4))
  const own = f.let(op('i32.mul', row, bytes))
  const index = f.let(plus(op('i32.mul', time, arg('rows')), row))
  const at = f.let(op('i32.mul', index, bytes))
  const isLast = op('i32.eqz', step)
  const begin = (name: 'hidden' | 'state', last: 'lastHidden' | 'lastState') =>
    f.let(plus(select(arg(last), arg(name), isLast), own))
  const given = cell.given.map((sections, i) => f.let(plus(arg(operandName(i)), times(at, sections))))
  const made = cell.made.map((sections, i) =>
    f.let(plus(arg(i === 0 ? 'made0' : 'made1'), times(at, sections))),
  )
  const [hiddenIn, hiddenOut] = [begin('hidden', 'lastHidden'), f.let(plus(arg('hidden'), own))]
  const dy = hasOutput ? f.let(plus(arg('dy'), at)) : undefined
  const state = cell.hasState
    ? {
        in: begin('state', 'lastState'),
        out: f.let(plus(arg('state'), own)),
        now: f.let(plus(arg('states'), at)),
        before: stateBefore(k, time, own, at),
      }
    : undefined
  const moving = [...given, ...made, hiddenIn, hiddenOut, ...(dy ? [dy] : []), ...Object.values(state ?? {})]
  const section = (base: I32, i: number) => plus(base, times(bytes, i))
  overRow(f, arg('size'), moving, (left) => {
    const hidden = f.let(dy ? op('f32x4.add', vector(hiddenIn), vector(dy)) : vector(hiddenIn))
    const none = f32x4(0)
    const result = cell.emit(k, {
      given: (operand, i) => vector(i === 0 ? given[operand]! : section(given[operand]!, i)),
      hidden,
      state: state
        ? { gradient: vector(state.in), now: vector(state.now), before: vector(state.before) }
        : { gradient: none, now: none, before: none },
    })
    result.made.forEach((list, i) => {
      list.forEach((value, s) => storeSome(f, s === 0 ? made[i]! : section(made[i]!, s), value, left))
    })
    if (result.carried) storeSome(f, hiddenOut, result.carried, left)
    if (result.state && state) storeSome(f, state.out, result.state, left)
  })
}

const operandName = (i: number) => (['given0', 'given1', 'given2'] as const)[i]!

/** Where the cell state before a step is. */
function stateBefore({ f, arg }: Builder, time: I32, own: I32, at: I32): Local<'i32'> {
  const stepBytes = f.let(times(op('i32.mul', arg('rows'), arg('size')), 4))
  const shift = select(stepBytes, op('i32.sub', i32(0), stepBytes), arg('isReverse'))
  const earliest = select(op('i32.sub', arg('steps'), i32(1)), i32(0), arg('isReverse'))
  const inside = plus(arg('states'), at, shift)
  return f.let(select(plus(arg('firstState'), own), inside, op('i32.eq', time, earliest)))
}

interface RowsOfTask {
  readonly time: I32
  readonly firstRow: I32
  readonly endRow: I32
}

/** The gradients of the hidden states before: those of the gates times the recurrent weights. */
function emitProducts(
  { f, arg }: Builder,
  { made }: GradientCell,
  products: readonly (readonly FunctionRef[])[],
  { time, firstRow, endRow }: RowsOfTask,
): void {
  const last = made.length - 1
  const bytes = f.let(times(arg('size'), 4))
  const stride = f.let(times(bytes, made[last]!))
  const depth = times(arg('size'), made[last]!)
  const firstIndex = plus(op('i32.mul', time, arg('rows')), firstRow)
  const gates = f.let(plus(arg(last === 0 ? 'made0' : 'made1'), op('i32.mul', firstIndex, stride)))
  const out = f.let(plus(arg('hidden'), op('i32.mul', firstRow, bytes)))
  const count = f.let(op('i32.sub', endRow, firstRow))
  const columns = (wide: 0 | 1, column: I32, left: I32) => {
    const from = f.let(gates)
    const to = f.let(plus(out, column))
    const weights = f.let(plus(arg('weights'), column))
    const call = (rows: 0 | 1) => {
      f.call(products[rows]![wide]!, from, stride, weights, to, bytes, depth, left)
      f.add(from, times(stride, rows + 1))
      f.add(to, times(bytes, rows + 1))
    }
    f.repeat(op('i32.shr_u', count, i32(1)), () => call(1))
    f.if(op('i32.and', count, i32(1)), () => call(0))
  }
  const column = f.let(i32(0))
  f.repeat(op('i32.shr_u', arg('size'), i32(4)), () => {
    columns(1, column, i32(16))
    f.add(column, 64)
  })
  const left = f.let(op('i32.and', arg('size'), i32(15)))
  f.repeat(op('i32.shr_u', plus(left, 3), i32(2)), () => {
    columns(0, column, left)
    f.add(column, 16)
    f.add(left, -4)
  })
}

/** A function of its own, so that it is called often enough to be compiled well however many steps a task has. */
function emitProduct(k: Builder, key: string, cell: GradientCell, rows: number, wide: number): FunctionRef {
  const types = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const
  return k.m.func(
    `${key}-${rows}x${wide}`,
    types,
    undefined,
    (f, gates, stride, weights, out, bytes, depth, left) => {
      const outs = Array.from({ length: rows }, (_, r) => (r === 0 ? out : f.let(plus(out, bytes))))
      const from = Array.from({ length: rows }, (_, r) => (r === 0 ? gates : f.let(plus(gates, stride))))
      const sums = outs.map((at) =>
        Array.from({ length: wide }, (_, v) => f.let(cell.carries ? vector(at, 16 * v) : f32x4(0))),
      )
      f.repeat(depth, () => {
        const values = from.map((at) => f.let(splat(at)))
        for (let v = 0; v < wide; v++) {
          const weight = f.let(vector(weights, 16 * v))
          sums.forEach((row, r) => f.set(row[v]!, madd(k.target, values[r]!, weight, row[v]!)))
        }
        for (const at of from) f.add(at, 4)
        f.add(weights, bytes)
      })
      sums.forEach((row, r) => {
        if (wide > 1) row.forEach((sum, v) => f.store('v128.store', outs[r]!, sum, 16 * v))
        else
          f.if(
            op('i32.ge_s', left, i32(4)),
            () => f.store('v128.store', outs[r]!, row[0]!),
            () => storeSome(f, outs[r]!, row[0]!, left),
          )
      })
      return undefined
    },
  )
}
