/** `node examples/iris-classics/dist/main.js [table.csv]`: compares estimators, and exports the best one. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compare, mean, tableOf } from './compare.ts'
import { exportClassifier } from './export.ts'
import { makeFlowers, parseFlowers } from './flowers.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const file = process.argv[2]
const flowers = file === undefined ? makeFlowers(50, 1) : parseFlowers(await readFile(file, 'utf8'))

console.log(
  `${flowers.y.length} flowers ${file === undefined ? 'made up' : `of ${file}`}, accuracy in 5 folds`,
)
const rows = compare(flowers, { trees: 100, folds: 5 })
console.log(tableOf(rows))

const best = rows.reduce((a, b) => (mean(b.scores) > mean(a.scores) ? b : a))
const model = best.make().fit(flowers.X, flowers.y)
const { bytes, findings, different } = exportClassifier(model, flowers.X)
const folder = join(root, '.slipway/models/flowers/1')
await mkdir(folder, { recursive: true })
await writeFile(join(folder, 'model.onnx'), bytes)
console.log(
  `wrote ${best.name} to .slipway/models/flowers/1/model.onnx (${bytes.length} bytes, ${findings} findings); ` +
    `compiled, it labels ${different} of ${flowers.y.length} flowers otherwise`,
)
process.exitCode = findings + different > 0 ? 1 : 0
