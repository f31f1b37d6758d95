import { float } from '../../ir/builder.ts'
import { definePass, type Guard, phases, refused } from '../define.ts'
import { closed, sameFloat } from '../guards.ts'
import { op } from '../pattern.ts'
import { tensorOfNumbers, tryScalar } from '../tensors.ts'
import { liesWithin, meanAxes, rootMeanSquared, standardized, tryFirstOfLast } from './statistics.ts'

/** The operators take their statistics in float32. */
const atMostFloat32: Guard = ({ dtype }) =>
  dtype('x') !== 'float64' || 'x must not be float64, whose digits would be lost'

export const layerNormalization = definePass({
  name: 'layer-normalization',
  priority: phases.fuse + 200,
  doc: '(x - mean) / √(variance + epsilon) over the last axes, with a factor and an offset if there are, becomes LayerNormalization.',
  pattern: [
    op('Add', [op('Mul', [standardized, 'scale']), 'bias']),
    op('Mul', [standardized, 'scale']),
    ...('options' in standardized ? standardized.options.filter((one) => one.kind === 'node') : []),
  ],
  guards: [sameFloat('x', 'scale', 'bias'), atMostFloat32, closed],
  build: (match, emit) => {
    const { shape, tryValue, value, dtype, constant } = match
    const dims = shape('x')
    const first = dims && tryFirstOfLast(meanAxes(match), dims.length)
    if (!dims || first === undefined) return refused('the means must go over the last axes, and keep them')
    for (const name of ['scale', 'bias']) {
      if (tryValue(name) !== undefined && !liesWithin(shape(name), dims, first)) {
        return refused(`"${value(name)}" must differ along the normalised axes only`)
      }
    }
    const sizes = dims.slice(first)
    const numbers = sizes.filter((size) => typeof size === 'number')
    if (tryValue('scale') === undefined && numbers.length !== sizes.length)
      return refused('the normalised sizes must be known')
    const ones = () => {
      const count = numbers.reduce((product, size) => product * size, 1)
      return emit.constant(tensorOfNumbers(dtype('x')!, numbers, new Float64Array(count).fill(1)))
    }
    const scale = tryValue('scale') ?? ones()
    const epsilon = float(tryScalar(constant('epsilon')) ?? 0)
    const axis = first - dims.length
    return emit.node('LayerNormalization', [value('x'), scale, tryValue('bias')], { axis, epsilon })
  },
})

export const rmsNormalization = definePass({
  name: 'rms-normalization',
  priority: phases.fuse + 210,
  doc: 'x / √(mean(x²) + epsilon) over the last axes times a factor becomes RMSNormalization.',
  pattern: op('Mul', [rootMeanSquared, 'scale']),
  guards: [sameFloat('x', 'scale'), atMostFloat32, closed],
  build: (match, emit) => {
    const { shape, value, constant } = match
    const dims = shape('x')
    const first = dims && tryFirstOfLast(meanAxes(match), dims.length)
    if (!dims || first === undefined) return refused('the mean must go over the last axes, and keep them')
    if (!liesWithin(shape('scale'), dims, first))
      return refused(`"${value('scale')}" must differ along the normalised axes only`)
    const epsilon = float(tryScalar(constant('epsilon')) ?? 0)
    return emit.node('RMSNormalization', [value('x'), value('scale')], { axis: first - dims.length, epsilon })
  },
})
