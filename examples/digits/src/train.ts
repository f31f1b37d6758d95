/** Trains the network, and says how often it is right on digits it has not seen. */
import { type Tensor as HostTensor, tensor as hostTensor } from '@slipway/core'
import {
  accuracy,
  adam,
  compile,
  crossEntropy,
  fromTensors,
  type Module,
  oneCycle,
  type Tensor,
} from '@slipway/core/nn'
import { type Digit, loadDigits } from './data.ts'
import { digitsCnn } from './model.ts'

export interface Trained {
  readonly model: Module<[image: Tensor], Tensor>
  readonly trainCount: number
  readonly testCount: number
  /** Share of the test digits that are named rightly. */
  readonly testAccuracy: number
  /** One of the test digits. */
  readonly example: Digit
}

export interface Progress {
  readonly step: number
  readonly steps: number
  readonly loss: number
}

export interface TrainOptions {
  readonly epochs?: number
  readonly onProgress?: (progress: Progress) => void
}

const batchSize = 64

export async function train({ epochs = 6, onProgress }: TrainOptions = {}): Promise<Trained> {
  const digits = loadDigits()
  const model = digitsCnn().initialize(0)
  const batches = fromTensors(tensorsOf(digits.train)).shuffle({ seed: 0 }).batch(batchSize, { last: 'drop' })
  const steps = epochs * batches.size!
  const optimizer = adam(model.parameters(), { learningRate: oneCycle({ peak: 4e-3, steps }) })
  const learn = compile(({ image, label }: { image: Tensor; label: Tensor }) => {
    const loss = crossEntropy(model(image), label)
    optimizer.step(loss)
    return loss
  })
  let step = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const { image, label } of batches.pass({ epoch })) {
      const loss = await learn({ image, label })
      step += 1
      onProgress?.({ step, steps, loss: loss.item() })
    }
  }
  await learn.dispose()
  return {
    model,
    trainCount: digits.train.length,
    testCount: digits.test.length,
    testAccuracy: await accuracyOn(model, digits.test),
    example: digits.test[Math.floor(digits.test.length * 0.75)]!,
  }
}

async function accuracyOn(model: Module<[image: Tensor], Tensor>, digits: readonly Digit[]): Promise<number> {
  const check = compile(({ image, label, mask }: { image: Tensor; label: Tensor; mask: Tensor }) =>
    accuracy(model(image), label, { weights: mask }).mul(mask.sum()),
  )
  let right = 0
  for await (const { image, label, mask } of fromTensors(tensorsOf(digits)).batch(500)) {
    right += (await check({ image, label, mask: mask! })).item()
  }
  await check.dispose()
  return right / digits.length
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
