/**
 * Reads many damaged ONNX files and closes with one line of counts:
 * `node conformance/dist/fuzz-long.js --count 100000 --first 1`. A failure prints its seed.
 */
import { parseArgs } from 'node:util'
import { checkFuzzed, fuzzedFile, fuzzSeeds } from '@slipway/core/testing'

const { values } = parseArgs({
  options: { count: { type: 'string', default: '100000' }, first: { type: 'string', default: '1' } },
})
const [count, first] = [Number(values.count), Number(values.first)]
const seeds = fuzzSeeds()
const outcomes = { graph: 0, message: 0, refused: 0 }
let failed = 0
let slowestMs = 0
for (let seed = first; seed < first + count; seed++) {
  const started = performance.now()
  try {
    outcomes[checkFuzzed(fuzzedFile(seeds, seed))]++
  } catch (error) {
    failed++
    console.log(`FAIL seed ${seed}: ${error instanceof Error ? error.stack : error}`)
  }
  slowestMs = Math.max(slowestMs, performance.now() - started)
}
console.log(
  `${count} files from seed ${first}: ${outcomes.graph} graphs, ${outcomes.message} messages without a graph, ` +
    `${outcomes.refused} refused, ${failed} failed; the slowest took ${Math.round(slowestMs)} ms`,
)
process.exitCode = failed > 0 ? 1 : 0
