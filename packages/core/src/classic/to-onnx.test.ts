import { describe, expect, it } from 'vitest'
import { type Tensor, tensor } from '../base/tensor.ts'
import { widen } from '../base/wide.ts'
import { compileGraph } from '../engine/wasm/compile.ts'
import { parseModel } from '../formats/onnx/parse.ts'
import { readOnnx } from '../formats/onnx/read.ts'
import { writeOnnx } from '../formats/onnx/write.ts'
import { interpret } from '../reference/interpret.ts'
import { clouds } from '../testing/table.ts'
import { checkModel } from '../verify/check/check.ts'
import { kMeans } from './cluster/k-means.ts'
import type { ExportType } from './emit.ts'
import type { Estimator } from './estimator.ts'
import { logisticRegression } from './linear/logistic-regression.ts'
import { kNeighborsClassifier, kNeighborsRegressor } from './neighbors/k-neighbors.ts'
import { pipeline } from './pipeline.ts'
import type { Classifier, Transformer } from './roles.ts'
import { toOnnx } from './to-onnx.ts'
import { maxAbsScaler } from './transform/max-abs-scaler.ts'
import { minMaxScaler } from './transform/min-max-scaler.ts'
import { normalizer } from './transform/normalizer.ts'
import { pca } from './transform/pca.ts'
import { robustScaler } from './transform/robust-scaler.ts'
import { standardScaler } from './transform/standard-scaler.ts'
import { decisionTreeClassifier } from './trees/decision-tree.ts'
import { randomForestClassifier } from './trees/random-forest.ts'

const dtypes: readonly ExportType[] = ['float32', 'float64']
const data = clouds(3, 20, 4, 21)
const pair = data.y.map((label) => (label === 0 ? 'left' : 'right'))
const unseen = clouds(3, 15, 4, 22).X.map((row, i) => row.map((value, j) => (value + data.X[i]![j]!) / 2))

/** The samples as both the graph and the estimator read them. */
function samples(dtype: ExportType, rows: readonly (readonly number[])[]): Tensor {
  return dtype === 'float32'
    ? tensor('float32', [rows.length, 4], Float32Array.from(rows.flat()))
    : tensor('float64', [rows.length, 4], Float64Array.from(rows.flat()))
}

const listOf = (value: Tensor) =>
  Array.from<number | bigint | string, number | string>(widen(value).data, (item) =>
    typeof item === 'bigint' ? Number(item) : item,
  )

/** Outputs on both engines of the graph after a round trip through a file without findings. */
function bothEngines(estimator: Estimator, dtype: ExportType, X: Tensor): Record<string, Tensor>[] {
  const bytes = writeOnnx(toOnnx(estimator, { dtype }))
  expect(checkModel(parseModel(bytes))).toEqual([])
  const graph = readOnnx(bytes)
  const inputs = new Map([['X', X]])
  return [interpret(graph, inputs), compileGraph(graph).run(inputs)].map((results) =>
    Object.fromEntries(results as ReadonlyMap<string, Tensor>),
  )
}

function near(got: Tensor, wanted: ArrayLike<number>, tolerance: number): void {
  const list = listOf(got)
  expect(list.length).toBe(wanted.length)
  const worst = list.reduce(
    (most: number, value, i) => Math.max(most, Math.abs(Number(value) - wanted[i]!)),
    0,
  )
  expect(worst).toBeLessThanOrEqual(tolerance)
}

const classifiers: Readonly<Record<string, () => Classifier>> = {
  'logistic regression': () => logisticRegression({ C: 0.1 }),
  'nearest neighbours': () => kNeighborsClassifier(),
  'weighted neighbours': () =>
    kNeighborsClassifier({ weights: 'distance', metric: 'manhattan', nNeighbors: 4 }),
  'decision tree': () => decisionTreeClassifier({ maxDepth: 3 }),
  'random forest': () => randomForestClassifier({ nEstimators: 15 }),
  'scaled logistic regression': () =>
    pipeline([
      ['s', standardScaler()],
      ['m', logisticRegression()],
    ]),
  'scaled, turned neighbours': () =>
    pipeline([
      ['r', robustScaler()],
      ['p', pca({ nComponents: 3, whiten: true })],
      ['m', kNeighborsClassifier()],
    ]),
  'scaled forest': () =>
    pipeline([
      ['a', maxAbsScaler()],
      ['n', normalizer()],
      ['m', randomForestClassifier({ nEstimators: 5 })],
    ]),
}

