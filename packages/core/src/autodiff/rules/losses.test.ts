import type { Tensor } from '../../base/tensor.ts'
import { negativeLogLikelihoodLoss } from '../../ops/negative-log-likelihood-loss.ts'
import { softmaxCrossEntropyLoss } from '../../ops/softmax-cross-entropy-loss.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'
import { i32, i64 } from '../../testing/literals.ts'

const labels = i64([2, 0, 2, 4, 1, 2, 4])
const planes = i32([
  [1, 0, -100],
  [2, 2, 1],
])
const weights = spread([5], { low: 0.2, high: 1.1 })

const variants = (['none', 'mean', 'sum'] as const).flatMap((reduction) => [
  { name: `${reduction}`, scores: spread([7, 5]), labels, attrs: { reduction } },
  { name: `${reduction}, weighted`, scores: spread([7, 5]), labels, weights, attrs: { reduction } },
  {
    name: `${reduction}, weighted, a class ignored`,
    scores: spread([7, 5]),
    labels,
    weights,
    attrs: { reduction, ignore_index: 2 },
  },
  {
    name: `${reduction}, more axes, a label ignored that is no class`,
    scores: spread([2, 3, 3]),
    labels: planes,
    attrs: { reduction, ignore_index: -100 },
  },
])

interface Variant {
  readonly name: string
  readonly scores: Tensor
  readonly labels: Tensor
  readonly weights?: Tensor
  readonly attrs: { readonly reduction: string; readonly ignore_index?: number }
}

gradTest(
  negativeLogLikelihoodLoss,
  variants.map(({ name, attrs, scores, labels: target, weights: weight }: Variant) => ({
    name,
    attrs,
    inputs: { input: scores, target, weight },
  })),
)
gradTest(
  softmaxCrossEntropyLoss,
  variants.flatMap(({ name, attrs, ...inputs }: Variant) => [
    { name, attrs, inputs },
    { name: `${name}, with the logarithms`, attrs, inputs, outputs: 2 },
  ]),
)
