/** Two classifiers of MNIST's digits. */
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

type Classifier = Module<[x: Tensor], Tensor>

/** Two hidden layers. */
export function digitsPerceptron(): Classifier {
  return sequential(flatten, linear(784, 256), relu, linear(256, 128), relu, linear(128, 10))
}

/** Two convolutions and two dense layers, 111,386 parameters. */
export function digitsCnn(): Classifier {
  return sequential(
    conv2d(1, 24, 5),
    maxPool2d(2),
    relu,
    conv2d(24, 32, 3),
    maxPool2d(2),
    relu,
    flatten,
    linear(800, 128),
    relu,
    linear(128, 10),
  )
}
