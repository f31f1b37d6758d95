/** Means and variances of the channels of a batch, and the running statistics that they move. */
import { f64, op } from '../../wasm/index.ts'
import { defineKernel, type Kernel } from '../kernel.ts'
import { both, channelParams, ofChannels, storeChannels, sumsOver, widen } from './channel-walk.ts'
import { overTask, type V128 } from './vectors.ts'

const params = {
  x: 'in',
  mean: 'out',
  variance: 'out',
  oldMean: 'in',
  oldVariance: 'in',
  runningMean: 'out',
  runningVariance: 'out',
  momentum: 'f32',
  ...channelParams,
} as const

/** Two passes, so that a large mean does not swallow a small variance. */
export function batchStatistics(byRow: boolean, running: boolean): Kernel<typeof params> {
  return defineKernel({
    key: `batch-statistics${byRow ? '-rows' : ''}${running ? '-running' : ''}`,
    params,
    emit(k) {
      const { f, arg, task } = k
      const count = f.let(
        op('f64x2.splat', op('f64.convert_i32_u', op('i32.mul', arg('batch'), arg('inner')))),
      )
      const momentum = f.let(op('f64x2.splat', op('f64.promote_f32', arg('momentum'))))
      const fresh = f.let(op('f64x2.sub', op('f64x2.splat', f64(1)), momentum))
      overTask(f, task, arg('unitsPerTask'), arg('units'), (unit) => {
        const u = { k, byRow, unit }
        const [sum] = sumsOver(u, [arg('x')], 1, ([x]) => [x!])
        const mean = both(f, 'f64x2.div', sum!, count)
        const [squares] = sumsOver(u, [arg('x')], 1, ([x], half) => {
          const deviation = f.let(op('f64x2.sub', x!, mean[half]))
          return [op('f64x2.mul', deviation, deviation)]
        })
        const variance = both(f, 'f64x2.div', squares!, count)
        storeChannels(u, arg('mean'), mean)
        storeChannels(u, arg('variance'), variance)
        if (!running) return
        const blend = (old: V128, value: typeof mean) => {
          const kept = both(f, 'f64x2.mul', widen(f, f.let(old)), momentum)
          return both(f, 'f64x2.add', kept, both(f, 'f64x2.mul', value, fresh))
        }
        storeChannels(u, arg('runningMean'), blend(ofChannels(u, arg('oldMean')), mean))
        storeChannels(u, arg('runningVariance'), blend(ofChannels(u, arg('oldVariance')), variance))
      })
    },
  })
}
