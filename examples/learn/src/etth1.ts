/** Forecasts of the oil temperature and load of a transformer, hour by hour (Zhou et al., "Informer", 2021: ETTh1). */
import { type Tensor as HostTensor, tensor as hostTensor } from '@slipway/core'
import {
  adam,
  applyOperator,
  compile,
  conv1d,
  fromStream,
  init,
  linear,
  lstm,
  type Module,
  module,
  mseLoss,
  numbersOf,
  parameter,
  permutation,
  readCsv,
  residual,
  sequential,
  stepSchedule,
  type Tensor,
  tensor,
} from '@slipway/core/nn'

/** What is seen, and how far ahead is told. */
export const inputLength = 96
const channels = 7

/** Rows of the parts: 12 months, 4 and 4, of 30 days each. */
const months = 30 * 24
export const parts = {
  train: [0, 12 * months],
  validation: [12 * months - inputLength, 16 * months],
  test: [16 * months - inputLength, 20 * months],
} as const

/** Rows [hours, 7], standardised by the training part. */
export function readHours(csv: string): HostTensor {
  const names = ['HUFL', 'HULL', 'MUFL', 'MULL', 'LUFL', 'LULL', 'OT']
  const { data, shape } = numbersOf(readCsv(csv), names)
  const [, trainEnd] = parts.train
  for (let c = 0; c < channels; c++) {
    let [sum, squares] = [0, 0]
    for (let row = 0; row < trainEnd; row++) {
      const value = data[row * channels + c]!
      sum += value
      squares += value * value
    }
    const mean = sum / trainEnd
    const deviation = Math.sqrt(squares / trainEnd - mean * mean)
    for (let i = c; i < data.length; i += channels) data[i] = (data[i]! - mean) / deviation
  }
  return hostTensor('float32', shape, data)
}

type Forecaster = Module<[x: Tensor], Tensor>

/** The last hour again and again: what every model must beat. */
export function repeatLast(horizon: number): (x: Tensor) => Tensor {
  return (x) => x.at([], [-1]).broadcastTo([x.shape[0]!, horizon, channels])
}

/** A moving average and what is left of it, each through one matrix (Zeng et al., "DLinear", 2023). */
export function dLinear(horizon: number): Forecaster {
  const width = 25
  const start = () => parameter({ shape: [horizon, inputLength], init: init.constant(1 / inputLength) })
  const bias = () => parameter({ shape: [horizon], init: init.fanUniform(inputLength) })
  const variables = { trend: start(), trend_bias: bias(), rest: start(), rest_bias: bias() }
  return module('dLinear', variables, (self, x: Tensor) => {
    const series = x.transpose([0, 2, 1])
    const side = (width - 1) / 2
    const padded = series.pad(
      [
        [0, 0],
        [0, 0],
        [side, side],
      ],
      { mode: 'edge' },
    )
    const trend = applyOperator('AveragePool', [padded], { kernel_shape: [width], strides: [1] })
    const through = (part: Tensor, weight: Tensor, shift: Tensor) =>
      part.matmul(weight.transpose()).add(shift)
    const sum = through(trend, self.trend.tensor, self.trend_bias.tensor).add(
      through(series.sub(trend), self.rest.tensor, self.rest_bias.tensor),
    )
    return sum.transpose([0, 2, 1])
  })
}

/** The last state of an LSTM through one matrix. */
export function lstmForecaster(horizon: number, hidden = 64): Forecaster {
  return module(
    'lstmForecaster',
    { lstm: lstm(channels, hidden), out: linear(hidden, horizon * channels) },
    ({ lstm: cells, out }, x: Tensor) => out(cells(x).hidden.squeeze(0)).reshape([-1, horizon, channels]),
  )
}

/** Causal convolutions that reach further from layer to layer (Bai et al., "TCN", 2018). */
export function tcnForecaster(horizon: number, features = 32, levels = 5): Forecaster {
  const block = (input: number, level: number) => {
    const dilated = (from: number) => conv1d(from, features, 3, { padding: 'causal', dilation: 2 ** level })
    const inner = sequential(
      dilated(input),
      (x) => x.relu(),
      dilated(features),
      (x) => x.relu(),
    )
    return input === features ? residual(inner) : residual(inner, conv1d(input, features, 1))
  }
  const blocks = Array.from({ length: levels }, (_, level) => block(level === 0 ? channels : features, level))
  return module(
    'tcnForecaster',
    { blocks, out: linear(features, horizon * channels) },
    ({ blocks: list, out }, x: Tensor) => {
      const last = list.reduce((now, one) => one(now).relu(), x.transpose([0, 2, 1])).at([], [], -1)
      return out(last).reshape([-1, horizon, channels])
    },
  )
}

