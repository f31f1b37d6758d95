/** `node examples/learn/dist/main.js <example>`: trains an example in full on real data, and prints what it reaches. */
import { adam } from '@slipway/core/nn'
import { encode, trainGpt } from './char-gpt.ts'
import { classify } from './classify.ts'
import { readTextData } from './data-folder.ts'
import {
  dLinear,
  lstmForecaster,
  parts,
  readHours,
  repeatLast,
  score,
  tcnForecaster,
  trainForecaster,
} from './etth1.ts'
import { readMnist } from './mnist.ts'
import { digitsCnn, digitsPerceptron } from './mnist-models.ts'

const threads = Number(process.env['THREADS'] ?? 1)
const seeds = (process.env['SEEDS'] ?? '0').split(',').map(Number)
const percent = (part: number) => `${(100 * part).toFixed(2)} %`

const examples: Readonly<Record<string, () => Promise<void>>> = {
  'mnist-mlp': () => mnist(digitsPerceptron, 5),
  'mnist-cnn': () => mnist(digitsCnn, 3),
  'char-gpt': shakespeare,
  etth1,
}

const chosen = examples[process.argv[2] ?? '']
if (!chosen) {
  console.error(
    `Cannot run example: its name must be one of ${Object.keys(examples).join(', ')}, got "${process.argv[2] ?? ''}"`,
  )
  process.exit(2)
}
await chosen()

async function mnist(make: typeof digitsCnn, epochs: number): Promise<void> {
  const [train, test] = [await readMnist('train'), await readMnist('t10k')]
  for (const seed of seeds) {
    const model = make().initialize(seed)
    await classify(model, adam(model.parameters(), { learningRate: 1e-3 }), {
      train,
      test,
      epochs,
      batchSize: 128,
      seed,
      threads,
      onEpoch: ({ epoch, loss, testAccuracy, seconds, stepMs }) =>
        console.log(
          `seed ${seed}, epoch ${epoch}: loss ${loss.toFixed(4)}, test ${percent(testAccuracy)}, ${seconds.toFixed(1)} s, ${stepMs.toFixed(2)} ms a step`,
        ),
    })
  }
}

async function shakespeare(): Promise<void> {
  const characters = encode(await readTextData('tinyshakespeare.txt'))
  const iterations = Number(process.env['ITERATIONS'] ?? 2000)
  for (const seed of seeds) {
    await trainGpt(characters, {
      options: { layers: 4, heads: 4, features: 128, context: 64 },
      batchSize: 12,
      iterations,
      scheduleSteps: 2000,
      seed,
      evaluateAt: [0, 100, 250, 500, 750, 1000, 1500, 2000],
      evaluationBatches: 100,
      threads,
      onEvaluation: (iteration, loss, stepMs) =>
        console.log(
          `seed ${seed}, iteration ${iteration}: validation loss ${loss.toFixed(4)}, last step ${stepMs.toFixed(1)} ms`,
        ),
    })
  }
}

async function etth1(): Promise<void> {
  const horizon = 96
  const hours = readHours(await readTextData('ETTh1.csv'))
  const repeated = await score(hours, repeatLast(horizon), parts.test, horizon)
  console.log(`Repeat: MSE ${repeated.mse.toFixed(4)}, MAE ${repeated.mae.toFixed(4)}`)
  const models = {
    DLinear: [dLinear, 5e-3],
    LSTM: [lstmForecaster, 1e-3],
    TCN: [tcnForecaster, 1e-3],
  } as const
  for (const [name, [make, learningRate]] of Object.entries(models)) {
    if (process.argv[3] && process.argv[3] !== name) continue
    for (const seed of seeds) {
      const { mse, mae } = await trainForecaster(hours, make(horizon), {
        horizon,
        epochs: 8,
        learningRate,
        seed,
        threads,
        onEpoch: (epoch, loss, validation, stepMs) =>
          console.log(
            `  ${name}, epoch ${epoch}: loss ${loss.toFixed(4)}, validation ${validation.toFixed(4)}, ${stepMs.toFixed(1)} ms a step`,
          ),
      })
      console.log(`${name}, seed ${seed}: MSE ${mse.toFixed(4)}, MAE ${mae.toFixed(4)}`)
    }
  }
}
