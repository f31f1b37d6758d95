/** Trains a classifier epoch by epoch, and counts what it gets right. */
import {
  accuracy,
  compile,
  crossEntropy,
  fromTensors,
  type Module,
  type Optimizer,
  type Tensor,
} from '@slipway/core/nn'
import type { Digits } from './mnist.ts'

export interface ClassifyOptions {
  readonly train: Digits
  readonly test: Digits
  readonly epochs: number
  readonly batchSize: number
  readonly seed: number
  readonly threads?: number
  readonly onEpoch?: (epoch: EpochReport) => void
}

export interface EpochReport {
  readonly epoch: number
  readonly loss: number
  readonly testAccuracy: number
  readonly seconds: number
  /** Median of the calls of the compiled step. */
  readonly stepMs: number
}

export async function classify(
  model: Module<[x: Tensor], Tensor>,
  optimizer: Optimizer,
  { train, test, epochs, batchSize, seed, threads = 1, onEpoch }: ClassifyOptions,
): Promise<readonly EpochReport[]> {
  const options = { modules: [model], threads, seed }
  const step = compile(({ x, y }: { x: Tensor; y: Tensor }) => {
    const loss = crossEntropy(model(x), y)
    optimizer.step(loss)
    return loss
  }, options)
  const check = compile(({ x, y, mask }: { x: Tensor; y: Tensor; mask: Tensor }) => {
    return accuracy(model(x), y, { weights: mask }).mul(mask.sum())
  }, options)
  const batches = fromTensors({ x: train.x, y: train.y }).shuffle({ seed }).batch(batchSize, { last: 'drop' })
  const reports: EpochReport[] = []
  for (let epoch = 0; epoch < epochs; epoch++) {
    const startedMs = performance.now()
    const stepsMs: number[] = []
    let loss = 0
    model.train()
    for await (const { x, y } of batches.pass({ epoch })) {
      const beganMs = performance.now()
      loss += (await step({ x, y })).item()
      stepsMs.push(performance.now() - beganMs)
    }
    const seconds = (performance.now() - startedMs) / 1000
    model.eval()
    let right = 0
    for await (const { x, y, mask } of fromTensors({ x: test.x, y: test.y }).batch(500)) {
      right += (await check({ x, y, mask: mask! })).item()
    }
    stepsMs.sort((a, b) => a - b)
    const report = {
      epoch: epoch + 1,
      loss: loss / stepsMs.length,
      testAccuracy: right / test.y.shape[0]!,
      seconds,
      stepMs: stepsMs[stepsMs.length >> 1]!,
    }
    reports.push(report)
    onEpoch?.(report)
  }
  await step.dispose()
  await check.dispose()
  return reports
}
