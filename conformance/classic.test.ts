/** Exports of classic estimators on onnxruntime-node, where it is installed. */
import { randomStream, type Tensor, tensor, widenValue, writeOnnx } from '@slipway/core'
import {
  type Classifier,
  decisionTreeClassifier,
  kMeans,
  kNeighborsClassifier,
  logisticRegression,
  normalizer,
  pca,
  pipeline,
  randomForestClassifier,
  standardScaler,
  toOnnx,
} from '@slipway/core/classic'
import { describe, expect, it } from 'vitest'
import { runOrt, tryLoadOrt } from './ort.ts'

const ort = tryLoadOrt()
if (!ort)
  console.log('exports of estimators are not compared: run npm ci --prefix conformance for onnxruntime-node')

const random = randomStream(4)
const labels = Array.from({ length: 90 }, (_, i) => i % 3)
const X = tensor(
  'float32',
  [90, 4],
  Float32Array.from(
    { length: 360 },
    (_, i) => (labels[i >> 2]! * ((i % 4) - 1) + random.normal()) * 3 ** (i % 4),
  ),
)
const texts = labels.map((label) => (label === 1 ? 'yes' : 'no'))

const models: Readonly<Record<string, () => Classifier>> = {
  'logistic regression': logisticRegression,
  'nearest neighbours': kNeighborsClassifier,
  'weighted neighbours': () => kNeighborsClassifier({ weights: 'distance' }),
  'decision tree': decisionTreeClassifier,
  'random forest': () => randomForestClassifier({ nEstimators: 30 }),
  pipeline: () =>
    pipeline([
      ['s', standardScaler()],
      ['p', pca({ nComponents: 3 })],
      ['n', normalizer()],
      ['m', logisticRegression()],
    ]),
}

const listOf = (value: Tensor | undefined) => {
  const wide = value && widenValue(value)
  return wide?.kind === 'tensor' ? Array.from<unknown>(wide.data) : []
}

describe.skipIf(!ort)('estimators on onnxruntime', () => {
  for (const [name, make] of Object.entries(models)) {
    for (const dtype of ['float32', 'float64'] as const) {
      it.each([
        ['numbers', labels],
        ['texts', texts],
      ] as const)(`${name}, ${dtype}, labels that are %s`, async (_, y) => {
        const given = dtype === 'float32' ? X : tensor('float64', [90, 4], Float64Array.from(X.data))
        const model = make().fit(given, y)
        const results = await runOrt(ort!, writeOnnx(toOnnx(model, { dtype })), new Map([['X', given]]))
        expect(listOf(results.get('label')).map(String)).toEqual(model.predict(given).map(String))
        const wanted = model.predictProba(given).data
        const worst = Math.max(
          ...listOf(results.get('probabilities')).map((p, i) => Math.abs(Number(p) - wanted[i]!)),
        )
        expect(worst).toBeLessThanOrEqual(1e-6)
      })
    }
  }

  it('k-means', async () => {
    const model = kMeans({ nClusters: 4 }).fit(X)
    const results = await runOrt(ort!, writeOnnx(toOnnx(model)), new Map([['X', X]]))
    expect(listOf(results.get('label')).map(Number)).toEqual([...model.predict(X)])
  })
})
