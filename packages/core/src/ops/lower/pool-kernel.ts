/** The kernel of pools over planes. */
import { defineKernel, type Kernel, type KernelBuilder } from '../../kernel/kernel.ts'
import type { BoundEpilogue } from '../../kernel/lower.ts'
import { phasesOf } from '../../kernel/spatial/padded-rows.ts'
import { forVectors } from '../../kernel/spatial/row-vectors.ts'
import { f32x4, i32, type Local, load, type Operand, op } from '../../wasm/index.ts'
import { emitEpilogueRow } from './epilogue-row.ts'
import type { Pooling } from './poolings.ts'
import { emitStrips, type Strip, stripParams } from './strip-loop.ts'

export const poolParams = {
  x: 'in',
  y: 'out',
  /** Offsets of the taps: of all of them, or of a row's, where those of `downTaps` lead from row to row of the results. */
  taps: 'in',
  tapCount: 'i32',
  downTaps: 'in',
  downCount: 'i32',
  /** Elements that are counted in each window, by row and by column. */
  rowCounts: 'in',
  columnCounts: 'in',
  /** Where in scratch the results of rows lie, and bytes of one. */
  middleAt: 'i32',
  middleBytes: 'i32',
  channels: 'i32',
  inputPlane: 'i32',
  ...stripParams,
} as const

type Builder = KernelBuilder<typeof poolParams>

/** The kernel of a pooling for a step along the width; `inTwo`: along the rows first, then down the columns. */
export function poolKernel(
  pooling: Pooling,
  step: number,
  inTwo: boolean,
  epilogue: BoundEpilogue,
): Kernel<typeof poolParams> {
  const phases = phasesOf(step)
  return defineKernel({
    key: `pool:${pooling.name}:${phases}:${inTwo ? 'two' : 'one'}:${epilogue.key}`,
    params: { ...poolParams, ...epilogue.params },
    emit(k: Builder) {
      const { f, arg } = k
      const source = (plane: Local<'i32'>) =>
        op('i32.add', arg('x'), op('i32.shl', op('i32.mul', plane, arg('inputPlane')), i32(2)))
      emitStrips(k, pooling.padding, phases, source, (strip) => {
        const { plane, first, end } = strip
        const batch = f.let(op('i32.div_u', plane, arg('channels')))
        const map = f.let(op('i32.sub', plane, op('i32.mul', batch, arg('channels'))))
        const width = f.let(arg('outWidth'))
        const rows = op('i32.add', op('i32.mul', plane, arg('outHeight')), first)
        const out = f.let(op('i32.add', arg('y'), op('i32.shl', op('i32.mul', rows, width), i32(2))))
        const { row, rowBytes, pass } = inTwo ? emitMiddle(k, pooling, strip) : whole(k, pooling)
        const step = f.let(op('i32.mul', rowBytes, arg('rowStride')))
        const y = f.local('i32')
        f.for(y, first, end, 1, () => {
          emitRow(k, pass, row, out, finisher(k, pooling, y))
          emitEpilogueRow(k, epilogue, { batch, map, width, out }, y)
          f.add(row, step)
          f.add(out, op('i32.shl', width, i32(2)))
        })
      })
    },
  })
}

/** A way over the taps of a row. */
interface Pass {
  readonly pooling: Pooling
  readonly add: Pooling['add']
  readonly taps: Operand<'i32'>
  readonly count: Operand<'i32'>
}

function whole({ f, arg, scratch }: Builder, pooling: Pooling) {
  const pass: Pass = { pooling, add: pooling.add, taps: arg('taps'), count: arg('tapCount') }
  return { row: f.let(scratch), rowBytes: arg('rowBytes'), pass }
}

/** Pools every input row of the strip along itself; gives where the results begin and the way down over them. */
function emitMiddle(k: Builder, pooling: Pooling, { first, end }: Strip) {
  const { f, arg, scratch } = k
  const row = f.let(op('i32.add', scratch, arg('middleAt')))
  const [from, to] = [f.let(scratch), f.let(row)]
  const steps = op('i32.sub', op('i32.sub', end, first), i32(1))
  const across: Pass = { pooling, add: pooling.add, taps: arg('taps'), count: arg('tapCount') }
  f.repeat(op('i32.add', op('i32.mul', steps, arg('rowStride')), arg('rowReach')), () => {
    emitRow(k, across, from, to, (value) => value)
    f.add(from, arg('rowBytes'))
    f.add(to, arg('middleBytes'))
  })
  const pass: Pass = { pooling, add: pooling.merge, taps: arg('downTaps'), count: arg('downCount') }
  return { row, rowBytes: arg('middleBytes'), pass }
}

/** What becomes of a window's value; `x` counts the bytes of the row before it. */
type Finish = (value: Operand<'v128'>, x: Local<'i32'>, offset: number) => Operand<'v128'>

function finisher({ f, arg }: Builder, pooling: Pooling, y: Local<'i32'>): Finish {
  if (!pooling.isMean) return (value) => pooling.finish(value)
  const row = f.let(load('v128.load32_splat', op('i32.add', arg('rowCounts'), op('i32.shl', y, i32(2)))))
  return (value, x, offset) => {
    const column = load('v128.load', op('i32.add', arg('columnCounts'), x), offset)
    return op('f32x4.div', value, op('f32x4.max', op('f32x4.mul', row, column), f32x4(1)))
  }
}

/** Sixteen neighbours at a time, then four. */
function emitRow(k: Builder, pass: Pass, row: Local<'i32'>, out: Local<'i32'>, finish: Finish): void {
  const { f, arg } = k
  const width = f.let(arg('outWidth'))
  const start = f.let(i32(0))
  f.repeat(op('i32.shr_u', width, i32(4)), () => {
    const values = overTaps(k, pass, f.let(op('i32.add', row, start)), 4)
    const to = f.let(op('i32.add', out, start))
    values.forEach((value, i) => f.store('v128.store', to, finish(value, start, 16 * i), 16 * i))
    f.add(start, 64)
  })
  const [from, to] = [f.let(op('i32.add', row, start)), f.let(op('i32.add', out, start))]
  forVectors(f, f.let(op('i32.and', width, i32(15))), (x, store) => {
    const [value] = overTaps(k, pass, f.let(op('i32.add', from, x)), 1)
    store(op('i32.add', to, x), finish(value!, f.let(op('i32.add', start, x)), 0))
  })
}

function overTaps(
  { f }: Builder,
  { pooling, add, taps, count }: Pass,
  from: Local<'i32'>,
  vectors: number,
): Operand<'v128'>[] {
  const states = Array.from({ length: vectors }, () => pooling.start(f))
  const tap = f.let(taps)
  f.repeat(count, () => {
    const at = f.let(op('i32.add', from, load('i32.load', tap)))
    states.forEach((state, i) => add(f, state, load('v128.load', at, 16 * i)))
    f.add(tap, 4)
  })
  return states.map((state) => pooling.value(state))
}
