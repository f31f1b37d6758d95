import { interpret, writeOnnx } from '@slipway/core'
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
      const why = difference(got.get('y')!, expected.get('y')!, { relative: 1e-3, absolute: 1e-4 })
      if (why) disagreements.push(`seed ${seed}: ${why} (${operators})`)
    }
    expect(disagreements).toEqual([])
  })
})
