import { float } from '../../ir/builder.ts'
import { numberOf } from '../attributes.ts'
import { definePass, phases, refused } from '../define.ts'
import { closed, constants, sameFloat } from '../guards.ts'
import { constant, op } from '../pattern.ts'
import { sameShape, tensorOfNumbers, tryAlongAxis, tryIntegers, tryNumbers, tryScalar } from '../tensors.ts'
import { meanAxes, standardized } from './statistics.ts'

export const instanceNormalization = definePass({
  name: 'instance-normalization',
  priority: phases.fuse + 190,
  doc: '(x - mean) / √(variance + epsilon) over all spatial axes, with a factor and an offset per channel, becomes InstanceNormalization.',
  pattern: op('Add', [op('Mul', [standardized, constant('scale')]), constant('bias')]),
  guards: [sameFloat('x', 'scale', 'bias'), closed],
  build: (match, emit) => {
    const { shape, value, dtype, constant: of } = match
    const [dims, channels] = [shape('x'), shape('x')?.[1]]
    const axes = meanAxes(match)
    const isSpatial = dims && dims.length > 2 && axes?.length === dims.length - 2 && axes[0] === 2
    if (!isSpatial || typeof channels !== 'number')
      return refused('the means must go over all spatial axes, and keep them')
    const [scale, bias] = ['scale', 'bias'].map((name) => tryAlongAxis(of(name)!, dims.length, 1, channels))
    if (!scale || !bias) return refused('scale and bias must be one, or one per channel')
    const perChannel = (numbers: Float64Array) =>
      emit.constant(tensorOfNumbers(dtype('x')!, [channels], numbers))
    const epsilon = float(tryScalar(of('epsilon')) ?? 0)
    return emit.node('InstanceNormalization', [value('x'), perChannel(scale), perChannel(bias)], { epsilon })
  },
})

const groups = op('Reshape', ['x', constant('grouped')])
const instance = op('InstanceNormalization', [groups, constant('ones'), constant('zeros')], {
  as: 'instance',
})

/** Exporters without GroupNormalization normalise groups as the channels of a reshaped value. */
export const groupNormalization = definePass({
  name: 'group-normalization',
  priority: phases.fuse + 220,
  doc: 'InstanceNormalization over groups of channels, reshaped back and scaled per channel, becomes GroupNormalization.',
  pattern: op('Add', [op('Mul', [op('Reshape', [instance, 'shape']), constant('scale')]), constant('bias')]),
  guards: [sameFloat('x', 'scale', 'bias'), constants('grouped'), closed],
  build: ({ view, root, node, shape, value, dtype, constant: of }, emit) => {
    const [dims, channels] = [shape('x'), shape('x')?.[1]]
    const grouped = tryIntegers(of('grouped'))
    const count = grouped?.[1]
    if (
      !dims ||
      typeof channels !== 'number' ||
      grouped?.length !== 3 ||
      !count ||
      count < 1 ||
      channels % count !== 0
    ) {
      return refused('the groups must be [batch, groups, rest]')
    }
    const [batch, ...rest] = view.shape(node('instance').outputs[0]!) ?? []
    if (!sameShape([batch ?? 0], [dims[0]!]) || rest[0] !== count)
      return refused('the batch must stay as it is')
    if (!sameShape(view.shape(root.outputs[0]!), dims)) return refused('the shape must come back')
    const isPlain =
      tryNumbers(of('ones')!)?.every((x) => x === 1) && tryNumbers(of('zeros')!)?.every((x) => x === 0)
    if (!isPlain) return refused('the groups must not be scaled themselves')
    const [scale, bias] = ['scale', 'bias'].map((name) => tryAlongAxis(of(name)!, dims.length, 1, channels))
    if (!scale || !bias) return refused('scale and bias must be one, or one per channel')
    const perChannel = (numbers: Float64Array) =>
      emit.constant(tensorOfNumbers(dtype('x')!, [channels], numbers))
    return emit.node('GroupNormalization', [value('x'), perChannel(scale), perChannel(bias)], {
      num_groups: count,
      epsilon: float(numberOf(node('instance'), 'epsilon')),
    })
  },
})
