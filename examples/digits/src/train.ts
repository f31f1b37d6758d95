/** Trains the network, and says how often it is right on digits it has not seen. */
import { type Tensor as HostTensor, tensor as hostTensor } from '@slipway/core'
import {
  accuracy,
  adam,
  type Callback,
  crossEntropy,
  type FitResult,
  fit,
  fromTensors,
  type Module,
  oneCycle,
  type Tensor,
} from '@slipway/core/nn'
import { type Digit, loadDigits } from './data.ts'
import { digitsCnn } from './model.ts'

export interface Trained extends Pick<FitResult, 'history'> {
  readonly model: Module<[image: Tensor], Tensor>
  readonly trainCount: number
  readonly testCount: number
  /** Share of the test digits that are named rightly. */
  readonly testAccuracy: number
  /** One of the test digits. */
  readonly example: Digit
}

export interface TrainOptions {
  readonly epochs?: number
  readonly callbacks?: readonly Callback[]
}

const batchSize = 64

export async function train({ epochs = 6, callbacks = [] }: TrainOptions = {}): Promise<Trained> {
  const digits = loadDigits()
  const model = digitsCnn().initialize(0)
  const data = fromTensors(tensorsOf(digits.train)).shuffle({ seed: 0 }).batch(batchSize, { last: 'drop' })
  const learningRate = oneCycle({ peak: 4e-3, steps: epochs * data.size! })
  const { history } = await fit({
    model,
    optimizer: adam(model.parameters(), { learningRate }),
    loss: ({ image, label, mask }) => {
      const logits = model(image)
      const weights = mask && { weights: mask }
      return { loss: crossEntropy(logits, label, weights), accuracy: accuracy(logits, label, weights) }
    },
    data,
    validation: fromTensors(tensorsOf(digits.test)).batch(500),
    epochs,
    callbacks,
  })
  return {
    model,
    history,
    trainCount: digits.train.length,
    testCount: digits.test.length,
    testAccuracy: history.at(-1)!['val_accuracy']!,
    example: digits.test[Math.floor(digits.test.length * 0.75)]!,
  }
}

export function tensorsOf(digits: readonly Digit[]): {
  readonly image: HostTensor
  readonly label: HostTensor
} {
  const pixels = new Float32Array(digits.length * 784)
  digits.forEach((digit, i) => pixels.set(digit.pixels, i * 784))
  return {
    image: hostTensor('float32', [digits.length, 1, 28, 28], pixels),
    label: hostTensor(
      'int64',
      [digits.length],
      BigInt64Array.from(digits, ({ label }) => BigInt(label)),
    ),
  }
}
