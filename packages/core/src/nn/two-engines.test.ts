/** The same training on the compiled and on the reference engine. */
import { expect, it } from 'vitest'
import { tensor as hostTensor } from '../base/tensor.ts'
import type { Engine } from '../engine/engine.ts'
import { referenceEngine } from '../engine/reference-engine.ts'
import { wasmEngine } from '../engine/wasm-engine.ts'
import { randomStream } from '../ops/random.ts'
import { compile } from './compile.ts'
import { relu } from './layers/activations.ts'
import { conv2d } from './layers/conv.ts'
import { dropout } from './layers/dropout.ts'
import { linear } from './layers/linear.ts'
import { batchNorm } from './layers/normalization.ts'
import { globalAvgPool, maxPool2d } from './layers/pooling.ts'
import { residual, sequential } from './layers/sequential.ts'
import { crossEntropy } from './losses/losses.ts'
import { adam } from './optim/optimizers.ts'
import type { Tensor } from './tensor/tensor.ts'

/** The topology of a small residual network. */
function network() {
  const block = (from: number, to: number) => {
    const first = conv2d(from, to, 3, { stride: 2, padding: 1, bias: false })
    const inner = sequential(
      first,
      batchNorm(to),
      relu,
      conv2d(to, to, 3, { padding: 'same' }),
      batchNorm(to),
    )
    return sequential(residual(inner, conv2d(from, to, 1, { stride: 2 })), relu)
  }
  return sequential(
    conv2d(2, 4, 3, { padding: 1 }),
    maxPool2d(2),
    block(4, 6),
    block(6, 8),
    globalAvgPool,
    dropout(0.2),
    linear(8, 3),
  )
}

async function lossesOn(engine: Engine): Promise<number[]> {
  const model = network().initialize(5)
  const optimizer = adam(model.parameters(), { learningRate: 1e-2, clipNorm: 1 })
  const step = compile(
    ({ x, y }: { x: Tensor; y: Tensor }) => {
      const loss = crossEntropy(model(x), y)
      optimizer.step(loss)
      return loss
    },
    { engine, modules: [model], seed: 5 },
  )
  const random = randomStream(9)
  const losses: number[] = []
  for (let i = 0; i < 6; i++) {
    const x = hostTensor(
      'float32',
      [5, 2, 13, 11],
      new Float32Array(5 * 2 * 13 * 11).map(() => random.normal()),
    )
    const y = hostTensor(
      'int64',
      [5],
      BigInt64Array.from({ length: 5 }, (_, k) => BigInt(k % 3)),
    )
    losses.push((await step({ x, y })).item())
  }
  await step.dispose()
  return losses
}

it('gives the same losses, step by step, with convolutions, batch norm, dropout and Adam', async () => {
  const [compiled, reference] = [await lossesOn(wasmEngine), await lossesOn(referenceEngine)]
  reference.forEach((loss, i) => {
    expect(Math.abs(compiled[i]! - loss) / loss, `step ${i}: ${compiled[i]} and ${loss}`).toBeLessThan(1e-3)
  })
  expect(new Set(reference).size).toBe(reference.length)
})
