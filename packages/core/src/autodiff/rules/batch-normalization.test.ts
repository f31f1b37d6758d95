import { float } from '../../ir/builder.ts'
import { batchNormalization } from '../../ops/batch-normalization.ts'
import { batchNormalizationGrad } from '../../ops/slipway/batch-normalization-grad.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'

const inputs = (shape: readonly number[]) => {
  const channels = [shape[1] ?? 1]
  return {
    X: spread(shape),
    scale: spread(channels, { low: 0.5 }),
    B: spread(channels),
    input_mean: spread(channels, { low: -0.3, high: 0.2 }),
    input_var: spread(channels, { low: 0.5, high: 2 }),
  }
}
const train = { training_mode: 1 }

gradTest(batchNormalization, [
  { name: 'by given statistics', inputs: inputs([2, 3, 5]) },
  { name: 'by given statistics of rows', inputs: inputs([4, 5]), attrs: { epsilon: 0.1 } },
  { name: 'by given statistics of one channel', inputs: inputs([7]) },
  { name: 'by the statistics of the batch', inputs: inputs([2, 3, 5]), attrs: train },
  { name: 'of rows', inputs: inputs([7, 5]), attrs: train },
  { name: 'of one channel', inputs: inputs([7]), attrs: train },
  {
    name: 'of images, with another epsilon',
    inputs: inputs([2, 5, 3, 3]),
    attrs: { ...train, epsilon: 0.1 },
  },
  { name: 'with running statistics', inputs: inputs([3, 2, 5]), attrs: train, outputs: 3 },
  {
    name: 'with the statistics of the batch as outputs',
    inputs: inputs([3, 5, 2]),
    attrs: { ...train, momentum: float(0) },
    outputs: 3,
  },
])
gradTest(batchNormalizationGrad, [
  {
    name: 'planes',
    inputs: {
      X: spread([2, 3, 4]),
      scale: spread([3], { low: 0.5 }),
      dY: spread([2, 3, 4]),
      mean: spread([3], { low: -0.2, high: 0.3 }),
      variance: spread([3], { low: 0.5, high: 2 }),
    },
    outputs: 3,
  },
])
