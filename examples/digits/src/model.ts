/** The network that names digits. */
import {
  conv2d,
  flatten,
  linear,
  type Module,
  maxPool2d,
  relu,
  sequential,
  type Tensor,
} from '@slipway/core/nn'

/** Images [N, 1, 28, 28] with pixels in [0, 1] to logits [N, 10]. */
export function digitsCnn(): Module<[image: Tensor], Tensor> {
  return sequential(
    conv2d(1, 12, 5),
    maxPool2d(2),
    relu,
    conv2d(12, 24, 3),
    maxPool2d(2),
    relu,
    flatten,
    linear(24 * 5 * 5, 64),
    relu,
    linear(64, 10),
  )
}

/** What is served: images to probabilities. */
export function probabilities(
  model: Module<[image: Tensor], Tensor>,
): (given: { image: Tensor }) => { probabilities: Tensor } {
  return ({ image }) => ({ probabilities: model(image).softmax(1) })
}
