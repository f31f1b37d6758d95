// Three real exports of scikit-learn. The models and the test set lie outside the repository.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Tensor } from '../base/tensor.ts'
import { widen } from '../base/wide.ts'
import { readNpy } from '../formats/npy/read.ts'
import { readOnnx } from '../formats/onnx/read.ts'
import { flat } from '../testing/literals.ts'
import { interpret } from './interpret.ts'

const folder = fileURLToPath(new URL('../../../../../shared/models/iris/', import.meta.url))
const isThere = existsSync(folder)
if (!isThere) console.log(`skipped: the iris models are not at ${folder}`)

const numbers = (value: Tensor) => Array.from<number | bigint | string, number>(widen(value).data, Number)
const read = (name: string) => readFileSync(`${folder}${name}`)

describe.skipIf(!isThere)('iris', () => {
  for (const model of ['rf_iris', 'logreg_iris', 'knn_iris']) {
    it(`${model} gives every flower its label and probabilities that add up to 1`, () => {
      const x = readNpy(read('iris_X_test.npy'))
      const given = flat('float32', x.shape, numbers(x))
      const results = interpret(readOnnx(read(`${model}.onnx`)), new Map([['float_input', given]]))
      const [label, probability] = [results.get('output_label')!, results.get('output_probability')!]
      expect(label.kind === 'tensor' && numbers(label)).toEqual(numbers(readNpy(read('iris_Y_test.npy'))))
      const maps = probability.kind === 'sequence' ? probability.items : []
      expect(maps).toHaveLength(x.shape[0]!)
      for (const map of maps) {
        if (map.kind !== 'map') throw new Error(`a ${map.kind} instead of a map`)
        expect(numbers(map.keys)).toEqual([0, 1, 2])
        expect(numbers(map.values).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5)
      }
    })
  }
})
