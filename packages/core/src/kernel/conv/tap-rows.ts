/**
 * What the taps of a window see, as rows: for every tap the elements that it meets at all outputs of a block, one
 * behind the other.
 */
import { i32, type Local, load, type Operand, op } from '../../wasm/index.ts'
import type { KernelBuilder, ParamSpec } from '../kernel.ts'
import { kernelPart } from '../spatial/kernel-function.ts'
import { emitPaddedRows, type Phases } from '../spatial/padded-rows.ts'

export const tapParams = {
  /** Sizes of the image, and of its window, for each axis. */
  inDepth: 'i32',
  inHeight: 'i32',
  inWidth: 'i32',
  kernelDepth: 'i32',
  kernelHeight: 'i32',
  kernelWidth: 'i32',
  strideDepth: 'i32',
  strideHeight: 'i32',
  strideWidth: 'i32',
  dilationDepth: 'i32',
  dilationHeight: 'i32',
  padDepth: 'i32',
  padHeight: 'i32',
  padWidth: 'i32',
  /** Columns that a window reaches beyond its first one, and bytes of one phase of a padded row. */
  reachWidth: 'i32',
  phaseBytes: 'i32',
  /** For every column of the window, where it begins in a row, in bytes. */
  columnTaps: 'in',
} as const satisfies ParamSpec

export type TapBuilder = KernelBuilder<typeof tapParams>

/** Outputs of one plane whose windows are looked at. */
export interface OutputBlock {
  readonly depth: Local<'i32'>
  readonly row: Local<'i32'>
  readonly column: Local<'i32'>
  readonly rows: Local<'i32'>
  readonly columns: Local<'i32'>
}

export interface TapRows {
  /** The image's channels, one behind the other. */
  readonly image: Local<'i32'>
  readonly channels: Operand<'i32'>
  /** Where the first tap's row begins, and bytes from tap to tap; up to three floats behind a row may be written. */
  readonly to: Local<'i32'>
  readonly pitch: number
  readonly block: OutputBlock
  /** Room for the padded rows of a channel. */
  readonly room: Local<'i32'>
}

export type CopyTaps = (rows: TapRows) => void

const plus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.add', a, b)
const minus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.sub', a, b)
const times = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.mul', a, b)
const bytes = (count: Operand<'i32'>) => op('i32.shl', count, i32(2))

/**
 * Emits the copies; gives what emits them for a block, so that the code is there once. `inside`: no window reaches
 * beyond the image and columns are one apart, so that rows are read where they are.
 */
export function tapRowsOf(k: TapBuilder, phases: Phases | 'inside'): CopyTaps {
  const copy = kernelPart(
    k,
    'tapRows',
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    (inner, from, to, rowBytes, rows, columns, stepBytes, pitch) =>
      copyTaps(inner, { from, to, rowBytes, rows, columns, stepBytes, pitch }),
  )
  return ({ image, channels, to, pitch, block, room }) => {
    const { f, m, arg } = k
    const rowBytes = f.let(bytes(phases === 'inside' ? arg('inWidth') : i32(0)))
    const planeBytes = f.let(bytes(times(arg('inHeight'), arg('inWidth'))))
    if (phases !== 'inside') f.set(rowBytes, times(arg('phaseBytes'), arg('strideWidth')))
    const top = f.let(minus(times(block.row, arg('strideHeight')), arg('padHeight')))
    const left = f.let(minus(times(block.column, arg('strideWidth')), arg('padWidth')))
    const firstLayer = f.let(minus(times(block.depth, arg('strideDepth')), arg('padDepth')))
    const tapBytes = f.let(times(times(arg('kernelHeight'), arg('kernelWidth')), i32(pitch)))
    const [channel, layer, from, height] = [f.let(image), f.local('i32'), f.local('i32'), f.local('i32')]
    f.repeat(channels, () => {
      f.set(layer, firstLayer)
      f.repeat(arg('kernelDepth'), () => {
        const plane = f.let(plus(channel, times(layer, planeBytes)))
        if (phases === 'inside') f.set(from, plus(plane, bytes(plus(times(top, arg('inWidth')), left))))
        else {
          f.set(from, room)
          // A layer beyond the image has no rows: all of it is padding.
          f.set(height, times(arg('inHeight'), op('i32.lt_u', layer, arg('inDepth'))))
          emitPaddedRows(m, f, 0, phases, {
            dst: room,
            src: plane,
            top,
            rows: plus(
              times(minus(block.rows, i32(1)), arg('strideHeight')),
              plus(times(minus(arg('kernelHeight'), i32(1)), arg('dilationHeight')), i32(1)),
            ),
            height,
            width: arg('inWidth'),
            left: minus(i32(0), left),
            columns: plus(
              times(minus(block.columns, i32(1)), arg('strideWidth')),
              plus(arg('reachWidth'), i32(1)),
            ),
            phaseBytes: arg('phaseBytes'),
            step: arg('strideWidth'),
          })
        }
        copy(from, to, rowBytes, block.rows, block.columns, times(rowBytes, arg('strideHeight')), i32(pitch))
        f.add(to, tapBytes)
        f.add(layer, arg('dilationDepth'))
      })
      f.add(channel, times(planeBytes, arg('inDepth')))
    })
  }
}

interface Copies {
  /** The first tap's first element. */
  readonly from: Local<'i32'>
  readonly to: Local<'i32'>
  readonly rowBytes: Local<'i32'>
  readonly rows: Local<'i32'>
  readonly columns: Local<'i32'>
  /** From output row to output row. */
  readonly stepBytes: Local<'i32'>
  readonly pitch: Local<'i32'>
}

/** The rows of all taps of one plane; the last store of every line may run over into the next, which is written later. */
function copyTaps({ f, arg }: TapBuilder, c: Copies): void {
  const vectors = f.let(op('i32.shr_u', plus(c.columns, i32(3)), i32(2)))
  const lineBytes = f.let(bytes(c.columns))
  const tapStep = f.let(times(c.rowBytes, arg('dilationHeight')))
  const [table, source, target, line] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')]
  const [at, to] = [f.local('i32'), f.local('i32')]
  f.repeat(arg('kernelHeight'), () => {
    f.set(table, arg('columnTaps'))
    f.repeat(arg('kernelWidth'), () => {
      f.set(source, plus(c.from, load('i32.load', table)))
      f.set(target, c.to)
      f.set(line, source)
      f.repeat(c.rows, () => {
        f.set(at, line)
        f.set(to, target)
        f.repeat(vectors, () => {
          f.store('v128.store', to, load('v128.load', at))
          f.add(at, 16)
          f.add(to, 16)
        })
        f.add(line, c.stepBytes)
        f.add(target, lineBytes)
      })
      f.add(table, 4)
      f.add(c.to, c.pitch)
    })
    f.add(c.from, tapStep)
  })
}
