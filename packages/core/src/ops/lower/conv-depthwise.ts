/**
 * Depthwise convolution: every output plane comes from one input plane. Vectors run along the width; the padded strip
 * in scratch has no borders. 3×3 windows keep their weights in registers; others walk over a table of taps.
 */
import { epiloguePass } from '../../kernel/epilogue-pass.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../../kernel/kernel.ts'
import type { BoundEpilogue, LowerContext, Refusal } from '../../kernel/lower.ts'
import { type Phases, phasesOf } from '../../kernel/spatial/padded-rows.ts'
import { targetKey } from '../../kernel/target.ts'
import { f32x4, i32, type Local, load, op } from '../../wasm/index.ts'
import type { WindowAxis } from '../shared/window.ts'
import type { ConvProblem, ConvStrategy } from './conv-problem.ts'
import { emitTaps } from './depthwise-taps.ts'
import { emitThreeByThree } from './depthwise-three.ts'
import { emitEpilogueRow, type RowPlace } from './epilogue-row.ts'
import { planeAxes, planeEpilogue } from './plane-axes.ts'
import { emitStrips, stripArgs, stripParams } from './strip-loop.ts'
import { stripsOf, tapOffsets } from './strips.ts'

export const depthwiseParams = {
  x: 'in',
  w: 'in',
  b: 'in',
  y: 'out',
  taps: 'in',
  tapCount: 'i32',
  maps: 'i32',
  multiplier: 'i32',
  inputPlane: 'i32',
  tapRowBytes: 'i32',
  ...stripParams,
} as const

/** What the loops over rows need of the strip that they are in. */
export interface DepthwiseStrip {
  readonly place: RowPlace
  /** Address of the plane's weights. */
  readonly weights: Local<'i32'>
  /** Four times the bias. */
  readonly bias: Local<'v128'>
  readonly first: Local<'i32'>
  readonly end: Local<'i32'>
}

/** Many maps of one channel are a matrix product, which reads the channel once for all of them. */
const mostMultiplier = 8

export type DepthwiseBuilder = KernelBuilder<typeof depthwiseParams>

/** Groups of single channels, over one or two axes. */
export const depthwiseConvolution: ConvStrategy = {
  fits: ({ X, axes, group }) => group === X.shape[1] && axes.length <= 2,
  lower: lowerDepthwise,
}

function lowerDepthwise(problem: ConvProblem, context: LowerContext): Refusal {
  const { X, W, B, Y, group } = problem
  const axes = planeAxes(problem.axes)
  if (W.shape[0]! > mostMultiplier * group) return 'many maps of one channel'
  if (!axes) return 'more than two spatial axes'
  const epilogue = planeEpilogue(context, Y.shape, axes)
  if (!epilogue) return 'an epilogue that does not lie along the output'
  const planes = Y.shape[0]! * Y.shape[1]!
  const strips = stripsOf(planes, axes, context.threads)
  const [height, width] = axes
  const offsets = tapOffsets(axes, strips)
  context.call(
    depthwiseKernel(context, isThreeByThree(axes), phasesOf(width.stride), epilogue),
    {
      x: X.at,
      w: W.at,
      b: B?.at,
      y: Y.at,
      taps: context.table(new Uint8Array(offsets.buffer)),
      tapCount: offsets.length,
      maps: Y.shape[1]!,
      multiplier: Y.shape[1]! / group,
      inputPlane: height.size * width.size,
      tapRowBytes: height.dilation * strips.rowBytes,
      ...stripArgs(planes, axes, strips),
      ...epilogue.args,
    },
    strips.tasks,
    strips.scratchBytes,
  )
  return undefined
}

function isThreeByThree([height, width]: readonly [WindowAxis, WindowAxis]): boolean {
  return height.kernel === 3 && width.kernel === 3 && width.dilation === 1 && width.stride <= 2
}

function depthwiseKernel(
  { target }: LowerContext,
  three: boolean,
  phases: Phases,
  epilogue: BoundEpilogue,
): Kernel<typeof depthwiseParams> {
  return defineKernel({
    key: `depthwise:${three ? '3x3' : 'taps'}:${phases}:${targetKey(target)}:${epilogue.key}`,
    params: { ...depthwiseParams, ...epilogue.params },
    emit(k: DepthwiseBuilder) {
      const { f, arg } = k
      const pass = epiloguePass(k, epilogue, 4)
      const source = (plane: Local<'i32'>) => {
        const input = op('i32.div_u', plane, arg('multiplier'))
        return op('i32.add', arg('x'), op('i32.shl', op('i32.mul', input, arg('inputPlane')), i32(2)))
      }
      emitStrips(k, 0, phases, source, ({ plane, first, end }) => {
        const batch = f.let(op('i32.div_u', plane, arg('maps')))
        const map = f.let(op('i32.sub', plane, op('i32.mul', batch, arg('maps'))))
        const weights = f.let(
          op('i32.add', arg('w'), op('i32.shl', op('i32.mul', map, arg('tapCount')), i32(2))),
        )
        const bias = f.let(f32x4(0))
        f.if(arg('b'), () =>
          f.set(bias, load('v128.load32_splat', op('i32.add', arg('b'), op('i32.shl', map, i32(2))))),
        )
        const width = f.let(arg('outWidth'))
        const rows = op('i32.add', op('i32.mul', plane, arg('outHeight')), first)
        const out = f.let(op('i32.add', arg('y'), op('i32.shl', op('i32.mul', rows, width), i32(2))))
        const place = { batch, map, width, out }
        const strip = { place, weights, bias, first, end }
        const row = pass ? () => {} : (y: Local<'i32'>) => emitEpilogueRow(k, epilogue, place, y)
        const at = f.let(out)
        if (three) emitThreeByThree(k, phases === 1 ? 1 : 2, strip, row)
        else emitTaps(k, strip, row)
        pass?.({
          at,
          rowBytes: op('i32.shl', width, i32(2)),
          rows: op('i32.sub', end, first),
          columns: width,
          indices: [batch, map, first, i32(0)],
        })
      })
    },
  })
}
