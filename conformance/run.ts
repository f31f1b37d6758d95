/**
 * Runs ONNX test folders (model.onnx and test_data_set_N) on an engine and closes with one line of counts.
 * A skip has a reason in skips.json; a skipped test that passes fails the run.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { judge, type Skips } from './judge.js'
import { engines, runFolder } from './run-folder.js'

const { engine, suite, pattern, json } = options()
const here = dirname(fileURLToPath(import.meta.url))
const skips: Skips = JSON.parse(readFileSync(join(here, '../skips.json'), 'utf8'))[engine] ?? {}
const names = readdirSync(suite).filter(
  (name) => pattern.test(name) && existsSync(join(suite, name, 'model.onnx')),
)
if (names.length === 0) refuse('a folder with model.onnx must match', `none in ${suite}`)
const nodes = { all: 0, onHost: 0 }
const results = names.sort().map((name) => {
  const started = performance.now()
  const verdict = judge(name, runFolder(join(suite, name), engine, nodes), skips)
  if (verdict.outcome === 'failed') console.log(`FAIL ${name}: ${verdict.detail}`)
  return { name, ...verdict, durationMs: Math.round(performance.now() - started) }
})
const count = (outcome: string) => results.filter((result) => result.outcome === outcome).length
if (json) writeFileSync(json, `${JSON.stringify(results, null, 1)}\n`)
if (engine !== 'reference')
  console.log(`${nodes.all - nodes.onHost} of ${nodes.all} nodes ran compiled, or were known while planning`)
console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`)
process.exitCode = count('failed') > 0 ? 1 : 0

function options() {
  try {
    const { values } = parseArgs({
      options: {
        engine: { type: 'string', default: 'reference' },
        suite: { type: 'string' },
        filter: { type: 'string', default: '' },
        json: { type: 'string' },
      },
    })
    const { engine, suite, filter, json } = values
    if (!engines.includes(engine)) refuse(`--engine must be one of ${engines.join(', ')}`, engine)
    if (!suite || !existsSync(suite)) return refuse('--suite must name a folder', suite ?? 'nothing')
    return { engine, suite, pattern: new RegExp(filter), json }
  } catch (error) {
    return refuse('the options must be readable', error instanceof Error ? error.message : String(error))
  }
}

function refuse(rule: string, got: string): never {
  console.error(`Cannot run conformance: ${rule}, got ${got}`)
  process.exit(2)
}
