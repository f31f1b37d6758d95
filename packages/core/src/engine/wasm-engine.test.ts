import { expect, it } from 'vitest'
import { tensorType } from '../base/value.ts'
import { graphBuilder } from '../ir/builder.ts'
import { f32 } from '../testing/literals.ts'
import { createSession } from './session.ts'
import { wasmEngine } from './wasm-engine.ts'

const graph = (() => {
  const b = graphBuilder({ name: 'positive' })
  return b.build([b.node('Relu', [b.input('x', tensorType('float32', [3]))], {}, { outputs: ['y'] })])
})()

it.each([1, 3])('reports the threads that a run uses, %d', async (threads) => {
  await using session = await createSession(graph, { engine: wasmEngine, threads })
  expect(session.report().threads).toBe(threads)
  const { y } = await session.run({ x: f32([-1, 0, 2]) })
  expect(y).toMatchObject({ data: Float32Array.of(0, 0, 2) })
})
