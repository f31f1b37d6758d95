/** Every weight against the same weight of the other model, or against its hash in a lock: numbers cannot show 1 %. */
import type { Tensor } from '../../base/tensor.ts'
import { defineStage, finding, type VerifyFinding } from '../define-stage.ts'
import { hashWeights, type Weight, weightsOf } from '../weights.ts'

export const weights = defineStage({
  name: 'weights',
  about: 'every weight has the SHA-256 that is expected',
  async run({ model, other, expected }) {
    const own = weightsOf(model.written())
    const hashes = await hashWeights(own)
    const theirs = other && weightsOf(other.written())
    const findings: VerifyFinding[] = []
    if (theirs) {
      const hashesOfOther = await hashWeights(theirs)
      const values = new Map(theirs.map(({ name, value }) => [name, value]))
      findings.push(...compare(own, hashes, hashesOfOther, values), ...onlyInOne(hashes, hashesOfOther))
    }
    if (expected.weights) {
      const locked = new Map(Object.entries(expected.weights))
      findings.push(...compare(own, hashes, locked, new Map()))
      for (const name of locked.keys())
        if (!hashes.has(name)) findings.push(finding('SLP-V10', `weight "${name}" is missing`))
    }
    return { findings, facts: { count: own.length, hashes: Object.fromEntries(hashes) } }
  },
})

function compare(
  own: readonly Weight[],
  hashes: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
  values: ReadonlyMap<string, Tensor>,
): VerifyFinding[] {
  return own.flatMap(({ name, value, node, operator }) => {
    const expected = wanted.get(name)
    if (expected === undefined || expected === hashes.get(name)) return []
    const other = values.get(name)
    const how = other
      ? howItDiffers(value, other)
      : `its SHA-256 must be ${expected}, got ${hashes.get(name)}`
    return [finding('SLP-V9', `weight "${name}" is another one: ${how}`, { node, operator })]
  })
}

function onlyInOne(
  own: ReadonlyMap<string, string>,
  theirs: ReadonlyMap<string, string>,
): readonly VerifyFinding[] {
  const missing = [...theirs.keys()].filter((name) => !own.has(name))
  const extra = [...own.keys()].filter((name) => !theirs.has(name))
  if (missing.length + extra.length === 0) return []
  const some = [...missing, ...extra].slice(0, 5).map((name) => `"${name}"`)
  return [
    finding(
      'SLP-V11',
      `${missing.length} weights are missing and ${extra.length} are new: ${some.join(', ')}`,
    ),
  ]
}

/** In words. */
function howItDiffers(got: Tensor, expected: Tensor): string {
  if (got.dtype !== expected.dtype || got.data.length !== expected.data.length)
    return `${got.dtype}[${got.shape}], not ${expected.dtype}[${expected.shape}]`
  if (isTranspose(got, expected)) return 'it is transposed'
  if (isReordered(got, expected)) return 'its elements are in another order'
  let [changed, at] = [0, -1]
  got.data.forEach((element, i) => {
    if (Object.is(element, expected.data[i])) return
    changed++
    if (at < 0) at = i
  })
  return `${changed} of ${got.data.length} elements differ, the first at ${at}: ${got.data[at]}, not ${expected.data[at]}`
}

/** Larger tensors are not sorted only to word a message. */
const mostSorted = 2 ** 22

function isReordered({ data }: Tensor, { data: expected }: Tensor): boolean {
  if (data.length > mostSorted) return false
  const [a, b] = [sorted(data), sorted(expected)]
  return a.every((element, i) => Object.is(element, b[i]))
}

const sorted = (data: Tensor['data']): number[] => Array.from(data, Number).sort((a, b) => a - b)

function isTranspose({ shape, data }: Tensor, { shape: other, data: expected }: Tensor): boolean {
  const [rows, columns] = shape
  if (shape.length !== 2 || other.length !== 2 || rows !== other[1] || columns !== other[0]) return false
  for (let r = 0; r < rows!; r++)
    for (let c = 0; c < columns!; c++)
      if (!Object.is(data[r * columns! + c], expected[c * rows! + r])) return false
  return true
}
