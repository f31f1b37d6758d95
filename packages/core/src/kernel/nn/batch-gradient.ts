/**
 * The gradient of standardising channels by the statistics of the batch. With d = x - mean, r = 1 / deviation, and n
 * elements in a channel: dB = Σ g, dscale = r Σ g d, dx = scale r (g - dB / n - d r dscale / n).
 */
import { f64, op } from '../../wasm/index.ts'
import { defineKernel, type Kernel, type KernelBuilder } from '../kernel.ts'
import { multiplySubtract } from '../spatial/multiply-add.ts'
import { type Target, targetKey } from '../target.ts'
import {
  both,
  type ChannelUnit,
  channelParams,
  narrow,
  ofChannels,
  overElements,
  type Pair,
  storeChannels,
  sumsOver,
  widen,
} from './channel-walk.ts'
import { overTask, plus, storeSome, vector } from './vectors.ts'

const params = {
  x: 'in',
  scale: 'in',
  gradient: 'in',
  mean: 'in',
  variance: 'in',
  dx: 'out',
  dscale: 'out',
  db: 'out',
  epsilon: 'f32',
  ...channelParams,
} as const

/** Sums in doubles, then the elements. */
export function batchGradient(target: Target, byRow: boolean): Kernel<typeof params> {
  return defineKernel({
    key: `batch-gradient${byRow ? '-rows' : ''}-${targetKey(target)}`,
    params,
    emit(k) {
      const { f, arg, task } = k
      const count = f.let(
        op('f64x2.splat', op('f64.convert_i32_u', op('i32.mul', arg('batch'), arg('inner')))),
      )
      const epsilon = f.let(op('f64x2.splat', op('f64.promote_f32', arg('epsilon'))))
      const one = f.let(op('f64x2.splat', f64(1)))
      overTask(f, task, arg('unitsPerTask'), arg('units'), (unit) => {
        const u = { k, byRow, unit }
        const mean = ofChannels(u, arg('mean'))
        const means = widen(f, mean)
        const [sum, along] = sumsOver(u, [arg('gradient'), arg('x')], 2, ([g, x], half) => [
          g!,
          op('f64x2.mul', g!, op('f64x2.sub', x!, means[half])),
        ])
        const varied = both(f, 'f64x2.add', widen(f, ofChannels(u, arg('variance'))), epsilon)
        const root = both(f, 'f64x2.div', one, [op('f64x2.sqrt', varied[0]), op('f64x2.sqrt', varied[1])])
        const dscale = both(f, 'f64x2.mul', along!, root)
        storeChannels(u, arg('db'), sum!)
        storeChannels(u, arg('dscale'), dscale)
        const slope = both(f, 'f64x2.div', both(f, 'f64x2.mul', dscale, root), count)
        storeElements(k, u, {
          mean,
          gain: both(f, 'f64x2.mul', widen(f, ofChannels(u, arg('scale'))), root),
          shift: both(f, 'f64x2.div', sum!, count),
          slope,
        })
      })
    },
  })
}

interface Coefficients {
  readonly mean: ReturnType<typeof ofChannels>
  readonly gain: Pair
  readonly shift: Pair
  readonly slope: Pair
}

/** gain (g - shift - slope (x - mean)) */
function storeElements(
  { f, arg, target }: KernelBuilder<typeof params>,
  u: ChannelUnit,
  { mean, ...pairs }: Coefficients,
): void {
  const [gain, shift, slope] = [narrow(f, pairs.gain), narrow(f, pairs.shift), narrow(f, pairs.slope)]
  const [x, gradient, dx] = [f.let(arg('x')), f.let(arg('gradient')), f.let(arg('dx'))]
  overElements(u, (offset, left) => {
    const deviation = op('f32x4.sub', vector(plus(x, offset)), mean)
    const centred = op('f32x4.sub', vector(plus(gradient, offset)), shift)
    const rest = multiplySubtract(target, deviation, slope, centred)
    storeSome(f, plus(dx, offset), op('f32x4.mul', gain, rest), left)
  })
}
