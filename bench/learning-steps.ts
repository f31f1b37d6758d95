/**
 * Times training steps, forward and backward and Adam in one compiled program:
 * `node bench/dist/learning-steps.js [rounds] [threads…]`. Numbers of threads
 * take turns, so that what else runs meets all of them.
 */
import { type Tensor as HostTensor, tensor as hostTensor, randomStream } from '@slipway/core'
import {
  adam,
  arange,
  batchNorm,
  type Compiled,
  compile,
  conv2d,
  crossEntropy,
  embedding,
  flatten,
  globalAvgPool,
  type Layer,
  layerNorm,
  linear,
  lstm,
  type Module,
  maxPool2d,
  module,
  relu,
  residual,
  sequential,
  type Tensor,
  transformerBlock,
} from '@slipway/core/nn'

interface Case {
  readonly name: string
  readonly model: Module<[x: Tensor], Tensor>
  readonly x: HostTensor
  /** Classes, one for each row of logits. */
  readonly y: HostTensor
}

const random = randomStream(1)
const numbers = (shape: readonly number[]) =>
  hostTensor(
    'float32',
    shape,
    new Float32Array(shape.reduce((a, b) => a * b, 1)).map(() => random.uniform() - 0.5),
  )
const classes = (count: number, most: number) =>
  hostTensor(
    'int64',
    [count],
    BigInt64Array.from({ length: count }, () => BigInt(Math.floor(random.uniform() * most))),
  )

function perceptron(): Case {
  const model = sequential(flatten, linear(784, 256), relu, linear(256, 128), relu, linear(128, 10))
  return { name: 'MLP 784-256-128-10, B128', model, x: numbers([128, 784]), y: classes(128, 10) }
}

function convolutions(): Case {
  const pool = maxPool2d(2)
  const model = sequential(
    ...[conv2d(1, 24, 5), pool, relu, conv2d(24, 32, 3), pool, relu, flatten],
    ...[linear(800, 128), relu, linear(128, 10)],
  )
  return { name: 'CNN 5×5×24, 3×3×32, 128, B128', model, x: numbers([128, 1, 28, 28]), y: classes(128, 10) }
}

function language(): Case {
  const [vocabulary, context, features] = [65, 64, 128]
  const parts = {
    wte: embedding(vocabulary, features),
    wpe: embedding(context, features),
    h: Array.from({ length: 4 }, () => transformerBlock(features, 4, { causal: true, bias: false })),
    ln_f: layerNorm(features, { bias: false }),
    head: linear(features, vocabulary, { bias: false }),
  }
  const model = module('gpt', parts, ({ wte, wpe, h, ln_f, head }, ids: Tensor) => {
    const x = h.reduce((now, block) => block(now), wte(ids).add(wpe(arange(context))))
    return head(ln_f(x)).reshape([-1, vocabulary])
  })
  const ids = classes(12 * context, vocabulary)
  return {
    name: 'GPT L4 H4 D128 T64, B12',
    model,
    x: hostTensor('int64', [12, context], ids.data as BigInt64Array),
    y: ids,
  }
}

function recurrent(): Case {
  const model = module(
    'forecaster',
    { cells: lstm(7, 64), out: linear(64, 10) },
    ({ cells, out }, x: Tensor) => out(cells(x).hidden.squeeze(0)),
  )
  return { name: 'LSTM 7→64, T96, B32', model, x: numbers([32, 96, 7]), y: classes(32, 10) }
}

function resNet(): Case {
  const block = (from: number, to: number, stride: number): Layer => {
    const first = conv2d(from, to, 3, { stride, padding: 1, bias: false })
    const inner = sequential(
      first,
      batchNorm(to),
      relu,
      conv2d(to, to, 3, { padding: 1, bias: false }),
      batchNorm(to),
    )
    if (stride === 1 && from === to) return sequential(residual(inner), relu)
    return sequential(
      residual(inner, sequential(conv2d(from, to, 1, { stride, bias: false }), batchNorm(to))),
      relu,
    )
  }
  const stages = [64, 128, 256, 512].flatMap((to, i) => [
    block(i === 0 ? 64 : to / 2, to, i === 0 ? 1 : 2),
    block(to, to, 1),
  ])
  const stem = [conv2d(3, 64, 3, { padding: 1, bias: false }), batchNorm(64), relu]
  const model = sequential(...stem, ...stages, globalAvgPool, linear(512, 10))
  return { name: 'ResNet-18 for CIFAR, B32', model, x: numbers([32, 3, 32, 32]), y: classes(32, 10) }
}

const [rounds = 10, ...given] = process.argv.slice(2).map(Number)
const threads = given.length > 0 ? given : [1]
const cases = [perceptron(), convolutions(), language(), recurrent(), resNet()]

type Step = Compiled<[{ x: Tensor; y: Tensor }], Tensor>

function stepOf({ model }: Case, count: number): Step {
  const optimizer = adam(model.parameters())
  return compile(
    ({ x, y }) => {
      const loss = crossEntropy(model(x), y)
      optimizer.step(loss)
      return loss
    },
    { threads: count, modules: [model] },
  )
}

for (const one of cases) {
  // A variable has one home, so the numbers of threads take turns by copies of the model's values.
  const steps = threads.map((count) => ({ count, step: stepOf(one, count), timesMs: [] as number[] }))
  const repeats = one.name.startsWith('ResNet') ? Math.min(3, rounds) : rounds
  for (const { step } of steps) await step({ x: one.x, y: one.y })
  for (let round = 0; round < repeats; round++) {
    for (const { step, timesMs } of steps) {
      // The first call brings the variables over.
      for (let i = 0; i < 4; i++) {
        const startedMs = performance.now()
        await step({ x: one.x, y: one.y })
        if (i > 0) timesMs.push(performance.now() - startedMs)
      }
    }
  }
  for (const { count, step, timesMs } of steps) {
    timesMs.sort((a, b) => a - b)
    const fallbacks = step.report()!.fallbacks.length
    const [least, median] = [timesMs[0]!, timesMs[timesMs.length >> 1]!]
    console.log(
      `${one.name}, ${count} threads: least ${least.toFixed(2)} ms, median ${median.toFixed(2)} ms, ${fallbacks} nodes not compiled`,
    )
    await step.dispose()
  }
}
