/** Copies between arrays of any strides: transpositions, slices, repetitions and joins are all this. */
import { elementCount, type Shape } from '../../base/shape.ts'
import { op } from '../../wasm/index.ts'
import type { Kernel, ParamSpec, Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import { longRunBytes } from './move-bytes.ts'
import { forEachRow, least, type RowAxis, ranks, rowArgs, rowCount, rowParams, rowRank } from './rows.ts'
import { type Inner, type StridedWalk, stridedWalk } from './strided-axes.ts'
import { emitRow } from './strided-rows.ts'

/** A walk over `shape` in both arrays; offsets and strides count elements. */
export interface StridedCopy {
  readonly elementBytes: 1 | 2 | 4 | 8
  readonly shape: Shape
  readonly from: Place
  readonly fromOffset?: number
  readonly fromStrides: readonly number[]
  readonly to: Place
  readonly toOffset?: number
  readonly toStrides: readonly number[]
}

/** Bytes that some tens of microseconds move. */
const bytesPerTask: Readonly<Record<'run' | 'other', number>> = { run: 1 << 18, other: 1 << 16 }
/** Units of a strip of a transposition: whole cache lines in the target, few lines at a time in the source. */
const stripBytes = 64

/** Adds the call that copies; none where there is nothing to copy. */
export function stridedCopy(context: LowerContext, copy: StridedCopy): void {
  const { elementBytes: bytes, shape, fromOffset = 0, toOffset = 0 } = copy
  if (elementCount(shape) === 0) return
  const axes = shape.map((size, axis) => ({
    size,
    from: bytes * copy.fromStrides[axis]!,
    to: bytes * copy.toStrides[axis]!,
  }))
  const walk = stridedWalk(axes, bytes)
  const { rows, length, strip, args } = layOut(walk)
  const wanted = Math.ceil(
    (elementCount(shape) * bytes) / bytesPerTask[walk.inner === 'run' ? 'run' : 'other'],
  )
  const rowsPerTask = Math.ceil(rowCount(rows) / Math.max(1, Math.min(wanted, rowCount(rows))))
  const isWhole = walk.inner === 'run' && walk.axes.length === 1 && fromOffset === 0 && toOffset === 0
  context.call(
    stridedKernel(walk, rowRank(rows), { isLong: strip >= longRunBytes, isWhole }),
    {
      ...rowArgs(rows, rowsPerTask),
      ...args,
      from: at(copy.from, bytes * fromOffset),
      to: at(copy.to, bytes * toOffset),
      length,
      strip,
    },
    Math.ceil(rowCount(rows) / rowsPerTask),
  )
}

const at = ({ buffer, offsetBytes }: Place, more: number): Place => ({
  buffer,
  offsetBytes: offsetBytes + more,
})

/** The axes around the innermost work, which is cut into strips where it is long. */
function layOut({ unit, inner, axes }: StridedWalk) {
  const last = axes.at(-1)!
  const isTransposed = inner === 'transpose'
  const outer = axes.slice(0, isTransposed ? -2 : -1)
  const across = isTransposed ? axes.at(-2)! : { size: 0, from: 0, to: 0 }
  const scale = inner === 'run' ? unit : 1
  const length = last.size * scale
  const most = isTransposed
    ? stripBytes / unit
    : inner === 'run'
      ? bytesPerTask.run
      : bytesPerTask.other / unit
  const strips = Math.ceil(length / most)
  const strip = strips === 1 ? length : most
  const alongStrips: RowAxis = {
    size: strips,
    from: (strip * last.from) / scale,
    to: (strip * last.to) / scale,
  }
  const args = { fromStep: last.from, toStep: last.to, across: across.size, acrossTo: across.to }
  return { rows: [...outer, alongStrips], length, strip, args }
}

interface RunTraits {
  readonly isLong: boolean
  /** One tensor to another, so that both may be the same memory. */
  readonly isWhole: boolean
}

const copyParams: ParamSpec = {
  from: 'in',
  to: 'out',
  length: 'i32',
  strip: 'i32',
  fromStep: 'i32',
  toStep: 'i32',
  across: 'i32',
  acrossTo: 'i32',
}

const paramsOfRank: ReadonlyMap<number, ParamSpec> = new Map(
  ranks.map((rank) => [rank, { ...copyParams, ...rowParams(rank) }]),
)

function stridedKernel({ unit, inner }: StridedWalk, rank: number, traits: RunTraits): Kernel<ParamSpec> {
  return {
    key: `copy-${keyOf(inner, unit, traits)}-${rank}`,
    params: paramsOfRank.get(rank) ?? { ...copyParams, ...rowParams(rank) },
    ...(traits.isWhole && { inplace: [['from', 'to']] as const }),
    emit(k) {
      const { f, arg } = k
      const [from, to] = [f.let(arg('from')), f.let(arg('to'))]
      if (traits.isWhole) f.if(op('i32.eq', from, to), () => f.return())
      const [whole, strip] = [f.let(arg('length')), f.let(arg('strip'))]
      const steps = {
        fromStep: f.let(arg('fromStep')),
        toStep: f.let(arg('toStep')),
        across: f.let(arg('across')),
        acrossTo: f.let(arg('acrossTo')),
      }
      const length = f.local('i32')
      forEachRow(k, rank, from, to, (counter) => {
        f.set(length, op('i32.sub', whole, op('i32.mul', counter, strip)))
        f.set(length, least(length, strip))
        emitRow(inner, { f, unit, from, to, length, ...steps }, traits.isLong)
      })
    },
  }
}

/** Runs are bytes, whatever the unit. */
function keyOf(inner: Inner, unit: number, { isLong, isWhole }: RunTraits): string {
  return inner === 'run' ? `${isLong ? 'long' : 'short'}-${isWhole ? 'tensor' : 'runs'}` : `${inner}-${unit}`
}
