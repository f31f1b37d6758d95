import { describe, expect, it } from 'vitest'
import { type Tensor, tensor } from '../../base/tensor.ts'
import { tensorType } from '../../base/value.ts'
import { graphBuilder } from '../../ir/builder.ts'
import type { Graph } from '../../ir/graph.ts'
import { portableTarget } from '../../kernel/target.ts'
import { enableRelaxedSimd } from '../../wasm/index.ts'
import { createSession } from '../session.ts'
import { compileGraph, openHosted } from './compile.ts'
import { sampleGraph, sampleInputs } from './sample-graph.ts'

const size = 40

const matrix = (scale: number): Tensor<'float32'> =>
  tensor(
    'float32',
    [size, size],
    Float32Array.from({ length: size * size }, (_, i) => Math.sin(i * scale)),
  )

function product(): Graph {
  const b = graphBuilder({ name: 'product' })
  const x = b.input('x', tensorType('float32', [size, size]))
  return b.build([b.node('MatMul', [x, b.constant(matrix(0.3))], {}, { outputs: ['y'] })])
}

/** The product with each sum in order, by what a step does. */
function inOrder(a: Float32Array, b: Float32Array, step: (a: number, b: number, c: number) => number) {
  return Float32Array.from({ length: size * size }, (_, i) => {
    let sum = 0
    for (let k = 0; k < size; k++)
      sum = step(a[Math.floor(i / size) * size + k]!, b[k * size + (i % size)]!, sum)
    return sum
  })
}

describe('deterministic', () => {
  it('takes what every machine has, whatever this one has', () => {
    enableRelaxedSimd()
    const { machine } = openHosted(product(), {
      deterministic: true,
      threads: 1,
      isCancelled: () => false,
      onModule: () => {},
    })
    expect(machine.target).toBe(portableTarget)
  })

  it('rounds products and sums, as machines without fused instructions do', () => {
    enableRelaxedSimd()
    const [x, w] = [matrix(0.7), matrix(0.3)]
    const y = compileGraph(product(), { deterministic: true })
      .run(new Map([['x', x]]))
      .get('y') as Tensor
    const rounded = inOrder(x.data, w.data, (a, b, c) => Math.fround(Math.fround(a * b) + c))
    const fused = inOrder(x.data, w.data, (a, b, c) => Math.fround(a * b + c))
    expect(fused).not.toEqual(rounded)
    expect(y.data).toEqual(rounded)
  })

  it('gives the same bits on any number of threads', async () => {
    const inputs = Object.fromEntries(sampleInputs())
    const [one, ...others] = await Promise.all(
      [1, 2, 3].map(async (threads) => {
        await using session = await createSession(sampleGraph(), { deterministic: true, threads })
        const results = await session.run(inputs)
        return results
      }),
    )
    for (const other of others) expect(other).toEqual(one)
  })
})
