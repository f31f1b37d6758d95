import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { symbol } from '../base/dim.ts'
import { tensorType } from '../base/value.ts'
import { graphBuilder } from '../ir/builder.ts'
import { f32 } from '../testing/literals.ts'
import { hostGraph } from './host-graph.ts'

/** y = x @ x + ... + x @ x. */
function graph() {
  const b = graphBuilder({ name: 'squares' })
  const x = b.input('x', tensorType('float32', [symbol('N'), symbol('N')]))
  let sum = b.node('MatMul', [x, x])
  for (let i = 0; i < 4; i++) sum = b.node('Add', [sum, b.node('MatMul', [x, x])])
  b.node('Identity', [sum], {}, { outputs: ['y'] })
  return b.build(['y'])
}

const square = (size: number) => ({
  kind: 'tensor' as const,
  dtype: 'float32' as const,
  shape: [size, size],
  data: new Float32Array(size * size).fill(1),
})

describe('hostGraph', () => {
  it('runs on the calling thread, and says what it takes and gives', async () => {
    const hosted = hostGraph(graph())
    expect(
      hosted
        .run({
          x: [
            [1, 2],
            [3, 4],
          ],
        })
        .get('y'),
    ).toEqual(
      f32([
        [35, 50],
        [75, 110],
      ]),
    )
    expect(hosted.inputs.map(({ name, required }) => [name, required])).toEqual([['x', true]])
    expect(hosted.outputs.map(({ name }) => name)).toEqual(['y'])
    expect(hosted.report().wasmBytes).toBeGreaterThan(0)
    await hosted.close()
  })

  it('computes the same with threads that help', async () => {
    const [alone, helped] = [hostGraph(graph(), { threads: 1 }), hostGraph(graph(), { threads: 3 })]
    const inputs = { x: square(257) }
    expect(helped.run(inputs).get('y')).toEqual(alone.run(inputs).get('y'))
    await helped.close()
    await helped.close()
  })

  it('stops a run, and takes the next one', () => {
    let asked = 0
    let limit = 2
    const hosted = hostGraph(graph(), { isCancelled: () => ++asked > limit })
    expect(() => hosted.run({ x: square(64) })).toThrow('SLP-S7')
    limit = Number.POSITIVE_INFINITY
    expect(hosted.run({ x: [[2]] }).get('y')).toEqual(f32([[20]]))
  })

  it('leaves no thread behind where it fails', async () => {
    const workers: Worker[] = []
    const exits: Promise<unknown>[] = []
    const onWorker = (worker: Worker) => {
      workers.push(worker)
      exits.push(once(worker, 'exit'))
    }
    process.on('worker', onWorker)
    const isCancelled = () => {
      throw new Error('of the caller')
    }
    expect(() => hostGraph(graph(), { threads: 3, isCancelled })).toThrow('of the caller')
    // The event comes in a later turn.
    await new Promise((resolve) => setImmediate(resolve))
    process.off('worker', onWorker)
    expect(workers).toHaveLength(2)
    const ended = Promise.all(exits).then(() => 'ended')
    const patience = new Promise((resolve) => setTimeout(resolve, 10_000, 'alive'))
    const found = await Promise.race([ended, patience])
    await Promise.all(workers.map((worker) => worker.terminate()))
    expect(found).toBe('ended')
  })

  it('refuses what a session refuses', () => {
    const hosted = hostGraph(graph())
    expect(() => hosted.run({})).toThrow('SLP-S2')
    expect(() => hosted.run({ x: [[1, 2]] })).toThrow('SLP-S4')
    expect(() => hosted.run({ x: [[1]] }, { outputs: ['z'] })).toThrow('SLP-S5')
  })
})
