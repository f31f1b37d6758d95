import { expect, it } from 'vitest'
import { checkFuzzed, fuzzedFile, fuzzSeeds } from '../../testing/onnx-fuzz.ts'

const count = 3000

it('gives a graph or a refusal for damaged files, and the same bytes twice', () => {
  const first = Number(process.env['SLIPWAY_SEED'] ?? 1) * 1_000_000
  const seeds = fuzzSeeds()
  for (const seed of seeds) expect(checkFuzzed(seed)).toBe('graph')
  const outcomes = { graph: 0, message: 0, refused: 0 }
  for (let seed = first; seed < first + count; seed++) {
    try {
      outcomes[checkFuzzed(fuzzedFile(seeds, seed))]++
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error })
    }
  }
  console.log(`seeds ${first} to ${first + count - 1}: ${JSON.stringify(outcomes)}`)
  // A mutation that nothing survives, or that changes nothing, would test nothing.
  for (const share of Object.values(outcomes)) expect(share).toBeGreaterThan(count / 50)
})
