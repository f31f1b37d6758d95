/** A small GPT that learns to write like Shakespeare, character by character (after Karpathy's nanoGPT). */
import { type Tensor as HostTensor, tensor as hostTensor, randomStream } from '@slipway/core'
import {
  adamW,
  affine,
  arange,
  compile,
  cosineSchedule,
  crossEntropy,
  embedding,
  init,
  layerNorm,
  type Module,
  module,
  type Tensor,
  transformerBlock,
  warmup,
} from '@slipway/core/nn'

export interface GptOptions {
  readonly vocabulary: number
  readonly layers: number
  readonly heads: number
  readonly features: number
  readonly context: number
}

/** Token numbers [batch, length] to logits [batch, length, vocabulary]; the last layer has the weights of the first. */
export function gpt({
  vocabulary,
  layers,
  heads,
  features,
  context,
}: GptOptions): Module<[ids: Tensor], Tensor> {
  const small = init.normal(0, 0.02)
  const outInit = init.normal(0, 0.02 / Math.sqrt(2 * layers))
  const tokens = embedding(vocabulary, features, { init: small })
  const weight = tokens.namedVariables().get('weight')!
  const parts = {
    wte: tokens,
    wpe: embedding(context, features, { init: small }),
    h: Array.from({ length: layers }, () =>
      transformerBlock(features, heads, { causal: true, bias: false, init: small, outInit }),
    ),
    ln_f: layerNorm(features, { bias: false }),
  }
  return module('gpt', parts, ({ wte, wpe, h, ln_f }, ids: Tensor) => {
    const positions = wpe(arange(ids.dims.at(-1) as number))
    const x = h.reduce((now, block) => block(now), wte(ids).add(positions))
    return affine(ln_f(x), weight.tensor)
  })
}

export interface Characters {
  /** Which character each number stands for. */
  readonly alphabet: readonly string[]
  readonly ids: Uint16Array
}

export function encode(text: string): Characters {
  const alphabet = [...new Set(text)].sort()
  const numbers = new Map(alphabet.map((one, i) => [one, i]))
  return { alphabet, ids: Uint16Array.from(text, (one) => numbers.get(one)!) }
}

export interface GptTraining {
  readonly options: Omit<GptOptions, 'vocabulary'>
  readonly batchSize: number
  readonly iterations: number
  /** Steps of the whole schedule, where training stops before its end. */
  readonly scheduleSteps?: number
  readonly seed: number
  readonly evaluateAt: readonly number[]
  readonly evaluationBatches: number
  readonly threads?: number
  readonly onEvaluation?: (iteration: number, loss: number, stepMs: number) => void
}

export async function trainGpt(characters: Characters, training: GptTraining) {
  const {
    options,
    batchSize,
    iterations,
    seed,
    evaluateAt,
    evaluationBatches,
    threads = 1,
    onEvaluation,
  } = training
  const { ids, alphabet } = characters
  const split = Math.floor(ids.length * 0.9)
  const model = gpt({ ...options, vocabulary: alphabet.length }).initialize(seed)
  const steps = training.scheduleSteps ?? iterations
  const optimizer = adamW(model.parameters(), {
    learningRate: warmup(100, cosineSchedule(1e-3, 1e-4, steps - 100)),
    beta2: 0.99,
    weightDecay: 0.1,
    decays: ({ shape }) => shape.length > 1,
    clipNorm: 1,
  })
  const lossOf = ({ x, y }: { x: Tensor; y: Tensor }) =>
    crossEntropy(model(x).reshape([-1, alphabet.length]), y.reshape([-1]))
  const compiled = { modules: [model], threads }
  const step = compile((batch: { x: Tensor; y: Tensor }) => {
    const loss = lossOf(batch)
    optimizer.step(loss)
    return loss
  }, compiled)
  const evaluate = compile(lossOf, compiled)
  const random = randomStream(seed, 1)
  const batch = (from: number, to: number, stream = random) =>
    windows(ids, { from, to, size: batchSize, length: options.context, uniform: stream.uniform })
  const losses: { readonly iteration: number; readonly loss: number }[] = []
  let stepMs = 0
  for (let i = 0; i <= iterations; i++) {
    if (evaluateAt.includes(i)) {
      const stream = randomStream(seed, 2)
      let sum = 0
      for (let k = 0; k < evaluationBatches; k++)
        sum += (await evaluate(batch(split, ids.length, stream))).item()
      losses.push({ iteration: i, loss: sum / evaluationBatches })
      onEvaluation?.(i, sum / evaluationBatches, stepMs)
    }
    if (i === iterations) break
    const beganMs = performance.now()
    await step(batch(0, split))
    stepMs = performance.now() - beganMs
  }
  await step.dispose()
  await evaluate.dispose()
  return { model, losses }
}

interface Windows {
  readonly from: number
  readonly to: number
  readonly size: number
  readonly length: number
  uniform(): number
}

/** Stretches of text at random places, and the same ones a character later. */
function windows(
  ids: Uint16Array,
  { from, to, size, length, uniform }: Windows,
): { x: HostTensor; y: HostTensor } {
  const starts = Array.from({ length: size }, () => from + Math.floor(uniform() * (to - from - length - 1)))
  const cut = (shift: number) =>
    hostTensor(
      'int64',
      [size, length],
      BigInt64Array.from(
        starts.flatMap((at) => [...ids.subarray(at + shift, at + shift + length)]),
        BigInt,
      ),
    )
  return { x: cut(0), y: cut(1) }
}
