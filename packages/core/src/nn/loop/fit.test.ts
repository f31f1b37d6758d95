import { describe, expect, it } from 'vitest'
import { tensor } from '../../base/tensor.ts'
import { randomStream } from '../../ops/random.ts'
import { memoryCheckpoints } from '../checkpoint/checkpoint.ts'
import { fromTensors } from '../data/sources.ts'
import { dropout } from '../layers/dropout.ts'
import { linear } from '../layers/linear.ts'
import { sequential } from '../layers/sequential.ts'
import { mseLoss } from '../losses/losses.ts'
import { adam, sgd } from '../optim/optimizers.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type Callback, everyEpochs, everySteps, type Logs } from './callback.ts'
import { type FitOptions, fit } from './fit.ts'
import type { HostBatch } from './means.ts'

const random = randomStream(7, 1)
const floats = (shape: readonly number[]) =>
  tensor(
    'float32',
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform() - 0.5),
  )
const table = fromTensors({ x: floats([10, 3]), y: floats([10, 2]) })

const loss =
  (model: (x: Tensor) => Tensor) =>
  ({ x, y, mask }: { readonly x: Tensor; readonly y: Tensor; readonly mask?: Tensor }) => {
    const weights = mask?.unsqueeze(1)
    return {
      loss: mseLoss(model(x), y, weights ? { weights } : {}),
      size: mask ? y.abs().mean(1).mul(mask).sum().div(mask.sum()) : y.abs().mean(),
    }
  }

async function weightsAfter(batch: number, accumulate: number): Promise<readonly number[]> {
  const model = linear(3, 2).initialize(3)
  const optimizer = sgd(model.parameters(), { learningRate: 0.5, momentum: 0.9 })
  const { steps } = await fit({
    model,
    optimizer,
    loss: loss(model),
    data: table.batch(batch),
    epochs: 4,
    accumulate,
  })
  expect(steps).toBe(4)
  return [...(await model.stateDict()).values()].flatMap(({ data }) => [...data].map(Number))
}

