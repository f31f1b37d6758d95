/**
 * Runs ONNX test folders (model.onnx and test_data_set_N) on an engine and closes with one line of counts.
 * A skip has a reason in skips.json; a skipped test that passes fails the run.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runFolder } from './run-folder.js'

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'reference' },
    suite: { type: 'string' },
    filter: { type: 'string' },
    json: { type: 'string' },
  },
})

if (!values.suite || !existsSync(values.suite)) {
  console.error(`Cannot run conformance: --suite must name a folder, got ${values.suite ?? 'nothing'}`)
  process.exit(2)
}
const suite = values.suite
const pattern = new RegExp(values.filter ?? '')
const here = dirname(fileURLToPath(import.meta.url))
const skips: Record<string, string> =
  JSON.parse(readFileSync(join(here, '../skips.json'), 'utf8'))[values.engine] ?? {}
const names = readdirSync(suite).filter(
  (name) => pattern.test(name) && existsSync(join(suite, name, 'model.onnx')),
)
const results = names.sort().map((name) => {
  const started = performance.now()
  const error = runFolder(join(suite, name), values.engine)
  const reason = Object.entries(skips).find(([key]) => new RegExp(`^${key}$`).test(name))?.[1]
  const outcome =
    reason === undefined
      ? error === undefined
        ? 'passed'
        : 'failed'
      : error === undefined
        ? 'failed'
        : 'skipped'
  const detail = reason !== undefined && error === undefined ? `is skipped (${reason}) but passes` : error
  if (outcome === 'failed') console.log(`FAIL ${name}: ${detail}`)
  return { name, outcome, reason, detail, durationMs: Math.round(performance.now() - started) }
})
const count = (outcome: string) => results.filter((result) => result.outcome === outcome).length
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 1)}\n`)
console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`)
process.exitCode = count('failed') > 0 ? 1 : 0
