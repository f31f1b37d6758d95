/** The examples at small sizes, on data that the tests make. */
import { tensor as hostTensor, randomStream, wasmEngine } from '@slipway/core'
import { adam, toOnnx, zeros } from '@slipway/core/nn'
import { verifyModel } from '@slipway/core/verify'
import { describe, expect, it } from 'vitest'
import { encode, gpt, trainGpt } from './char-gpt.ts'
import { classify } from './classify.ts'
import {
  dLinear,
  inputLength,
  lstmForecaster,
  parts,
  readHours,
  repeatLast,
  score,
  tcnForecaster,
} from './etth1.ts'
import type { Digits } from './mnist.ts'
import { digitsCnn, digitsPerceptron } from './mnist-models.ts'

/** Squares in one of ten places, on noise. */
function squares(count: number, seed: number): Digits {
  const random = randomStream(seed)
  const x = new Float32Array(count * 784).map(() => random.normal() * 0.3)
  const labels = Array.from({ length: count }, () => Math.floor(random.uniform() * 10))
  labels.forEach((label, i) => {
    const [top, left] = [4 + 12 * (label % 2), 2 + 5 * (label >> 1)]
    for (let row = 0; row < 6; row++)
      x.fill(2, i * 784 + (top + row) * 28 + left, i * 784 + (top + row) * 28 + left + 4)
  })
  return {
    x: hostTensor('float32', [count, 1, 28, 28], x),
    y: hostTensor('int64', [count], BigInt64Array.from(labels, BigInt)),
  }
}

describe('classifiers of images', () => {
  it.each([
    ['perceptron', digitsPerceptron],
    ['network of convolutions', digitsCnn],
  ])('learn where squares are, and their files agree with the reference: %s', async (_, make) => {
    const model = make().initialize(1)
    const optimizer = adam(model.parameters(), { learningRate: 2e-3 })
    const data = { train: squares(640, 1), test: squares(200, 2) }
    const reports = await classify(model, optimizer, { ...data, epochs: 2, batchSize: 32, seed: 1 })
    expect(reports[1]!.testAccuracy).toBeGreaterThan(0.95)
    expect(reports[1]!.loss).toBeLessThan(reports[0]!.loss)
    const bytes = await toOnnx(model, [zeros([1, 1, 28, 28])], {
      inputNames: ['x'],
      dynamicAxes: { x: { 0: 'batch' } },
    })
    const { passed } = await verifyModel({ bytes }, { engines: [wasmEngine], cases: 1, batches: [1, 3] })
    expect(passed).toBe(true)
  })
})

describe('the GPT', () => {
  it('learns to count, the same way for the same seed', async () => {
    const characters = encode('0123456789'.repeat(60))
    const options = { layers: 1, heads: 2, features: 16, context: 8 }
    const run = () =>
      trainGpt(characters, {
        options,
        batchSize: 8,
        iterations: 120,
        scheduleSteps: 120,
        seed: 1,
        evaluateAt: [0, 120],
        evaluationBatches: 2,
      })
    const [first, second] = [await run(), await run()]
    expect(first.losses[0]!.loss).toBeGreaterThan(2)
    expect(first.losses[1]!.loss).toBeLessThan(0.7 * first.losses[0]!.loss)
    expect(second.losses).toEqual(first.losses)
  })

  it('sees nothing of what comes after', async () => {
    const model = gpt({ vocabulary: 5, layers: 1, heads: 1, features: 8, context: 4 }).initialize(3)
    const ids = (last: bigint) => hostTensor('int64', [1, 4], BigInt64Array.of(1n, 2n, 3n, last))
    const { compile } = await import('@slipway/core/nn')
    const run = compile(model)
    const [a, b] = [await run(ids(0n)), await run(ids(4n))]
    await run.dispose()
    const rows = (x: { toArray(): unknown }) => (x.toArray() as number[][][])[0]!
    expect(rows(a).slice(0, 3)).toEqual(rows(b).slice(0, 3))
    expect(rows(a)[3]).not.toEqual(rows(b)[3])
  })
})

describe('forecasters', () => {
  const columns = ['HUFL', 'HULL', 'MUFL', 'MULL', 'LUFL', 'LULL', 'OT']
  const rows = Array.from({ length: parts.test[1] }, (_, hour) =>
    ['x', ...columns.map((_, c) => Math.sin((2 * Math.PI * (hour + c)) / 24).toFixed(4))].join(','),
  )
  const hours = readHours([['date', ...columns].join(','), ...rows].join('\n'))

  it('standardise by the training part alone', () => {
    const train = (hours.data as Float32Array).subarray(0, parts.train[1] * 7)
    const mean = train.reduce((sum, x) => sum + x, 0) / train.length
    expect(mean).toBeCloseTo(0, 4)
  })

  it('are scored on all windows', async () => {
    const short = [parts.test[0], parts.test[0] + inputLength + 24 + 9] as const
    const { mse } = await score(hours, repeatLast(24), short, 24)
    // The mean of (sin a - sin b)² over all b is 1/2 + sin² a, of a standardised sine twice that.
    expect(mse).toBeGreaterThan(1)
    expect(mse).toBeLessThan(3)
  })

  it.each([
    ['DLinear', dLinear],
    ['LSTM', lstmForecaster],
    ['TCN', tcnForecaster],
  ])('give a day ahead, and their files agree with the reference: %s', async (_, make) => {
    const model = make(24).initialize(1)
    const bytes = await toOnnx(model, [zeros([1, inputLength, 7])], {
      inputNames: ['x'],
      dynamicAxes: { x: { 0: 'batch' } },
    })
    const { stages } = await verifyModel({ bytes }, { engines: [wasmEngine], cases: 1, batches: [1, 2] })
    expect(stages.flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'error'))).toEqual(
      [],
    )
  })
})