describe('fit', () => {
  it('makes the same steps of gradients that are added up as of large batches, short ones included', async () => {
    const large = await weightsAfter(10, 1)
    const parts = await weightsAfter(4, 3)
    parts.forEach((one, i) => expect(one).toBeCloseTo(large[i]!, 5))
  })

  it('weighs the means of short batches by their masks', async () => {
    const model = linear(3, 2).initialize(1)
    const { history } = await fit({
      model,
      optimizer: sgd(model.parameters(), { learningRate: 0 }),
      loss: loss(model),
      data: table.batch(4),
      validation: table.batch(7),
    })
    const whole = await fit({
      model,
      optimizer: sgd(model.parameters(), { learningRate: 0 }),
      loss: loss(model),
      data: table.batch(10),
    })
    for (const name of ['loss', 'size']) {
      expect(history[0]![name]).toBeCloseTo(whole.history[0]![name]!, 6)
      expect(history[0]![`val_${name}`]).toBeCloseTo(whole.history[0]![name]!, 6)
    }
  })

  it('calls callbacks by their priorities, and in the modes of training and evaluation', async () => {
    const model = linear(3, 2).initialize(1)
    const seen: string[] = []
    const hooks = (name: string, priority: number): Callback => {
      const note = (hook: string) => () => void seen.push(`${name} ${hook} ${model.training ? 't' : 'e'}`)
      return {
        name,
        priority,
        onTrainBegin: note('trainBegin'),
        onEpochBegin: note('epochBegin'),
        onTrainBatchBegin: note('batchBegin'),
        onTrainBatchEnd: note('batchEnd'),
        onTestBegin: note('testBegin'),
        onTestEnd: note('testEnd'),
        onEpochEnd: note('epochEnd'),
        onTrainEnd: note('trainEnd'),
      }
    }
    const counted: string[] = []
    await fit({
      model: model.eval(),
      optimizer: sgd(model.parameters()),
      loss: loss(model),
      data: table.batch(10),
      validation: table.batch(10),
      callbacks: [
        hooks('b', 1),
        hooks('a', -1),
        everySteps(1, ({ step }) => void counted.push(`step ${step}`)),
        everyEpochs(1, ({ epoch }) => void counted.push(`epoch ${epoch}`)),
      ],
    })
    const order = [
      'trainBegin e',
      'epochBegin t',
      'batchBegin t',
      'batchEnd t',
      'testBegin e',
      'testEnd e',
      'epochEnd t',
      'trainEnd t',
    ]
    expect(seen).toEqual(order.flatMap((one) => [`a ${one}`, `b ${one}`]))
    expect(counted).toEqual(['step 1', 'epoch 0'])
    expect(model.training).toBe(false)
  })

  it('tries out, learns by heart, and ends after so many steps', async () => {
    const model = linear(3, 2)
    const all = {
      model,
      optimizer: sgd(model.parameters()),
      loss: loss(model),
      data: table.shuffle().batch(2),
    }
    expect(await fit({ ...all, epochs: 5, fastDevRun: true })).toMatchObject({ epochs: 1, steps: 1 })
    expect(await fit({ ...all, epochs: 3, overfitBatches: 2 })).toMatchObject({ epochs: 3, steps: 6 })
    expect(await fit({ ...all, epochs: 9, mostSteps: 7 })).toMatchObject({ epochs: 2, steps: 7 })
  })

  it('says what is wrong', async () => {
    const model = linear(3, 2)
    const all = { model, optimizer: sgd(model.parameters()), loss: loss(model), data: table.batch(2) }
    await expect(fit({ ...all, loss: ({ x }) => model(x) })).rejects.toThrow(/"loss" must be one number/)
    await expect(fit({ ...all, data: table.take(0).batch(2) })).rejects.toThrow(/must have batches/)
    const checkpoint = { store: memoryCheckpoints(), monitor: 'accuracy' }
    await expect(fit({ ...all, checkpoint })).rejects.toThrow(/"accuracy": it must be among loss, size/)
  })

  it.each([1, 3])('goes on bit by bit where it was stopped, with steps of %i batches', async (accumulate) => {
    const run = async (more: Partial<FitOptions<HostBatch>>) => {
      const model = sequential(linear(3, 8), dropout(0.5), linear(8, 2)).initialize(5)
      const losses: number[] = []
      const optimizer = adam(model.parameters(), { learningRate: 0.01, clipNorm: 1 })
      const { history, stopped } = await fit({
        model,
        optimizer,
        loss: loss(model),
        data: table.shuffle({ seed: 2 }).batch(2),
        validation: table.batch(4),
        epochs: 4,
        accumulate,
        seed: 11,
        gradientNorms: 'all',
        callbacks: [
          { name: 'losses', onTrainBatchEnd: (_: unknown, logs: Logs) => void losses.push(logs['loss']!) },
        ],
        ...more,
      } as never) // batches of the table
      return { losses, history, stopped, state: await model.stateDict() }
    }
    const whole = await run({})
    const checkpoint = { store: memoryCheckpoints() }
    const first = await run({ checkpoint, mostSteps: 4 })
    const controller = new AbortController()
    const second = await run({
      checkpoint,
      signal: controller.signal,
      callbacks: [
        {
          name: 'abort',
          onTrainBatchEnd: ({ step }) => {
            if (step === 5) controller.abort(new Error('enough'))
          },
        },
      ],
    })
    expect(second.stopped).toBe('enough')
    const last = await run({ checkpoint })
    expect(last.history).toEqual(whole.history)
    expect(last.state).toEqual(whole.state)
    expect(last.losses.length).toBeGreaterThan(3)
    expect(whole.losses.slice(-last.losses.length)).toEqual(last.losses)
    expect(first.losses).toEqual(whole.losses.slice(0, first.losses.length))
    expect((await checkpoint.store.best())!.manifest.best!.monitor).toBe('val_loss')
  })
})
