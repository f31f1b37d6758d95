/** The gradient of BatchNormalization, whose statistics are given or those of the batch. */
import { batchNormalization } from '../../ops/batch-normalization.ts'
import type { TypedBuilder } from '../../ops/typed-builder.ts'
import type { Maths } from '../maths.ts'
import { defineGradient } from '../rule.ts'

interface Names {
  readonly X: string
  readonly scale: string
  readonly B: string
  readonly input_mean: string
  readonly input_var: string
}

/** What belongs to channels, axis 1; a tensor of rank 1 is one channel. */
interface Channels {
  /** A vector with a number per channel, against the input. */
  spread(x: string): string
  /** Sums over all but the channels, as such a vector. */
  total(x: string): string
  average(x: string): string
  /** Each number of such a vector divided by how many elements a channel has, against the input. */
  share(x: string): string
}

function channelsOf(b: TypedBuilder, m: Maths, x: string): Channels {
  const shape = b.shape(x)
  const axes = [...shape.keys()].filter((axis) => axis !== 1)
  const flat = (one: string) => m.reshape(one, [-1])
  const spread = (one: string) => m.reshape(m.castLike(one, x), [-1, ...shape.slice(2).map(() => 1)])
  const total = (one: string) => flat(m.sum(one, axes))
  const sizes = axes.map((axis) => shape[axis]!)
  const count = sizes.every((size) => typeof size === 'number')
    ? sizes.reduce((product, size) => product * size, 1)
    : undefined
  return {
    spread,
    total,
    average: (one) => flat(m.mean(one, axes)),
    share: (one) => m.div(spread(one), count ?? spread(total(m.fullLike(x, 1)))),
  }
}

export const batchNormalizationGradient = defineGradient(
  batchNormalization,
  ({ b, m, inputs, outputs, gradients, attrs }) => {
    const channels = channelsOf(b, m, inputs.X)
    if (attrs.training_mode === 0) {
      return gradients.Y === undefined ? {} : inferring(m, channels, inputs, gradients.Y, attrs.epsilon)
    }
    const { momentum, epsilon } = attrs
    const batch = batchMoments(m, channels, inputs.X, momentum === 0 ? outputs : {})
    const { Y, running_mean: mean, running_var: variance } = gradients
    const fromY = Y === undefined ? undefined : training(b, m, inputs, { Y, ...batch, epsilon })
    const fromStatistics = throughStatistics(m, channels, inputs.X, { mean, variance, momentum, batch })
    const parts = [fromY?.dX, ...fromStatistics].filter((part) => part !== undefined)
    return {
      X: parts.length === 0 ? undefined : parts.reduce((sum, part) => m.add(sum, part)),
      scale: fromY && m.castLike(fromY.dscale, inputs.scale),
      B: fromY && m.castLike(fromY.dB, inputs.B),
      input_mean: mean && m.mul(mean, momentum),
      input_var: variance && m.mul(variance, momentum),
    }
  },
)

/** y = (x - mean) r scale + B with r = 1 / √(variance + ε); dr / dvariance = -r³ / 2. */
function inferring(m: Maths, { spread, total }: Channels, inputs: Names, g: string, epsilon: number) {
  const { X, scale, B, input_mean, input_var } = inputs
  const inverse = m.reciprocal(m.sqrt(m.add(m.castLike(input_var, X), epsilon)))
  const gain = m.mul(m.castLike(scale, X), inverse)
  const sum = total(g)
  const along = total(m.mul(g, m.sub(X, spread(input_mean))))
  return {
    X: m.mul(g, spread(gain)),
    scale: m.castLike(m.mul(along, inverse), scale),
    B: m.castLike(sum, B),
    input_mean: m.castLike(m.neg(m.mul(sum, gain)), input_mean),
    input_var: m.castLike(m.mul(m.mul(along, m.mul(gain, m.mul(inverse, inverse))), -0.5), input_var),
  }
}

interface Moments {
  readonly mean: string
  readonly variance: string
}

/** With the momentum 0 they are what the operator gives. */
function batchMoments(
  m: Maths,
  { spread, average }: Channels,
  x: string,
  given: { readonly running_mean?: string | undefined; readonly running_var?: string | undefined },
): Moments {
  const mean = given.running_mean ?? average(x)
  const variance = () => {
    const deviation = m.sub(x, spread(mean))
    return average(m.mul(deviation, deviation))
  }
  return { mean, variance: given.running_var ?? variance() }
}

function training(
  b: TypedBuilder,
  m: Maths,
  { X, scale }: Names,
  { Y, mean, variance, epsilon }: Moments & { readonly Y: string; readonly epsilon: number },
) {
  const [dX, dscale, dB] = b.nodes(
    'BatchNormalizationGrad',
    [X, m.castLike(scale, X), Y, m.castLike(mean, X), m.castLike(variance, X)],
    { epsilon: { kind: 'float', value: epsilon } },
    { domain: 'ai.slipway', outputs: 3 },
  ) as [string, string, string] // as many as asked for
  return { dX, dscale, dB }
}

interface RunningGradients {
  readonly mean: string | undefined
  readonly variance: string | undefined
  readonly momentum: number
  readonly batch: Moments
}

/** New statistics = old · momentum + (1 - momentum) · those of the batch; dmean / dx = 1 / n, dvariance / dx = 2 (x - mean) / n. */
function throughStatistics(
  m: Maths,
  { spread, share }: Channels,
  x: string,
  { mean, variance, momentum, batch }: RunningGradients,
): readonly string[] {
  const part = (g: string, factor: number) => m.mul(share(g), factor * (1 - momentum))
  const deviation = () => m.sub(x, spread(batch.mean))
  return [
    ...(mean === undefined ? [] : [m.expandLike(part(mean, 1), x)]),
    ...(variance === undefined ? [] : [m.mul(part(variance, 2), deviation())]),
  ]
}
