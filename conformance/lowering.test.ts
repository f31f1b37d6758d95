import { interpret, readOnnx, SlipwayError, writeOnnx } from '@slipway/core'
import { difference, generator, randomStream } from '@slipway/core/testing'
import { describe, expect, it } from 'vitest'
import { randomCase } from './random-graph.ts'

const cases = Number(process.env['SLIPWAY_LOWERING_CASES'] ?? 100)
const base = Number(process.env['SLIPWAY_SEED'] ?? 1)
/** Expanded functions round after every step. */
const tolerance = { relative: 1e-3, absolute: 1e-4 }

describe('a graph means the same at an older operator set', () => {
  for (const opset of [28, 26, 24, 21, 18, 17, 15, 13]) {
    it(`on ${cases} random graphs at ${opset}`, { timeout: 300_000 }, () => {
      const wrong: string[] = []
      const refused: string[] = []
      for (let i = 0; i < cases; i++) {
        const seed = base * 100_000 + i
        const { graph, inputs } = randomCase(generator(randomStream(seed)))
        try {
          const again = readOnnx(writeOnnx(graph, { opset }))
          const got = interpret(again, inputs).get('y')!
          const why = difference(got, interpret(graph, inputs).get('y')!, tolerance)
          if (why) wrong.push(`seed ${seed}: ${why} (${graph.nodes.map(({ op }) => op).join(' ')})`)
        } catch (error) {
          if (!(error instanceof SlipwayError) || error.code !== 'SLP-F7') throw error
          refused.push(error.message)
        }
      }
      expect(wrong).toEqual([])
      expect(refused).toEqual([])
    })
  }
})
