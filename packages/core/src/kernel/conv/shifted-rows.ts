/**
 * The rows of an image once for every column of a window, each copy as wide as the output: what one tap of the window
 * sees at all pixels of the block then lies side by side, and a matrix product reads it in place. Next to panels, which
 * hold a pixel once for every tap, this writes as many times less as the window has rows.
 */
import type { Local, Operand } from '../../wasm/index.ts'
import { i32, load, op } from '../../wasm/index.ts'
import type { PanelSource, SourceBlock } from '../gemm/gemm-kernel.ts'
import type { KernelBuilder, ParamSpec } from '../kernel.ts'
import { emitPaddedRows, type Phases } from '../spatial/padded-rows.ts'

const shiftedParams = {
  shiftedHeight: 'i32',
  shiftedWidth: 'i32',
  shiftedOutWidth: 'i32',
  shiftedPadTop: 'i32',
  shiftedPadLeft: 'i32',
  shiftedStride: 'i32',
  shiftedStep: 'i32',
  /** Taps of a window, and columns of it. */
  shiftedTaps: 'i32',
  shiftedKernelWidth: 'i32',
  /** The padded rows of a channel: where they lie behind the block, how many, and their columns. */
  shiftedRoom: 'i32',
  shiftedRows: 'i32',
  shiftedColumns: 'i32',
  shiftedPhaseBytes: 'i32',
  /** A copy holds so many groups of rows, `shiftedStride` apart, of so many rows; bytes of all. */
  shiftedGroups: 'i32',
  shiftedGroupRows: 'i32',
  shiftedCopyBytes: 'i32',
  /** For every column of the window, where it begins in a padded row. */
  shiftedOffsets: 'in',
  /** For every step of a block, its distance from the first one in bytes. */
  shiftedSteps: 'in',
} as const satisfies ParamSpec

type Builder = KernelBuilder<typeof shiftedParams>

/** Copies for windows whose columns split into `phases`; a block of them takes `blockBytes`. */
export function shiftedRows(phases: Phases, blockBytes: number): PanelSource {
  return {
    key: `shifted:${phases}`,
    params: shiftedParams,
    scratchBytes: 0,
    spread: { table: (k) => (k as Builder).arg('shiftedSteps'), blockBytes }, // its own parameters are among them
    emit: (k, block) => emitChannels(k as Builder, block, phases), // as above
  }
}

const plus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.add', a, b)
const times = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.mul', a, b)

function emitChannels(k: Builder, block: SourceBlock, phases: Phases): void {
  const { f, m, arg } = k
  const outRow = op('i32.div_u', block.column, arg('shiftedOutWidth'))
  const top = f.let(op('i32.sub', times(outRow, arg('shiftedStride')), arg('shiftedPadTop')))
  const planeBytes = f.let(op('i32.shl', times(arg('shiftedHeight'), arg('shiftedWidth')), i32(2)))
  const from = f.let(plus(block.from, times(op('i32.div_u', block.step, arg('shiftedTaps')), planeBytes)))
  const room = f.let(plus(block.to, arg('shiftedRoom')))
  const to = f.let(block.to)
  f.repeat(op('i32.div_u', block.depth, arg('shiftedTaps')), () => {
    emitPaddedRows(m, f, 0, phases, {
      dst: room,
      src: from,
      top,
      rows: arg('shiftedRows'),
      height: arg('shiftedHeight'),
      width: arg('shiftedWidth'),
      left: arg('shiftedPadLeft'),
      columns: arg('shiftedColumns'),
      phaseBytes: arg('shiftedPhaseBytes'),
      step: arg('shiftedStep'),
    })
    emitCopies(k, room, to)
    f.add(from, planeBytes)
  })
}

/** The copies of one channel; every row's last store may run over into the next row, which is written later. */
function emitCopies({ f, arg }: Builder, room: Local<'i32'>, to: Local<'i32'>): void {
  const offset = f.let(arg('shiftedOffsets'))
  const rowBytes = f.let(times(arg('shiftedPhaseBytes'), arg('shiftedStep')))
  const outBytes = f.let(op('i32.shl', arg('shiftedOutWidth'), i32(2)))
  const vectors = f.let(op('i32.shr_u', plus(outBytes, i32(15)), i32(4)))
  const [group, row, source, target] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')]
  const at = f.local('i32')
  const step = f.let(times(rowBytes, arg('shiftedStride')))
  f.repeat(arg('shiftedKernelWidth'), () => {
    f.set(group, plus(room, load('i32.load', offset)))
    f.set(row, to)
    f.repeat(arg('shiftedGroups'), () => {
      f.set(source, group)
      f.repeat(arg('shiftedGroupRows'), () => {
        f.set(at, source)
        f.set(target, row)
        f.repeat(vectors, () => {
          f.store('v128.store', target, load('v128.load', at))
          f.add(at, 16)
          f.add(target, 16)
        })
        f.add(source, step)
        f.add(row, outBytes)
      })
      f.add(group, rowBytes)
    })
    f.add(to, arg('shiftedCopyBytes'))
    f.add(offset, 4)
  })
}