describe.each(Object.entries(classifiers))('%s as a graph', (_, make) => {
  it.each(dtypes)('predicts three classes in %s as it does itself', (dtype) => {
    const model = make().fit(samples(dtype, data.X), data.y)
    for (const rows of [[...unseen, ...data.X], unseen.slice(0, 1)]) {
      const X = samples(dtype, rows)
      for (const { label, probabilities } of bothEngines(model, dtype, X)) {
        expect(listOf(label!)).toEqual(model.predict(X))
        expect(label!.dtype).toBe('int64')
        near(probabilities!, model.predictProba(X).data, 1e-6)
        expect([probabilities!.dtype, probabilities!.shape]).toEqual([dtype, [rows.length, 3]])
      }
    }
  })

  it.each(dtypes)('predicts two labels that are texts in %s', (dtype) => {
    const X = samples(dtype, data.X)
    const model = make().fit(X, pair)
    for (const { label, probabilities } of bothEngines(model, dtype, X)) {
      expect(label).toEqual(tensor('string', [60], model.predict(X) as string[]))
      near(probabilities!, model.predictProba(X).data, 1e-6)
    }
  })
})

const transformers: Readonly<Record<string, () => Transformer>> = {
  standardScaler,
  minMaxScaler: () => minMaxScaler({ featureRange: [-1, 2] }),
  robustScaler,
  maxAbsScaler,
  'normalizer l1': () => normalizer({ norm: 'l1' }),
  normalizer,
  pca: () =>
    pipeline([
      ['s', standardScaler()],
      ['p', pca({ nComponents: 2 })],
    ]) as never,
}

describe.each(Object.entries(transformers))('%s as a graph', (_, make) => {
  it.each(dtypes)('transforms in %s', (dtype) => {
    const X = samples(dtype, data.X)
    const model = make().fit(X)
    for (const { values } of bothEngines(model, dtype, X)) {
      near(values!, model.transform(X).data, 3e-6)
      expect(values!.dtype).toBe(dtype)
    }
  })
})

describe('toOnnx', () => {
  it.each(dtypes)('predicts values and clusters in %s', (dtype) => {
    const X = samples(dtype, data.X)
    const regressor = kNeighborsRegressor({ weights: 'distance' }).fit(
      X,
      data.X.map((row) => row[0]! / 4),
    )
    for (const { values } of bothEngines(regressor, dtype, X)) near(values!, regressor.predict(X), 1e-6)
    const clusters = kMeans({ nClusters: 3 }).fit(X)
    for (const { label, values } of bothEngines(clusters, dtype, X)) {
      expect(listOf(label!)).toEqual([...clusters.predict(X)])
      near(values!, clusters.transform(X).data, dtype === 'float32' ? 1e-4 : 1e-9)
    }
  })

  it('writes maps from labels to probabilities on demand', () => {
    const model = logisticRegression().fit(data.X, pair)
    const graph = readOnnx(writeOnnx(toOnnx(model, { zipMap: true, input: 'float_input' })))
    const results = interpret(graph, new Map([['float_input', samples('float32', unseen)]]))
    const maps = results.get('probabilities')!
    const first = maps.kind === 'sequence' ? maps.items[0] : undefined
    expect(first?.kind === 'map' && listOf(first.keys)).toEqual(['left', 'right'])
  })

  it('refuses what ONNX cannot say', () => {
    expect(() => toOnnx(logisticRegression())).toThrow('[SLP-M2]')
    const fractions = logisticRegression().fit(
      data.X,
      data.y.map((label) => label / 2),
    )
    expect(() => toOnnx(fractions)).toThrow('[SLP-M4] Cannot export labels')
    expect(() => toOnnx(normalizer({ norm: 'max' }).fit(data.X))).toThrow('[SLP-M4]')
  })
})
