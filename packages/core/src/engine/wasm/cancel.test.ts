import { expect, it } from 'vitest'
import { tensor } from '../../base/tensor.ts'
import { tensorType } from '../../base/value.ts'
import { graphBuilder } from '../../ir/builder.ts'
import { openHosted } from './compile.ts'

const products = 20

/** x · w · w · …, which is one stage each. */
function chain() {
  const b = graphBuilder({ name: 'chain' })
  const w = b.constant(
    tensor(
      'float32',
      [8, 8],
      Float32Array.from({ length: 64 }, (_, i) => (i % 5) / 8),
    ),
  )
  let value = b.input('x', tensorType('float32', [8, 8]))
  for (let i = 0; i < products; i++) value = b.node('MatMul', [value, w])
  return b.build([value])
}

it.each([1, 2, 7, products])('ends a run that is cancelled at stage %i before the next one', (stage) => {
  let [asked, stopAt] = [0, Number.POSITIVE_INFINITY]
  const graph = chain()
  const { model } = openHosted(graph, {
    threads: 1,
    isCancelled() {
      asked += 1
      return asked >= stopAt
    },
    onModule: () => {},
  })
  const run = () => {
    asked = 0
    const inputs = new Map([['x', tensor('float32', [8, 8], new Float32Array(64).fill(0.5))]])
    return model.run({ inputs, outputs: graph.outputs })
  }
  const whole = run()
  run()
  const perRun = asked
  expect(perRun).toBeGreaterThanOrEqual(products)
  stopAt = perRun - products + stage
  expect(run).toThrow('SLP-S7')
  // The stage that is told, and the host that asks why it stopped.
  expect(asked).toBeLessThanOrEqual(stopAt + 1)
  stopAt = Number.POSITIVE_INFINITY
  expect(run()).toEqual(whole)
})
