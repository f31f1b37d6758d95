/**
 * The windows of an image of up to three axes as panels of a matrix, pixel by pixel: any stride, any size. Slower than
 * `imagePanels`, for what does not fit there.
 */
import type { Local, Operand } from '../../wasm/index.ts'
import { i32, load, op, select } from '../../wasm/index.ts'
import type { PanelSource, SourceBlock } from '../gemm/gemm-kernel.ts'
import type { KernelBuilder, ParamSpec } from '../kernel.ts'

const axisNames = ['Depth', 'Height', 'Width'] as const
type Axis = (typeof axisNames)[number]
type AxisParam = 'Size' | 'Out' | 'Kernel' | 'Stride' | 'Dilation' | 'Pad'

/** Parameters of each axis, such as `volumeHeightStride`. */
export type VolumeParam = `volume${Axis}${AxisParam}`

const paramsOfAxis = ['Size', 'Out', 'Kernel', 'Stride', 'Dilation', 'Pad'] as const
export const volumeParams = Object.fromEntries(
  axisNames.flatMap((axis) => paramsOfAxis.map((name) => [`volume${axis}${name}`, 'i32'])),
) as Readonly<Record<VolumeParam, 'i32'>> // just these names

type Builder = KernelBuilder<typeof volumeParams>

/** Panels of windows with so many taps. */
export function volumePanels(taps: number, vectors: number): PanelSource {
  return {
    key: 'volume',
    params: volumeParams satisfies ParamSpec,
    scratchBytes: 8 * taps * 4 * vectors,
    emit: (k, block) => emitPanels(k as Builder, block), // its own parameters are among them
  }
}

const plus = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.add', a, b)
const times = (a: Operand<'i32'>, b: Operand<'i32'>) => op('i32.mul', a, b)

function emitPanels(k: Builder, block: SourceBlock): void {
  const { f, arg } = k
  const taps = f.let(
    times(times(arg('volumeDepthKernel'), arg('volumeHeightKernel')), arg('volumeWidthKernel')),
  )
  const plane = times(times(arg('volumeDepthSize'), arg('volumeHeightSize')), arg('volumeWidthSize'))
  const planeBytes = f.let(op('i32.shl', plane, i32(2)))
  const from = f.let(plus(block.from, times(op('i32.div_u', block.step, taps), planeBytes)))
  const channels = f.let(op('i32.div_u', block.depth, taps))
  const to = f.let(block.to)
  const [at, lane, channel, record] = [f.local('i32'), f.local('i32'), f.local('i32'), f.local('i32')]
  f.for(at, 0, block.columns, block.width, () => {
    f.for(lane, 0, block.width, 1, () => emitRecords(k, block, plus(plus(block.column, at), lane), lane))
    f.set(channel, from)
    f.repeat(channels, () => {
      f.set(record, block.scratch)
      f.repeat(times(taps, i32(block.width)), () => {
        const value = load('i32.load', plus(channel, load('i32.load', record)))
        f.store('i32.store', to, op('i32.and', value, load('i32.load', record, 4)))
        f.add(record, 8)
        f.add(to, 4)
      })
      f.add(channel, planeBytes)
    })
  })
}

/** For each tap, the distance of a pixel from the start of a channel and a mask that is 0 outside of the image. */
function emitRecords(
  { f, arg }: Builder,
  block: SourceBlock,
  pixel: Operand<'i32'>,
  lane: Local<'i32'>,
): void {
  const rest = f.let(pixel)
  const first = new Map<Axis, Local<'i32'>>()
  for (const axis of [...axisNames].reverse()) {
    // Pixels behind the last one get an index that is too large along the first axis.
    const out = axis === 'Depth' ? f.let(rest) : f.let(op('i32.rem_u', rest, arg(`volume${axis}Out`)))
    if (axis !== 'Depth') f.set(rest, op('i32.div_u', rest, arg(`volume${axis}Out`)))
    first.set(axis, f.let(op('i32.sub', times(out, arg(`volume${axis}Stride`)), arg(`volume${axis}Pad`))))
  }
  const record = f.let(plus(block.scratch, op('i32.shl', lane, i32(3))))
  const walk = (axes: readonly Axis[], distance: Operand<'i32'>, isThere: Operand<'i32'>): void => {
    const [axis, ...inner] = axes
    if (!axis) {
      f.store('i32.store', record, select(op('i32.shl', distance, i32(2)), i32(0), isThere))
      f.store('i32.store', record, op('i32.sub', i32(0), isThere), 4)
      f.add(record, 8 * block.width)
      return
    }
    const at = f.let(first.get(axis)!)
    f.repeat(arg(`volume${axis}Kernel`), () => {
      const isInside = op('i32.lt_u', at, arg(`volume${axis}Size`))
      const next = f.let(plus(times(distance, arg(`volume${axis}Size`)), at))
      walk(inner, next, f.let(op('i32.and', isThere, isInside)))
      f.add(at, arg(`volume${axis}Dilation`))
    })
  }
  walk(axisNames, i32(0), i32(1))
}