export interface ForecastOptions {
  readonly horizon: number
  readonly epochs: number
  readonly learningRate: number
  readonly seed: number
  readonly batchSize?: number
  readonly threads?: number
  readonly onEpoch?: (epoch: number, loss: number, validation: number, stepMs: number) => void
}

export interface Scores {
  readonly mse: number
  readonly mae: number
}

/** Trains, takes the weights of the best epoch by validation, and scores all windows of the test part. */
export async function trainForecaster(
  hours: HostTensor,
  model: Forecaster,
  options: ForecastOptions,
): Promise<Scores> {
  const { horizon, epochs, learningRate, seed, batchSize = 32, threads = 1, onEpoch } = options
  model.initialize(seed)
  const count = windowsOf(parts.train, horizon)
  const perEpoch = Math.floor(count / batchSize)
  const optimizer = adam(model.parameters(), { learningRate: stepSchedule(learningRate, 0.5, perEpoch) })
  const step = compile(
    ({ x, y }: { x: Tensor; y: Tensor }) => {
      const loss = mseLoss(model(x), y)
      optimizer.step(loss)
      return loss
    },
    { modules: [model], threads },
  )
  let best = { validation: Number.POSITIVE_INFINITY, state: await model.stateDict() }
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = permutation(count, seed, epoch)
    const batches = fromStream(function* () {
      for (let i = 0; i < perEpoch; i++) yield order.subarray(i * batchSize, (i + 1) * batchSize)
    })
    let [sum, stepsMs] = [0, 0]
    for await (const starts of batches) {
      const { x, y } = cut(hours, [...starts], horizon)
      const beganMs = performance.now()
      sum += (await step({ x, y })).item()
      stepsMs += performance.now() - beganMs
    }
    const { mse } = await score(hours, model, parts.validation, horizon)
    if (mse < best.validation) best = { validation: mse, state: await model.stateDict() }
    onEpoch?.(epoch + 1, sum / perEpoch, mse, stepsMs / perEpoch)
  }
  await step.dispose()
  model.loadStateDict(best.state)
  return await score(hours, model, parts.test, horizon)
}

/** Mean errors over all windows of a part. */
export async function score(
  hours: HostTensor,
  model: (x: Tensor) => Tensor,
  part: readonly [number, number],
  horizon: number,
): Promise<Scores> {
  const check = compile(({ x, y, mask }: { x: Tensor; y: Tensor; mask: Tensor }) => {
    const difference = model(x).sub(y)
    const weights = mask.reshape([-1, 1, 1])
    return { squares: difference.square().mul(weights).sum(), sizes: difference.abs().mul(weights).sum() }
  })
  const count = windowsOf(part, horizon)
  const size = 256
  let [squares, sizes] = [0, 0]
  for (let first = 0; first < count; first += size) {
    const starts = Array.from({ length: size }, (_, i) => part[0] + Math.min(first + i, count - 1))
    const mask = tensor(Array.from({ length: size }, (_, i) => (first + i < count ? 1 : 0)))
    const result = await check({ ...cut(hours, starts, horizon), mask })
    squares += result.squares.item()
    sizes += result.sizes.item()
  }
  await check.dispose()
  const elements = count * horizon * channels
  return { mse: squares / elements, mae: sizes / elements }
}

function windowsOf([from, to]: readonly [number, number], horizon: number): number {
  return to - from - inputLength - horizon + 1
}

/** What is seen from each row on, and what follows. */
function cut(
  hours: HostTensor,
  starts: readonly number[],
  horizon: number,
): { x: HostTensor; y: HostTensor } {
  const rows = (shift: number, length: number) => {
    const data = new Float32Array(starts.length * length * channels)
    starts.forEach((start, i) => {
      const from = (start + shift) * channels
      data.set((hours.data as Float32Array).subarray(from, from + length * channels), i * length * channels)
    })
    return hostTensor('float32', [starts.length, length, channels], data)
  }
  return { x: rows(0, inputLength), y: rows(inputLength, horizon) }
}
