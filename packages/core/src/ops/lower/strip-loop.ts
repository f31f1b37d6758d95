/** The loop over the strips of a task: copies the padded input of each into scratch and emits the work on it. */
import type { KernelBuilder } from '../../kernel/kernel.ts'
import { emitPaddedRows, type Phases } from '../../kernel/spatial/padded-rows.ts'
import { i32, type Local, type Operand, op, select } from '../../wasm/index.ts'
import type { WindowAxis } from '../shared/window.ts'
import type { Strips } from './strips.ts'

export const stripParams = {
  strips: 'i32',
  stripsPerTask: 'i32',
  stripsPerPlane: 'i32',
  stripRows: 'i32',
  height: 'i32',
  width: 'i32',
  padTop: 'i32',
  padLeft: 'i32',
  rowStride: 'i32',
  rowReach: 'i32',
  columns: 'i32',
  phaseBytes: 'i32',
  step: 'i32',
  rowBytes: 'i32',
  outHeight: 'i32',
  outWidth: 'i32',
} as const

type StripParams = typeof stripParams

/** Arguments of `stripParams`. `rowReach` is the number of input rows that one output row looks at. */
export function stripArgs(
  planes: number,
  [height, width]: readonly [WindowAxis, WindowAxis],
  strips: Strips,
): { readonly [N in keyof StripParams]: number } {
  return {
    strips: planes * strips.perPlane,
    stripsPerTask: strips.perTask,
    stripsPerPlane: strips.perPlane,
    stripRows: strips.rows,
    height: height.size,
    width: width.size,
    padTop: height.padBegin,
    padLeft: width.padBegin,
    rowStride: height.stride,
    rowReach: (height.kernel - 1) * height.dilation + 1,
    columns: strips.columns,
    phaseBytes: strips.phaseBytes,
    step: width.stride,
    rowBytes: strips.rowBytes,
    outHeight: height.output,
    outWidth: width.output,
  }
}

export interface Strip {
  /** Which plane of the output, counted over batch and channels. */
  readonly plane: Local<'i32'>
  /** Output rows from `first` up to `end`. */
  readonly first: Local<'i32'>
  readonly end: Local<'i32'>
}

/** `source` gives the address of the input plane that an output plane reads. */
export function emitStrips(
  k: KernelBuilder<StripParams>,
  fill: number,
  phases: Phases,
  source: (plane: Local<'i32'>) => Operand<'i32'>,
  body: (strip: Strip) => void,
): void {
  const { f, arg, task } = k
  const least = (a: Local<'i32'>, b: Local<'i32'>) => select(a, b, op('i32.lt_s', a, b))
  const strips = f.let(arg('strips'))
  const first = f.let(op('i32.mul', task, arg('stripsPerTask')))
  const last = f.let(op('i32.add', first, arg('stripsPerTask')))
  const end = f.let(least(last, strips))
  const strip = f.local('i32')
  f.for(strip, first, end, 1, () => {
    const plane = f.let(op('i32.div_u', strip, arg('stripsPerPlane')))
    const y = f.let(
      op('i32.mul', op('i32.sub', strip, op('i32.mul', plane, arg('stripsPerPlane'))), arg('stripRows')),
    )
    const outHeight = f.let(arg('outHeight'))
    const yEnd = f.let(op('i32.add', y, arg('stripRows')))
    f.set(yEnd, least(yEnd, outHeight))
    // The last strips of a plane may have nothing to do.
    f.if(op('i32.lt_s', y, yEnd), () => {
      const steps = op('i32.sub', op('i32.sub', yEnd, y), i32(1))
      emitPaddedRows(k.m, f, fill, phases, {
        dst: k.scratch,
        src: source(plane),
        top: op('i32.sub', op('i32.mul', y, arg('rowStride')), arg('padTop')),
        rows: op('i32.add', op('i32.mul', steps, arg('rowStride')), arg('rowReach')),
        height: arg('height'),
        width: arg('width'),
        left: arg('padLeft'),
        columns: arg('columns'),
        phaseBytes: arg('phaseBytes'),
        step: arg('step'),
      })
      body({ plane, first: y, end: yEnd })
    })
  })
}
