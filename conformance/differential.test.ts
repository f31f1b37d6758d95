import { type Graph, interpret, type Tensor, tensor, writeOnnx } from '@slipway/core'
import { difference, generator, randomStream } from '@slipway/core/testing'
import { describe, expect, it } from 'vitest'
import { runOrt, tryLoadOrt } from './ort.ts'
import { randomCase } from './random-graph.ts'

const ort = tryLoadOrt()
const cases = Number(process.env['SLIPWAY_DIFFERENTIAL_CASES'] ?? 150)
const base = Number(process.env['SLIPWAY_SEED'] ?? 1)
/** What exports are for; the peer reads up to operator set 26 and IR version 13. */
const target = { opset: 21, irVersion: 10 }

if (!ort)
  console.log(
    'differential tests are skipped: onnxruntime-node is not installed (npm ci --prefix conformance)',
  )

describe.skipIf(!ort)('the reference engine against onnxruntime-node', () => {
  it(`agrees on ${cases} random graphs`, { timeout: 300_000 }, async () => {
    const disagreements: string[] = []
    for (let i = 0; i < cases; i++) {
      const seed = base * 100_000 + i
      const { graph, inputs } = randomCase(generator(randomStream(seed)))
      const operators = graph.nodes.map(({ op }) => op).join(' ')
      const expected = await runOrt(ort!, writeOnnx(graph, target), inputs)
      const got = interpret(graph, inputs)
      const absolute = 1e-4 + 100 * sensitivity(graph, inputs)
      const why = difference(got.get('y')!, expected.get('y')!, { relative: 1e-3, absolute })
      if (why) disagreements.push(`seed ${seed}: ${why} (${operators})`)
    }
    expect(disagreements).toEqual([])
  })
})

/**
 * How far the result moves where inputs and weights move by some units in the last place of float32: some random
 * graphs subtract nearly equal values, and there the peer's own rounding decides the digits.
 */
function sensitivity(graph: Graph, inputs: ReadonlyMap<string, Tensor>): number {
  const nudged = { ...graph, constants: nudge(graph.constants) }
  const [before, after] = [interpret(graph, inputs).get('y'), interpret(nudged, nudge(inputs)).get('y')]
  if (before?.kind !== 'tensor' || after?.kind !== 'tensor') return 0
  const [from, to] = [before.data as Float32Array, after.data as Float32Array] // y is declared float32
  return from.reduce((most, value, i) => Math.max(most, Math.abs(value - to[i]!)), 0)
}

function nudge(tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map([...tensors].map(([name, one]) => [name, one.dtype === 'float32' ? nudgeTensor(one) : one]))
}

function nudgeTensor({ shape, data }: Tensor): Tensor {
  const numbers = (data as Float32Array).map((value, i) => value * (1 + 1e-6 * Math.sin(i + 1))) // the caller checked
  return tensor('float32', shape, numbers)
}
