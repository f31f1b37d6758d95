/** Running sums and products along lines. */
import { type DType, dtypeInfo } from '../../base/dtype.ts'
import type { FunctionBuilder, Local, Operand } from '../../wasm/index.ts'
import { f64, f64x2, i32, i64, load, op } from '../../wasm/index.ts'
import type { Kernel, KernelBuilder, Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import { forEachItem, itemParams, shareItems } from '../move/items.ts'
import { least } from '../move/rows.ts'
import { type LineSizes, lineStart } from './lines.ts'

export interface RunningTotal {
  readonly how: 'add' | 'mul'
  /** Each result leaves its own element out. */
  readonly isExclusive: boolean
  /** From the last element to the first. */
  readonly isReverse: boolean
}

export interface Accumulation extends LineSizes, RunningTotal {
  readonly from: Place
  readonly to: Place
  readonly dtype: TotalType
}

const params = { from: 'in', to: 'out', size: 'i32', inner: 'i32', ...itemParams } as const

const totalTypes = ['float32', 'float64', 'int32', 'uint32', 'int64', 'uint64'] as const
export type TotalType = (typeof totalTypes)[number]

/** True for dtypes that kernels of running totals know. */
export function isTotalType(dtype: DType): dtype is TotalType {
  return (totalTypes as readonly DType[]).includes(dtype) // widened for includes
}

const taskElements = 1 << 15

/** Adds the call. Totals of floats are float64 until they are stored. */
export function accumulateLines(context: LowerContext, work: Accumulation): void {
  const { from, to, dtype, outer, size, inner } = work
  if (outer * size * inner === 0) return
  const isPairs = dtype === 'float32' && inner >= 2
  const items = isPairs ? outer * Math.ceil(inner / 2) : outer * inner
  const { args, tasks } = shareItems(items, taskElements / size)
  context.call(kernelFor(dtype, work, isPairs), { from, to, size, inner, ...args }, tasks)
}

function kernelFor(
  dtype: TotalType,
  { how, isExclusive, isReverse }: RunningTotal,
  isPairs: boolean,
): Kernel<typeof params> {
  const traits = `${isExclusive ? 'exclusive' : 'inclusive'}-${isReverse ? 'reverse' : 'forward'}`
  return {
    key: `cumulate-${how}-${dtype}-${traits}-${isPairs ? 'pairs' : 'lines'}`,
    params,
    emit(k) {
      const steps = isPairs ? pairSteps(k.f, how) : lineSteps(k.f, dtype, how)
      if (isPairs) emitPairs(k, steps, { how, isExclusive, isReverse })
      else emitLines(k, dtype, steps, { how, isExclusive, isReverse })
    },
  }
}

/** What is done at the start of a line and at each of its elements. */
interface Steps {
  start(): void
  /** Reads the next element. */
  read(from: Local<'i32'>): void
  join(): void
  store(to: Local<'i32'>): void
}

function lineSteps(f: FunctionBuilder, dtype: TotalType, how: 'add' | 'mul'): Steps {
  const identity = how === 'add' ? 0 : 1
  if (dtype === 'float32' || dtype === 'float64') {
    const [total, x] = [f.local('f64'), f.local('f64')]
    const isSingle = dtype === 'float32'
    return {
      start: () => f.set(total, f64(identity)),
      read: (from) =>
        f.set(x, isSingle ? op('f64.promote_f32', load('f32.load', from)) : load('f64.load', from)),
      join: () => f.set(total, op(`f64.${how}`, total, x)),
      store: (to) =>
        isSingle ? f.store('f32.store', to, op('f32.demote_f64', total)) : f.store('f64.store', to, total),
    }
  }
  if (dtype === 'int32' || dtype === 'uint32') {
    const [total, x] = [f.local('i32'), f.local('i32')]
    return {
      start: () => f.set(total, i32(identity)),
      read: (from) => f.set(x, load('i32.load', from)),
      join: () => f.set(total, op(`i32.${how}`, total, x)),
      store: (to) => f.store('i32.store', to, total),
    }
  }
  const [total, x] = [f.local('i64'), f.local('i64')]
  return {
    start: () => f.set(total, i64(BigInt(identity))),
    read: (from) => f.set(x, load('i64.load', from)),
    join: () => f.set(total, op(`i64.${how}`, total, x)),
    store: (to) => f.store('i64.store', to, total),
  }
}

/** Two neighbouring lines of float32. */
function pairSteps(f: FunctionBuilder, how: 'add' | 'mul'): Steps {
  const [total, x] = [f.local('v128'), f.local('v128')]
  return {
    start: () => f.set(total, f64x2(how === 'add' ? 0 : 1)),
    read: (from) => f.set(x, op('f64x2.promote_low_f32x4', load('v128.load64_zero', from))),
    join: () => f.set(total, op(`f64x2.${how}`, total, x)),
    store: (to) => f.storeLane('v128.store64_lane', to, op('f32x4.demote_f64x2_zero', total), 0),
  }
}

type CumulateKernel = KernelBuilder<typeof params>

function emitLines(k: CumulateKernel, dtype: TotalType, steps: Steps, order: RunningTotal): void {
  const { f, arg } = k
  const [size, inner] = [f.let(arg('size')), f.let(arg('inner'))]
  const bytes = dtypeInfo(dtype).bits / 8
  forEachItem(k, (line) => emitLine(k, steps, order, lineStart(line, size, inner), bytes))
}

function emitPairs(k: CumulateKernel, steps: Steps, order: RunningTotal): void {
  const { f, arg } = k
  const [size, inner] = [f.let(arg('size')), f.let(arg('inner'))]
  const pairs = f.let(op('i32.shr_u', op('i32.add', inner, i32(1)), i32(1)))
  const last = f.let(op('i32.sub', inner, i32(2)))
  forEachItem(k, (item) => {
    const column = f.let(op('i32.shl', op('i32.rem_u', item, pairs), i32(1)))
    f.set(column, least(column, last))
    const outer = op('i32.mul', op('i32.mul', op('i32.div_u', item, pairs), size), inner)
    emitLine(k, steps, order, op('i32.add', outer, column), 4)
  })
}

function emitLine(
  { f, arg }: CumulateKernel,
  steps: Steps,
  { isExclusive, isReverse }: RunningTotal,
  first: Operand<'i32'>,
  bytes: number,
): void {
  const step = f.let(op('i32.mul', arg('inner'), i32(bytes)))
  const start = f.let(op('i32.mul', first, i32(bytes)))
  if (isReverse) {
    f.add(start, op('i32.mul', step, op('i32.sub', arg('size'), i32(1))))
    f.set(step, op('i32.sub', i32(0), step))
  }
  const [from, to] = [f.let(op('i32.add', arg('from'), start)), f.let(op('i32.add', arg('to'), start))]
  steps.start()
  f.repeat(arg('size'), () => {
    steps.read(from)
    if (!isExclusive) steps.join()
    steps.store(to)
    if (isExclusive) steps.join()
    f.add(from, step)
    f.add(to, step)
  })
}
