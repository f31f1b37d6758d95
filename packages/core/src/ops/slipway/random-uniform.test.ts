import { expect, it } from 'vitest'
import { tensor } from '../../base/tensor.ts'
import { checkEmit, referenceOutputs } from '../../testing/check-emit.ts'
import { opTest } from '../../testing/op-test.ts'
import { testTargets } from '../../testing/targets.ts'
import { keyedUniform } from './random-uniform.ts'

const ints = (...list: readonly (number | bigint)[]) =>
  tensor('int64', [list.length], BigInt64Array.from(list, BigInt))
const unit = (...words: readonly number[]) => Float32Array.from(words, (word) => (word >>> 8) * 2 ** -24)

opTest(keyedUniform, {
  cases: [
    {
      // The known answer of philox4x32-10 that Random123 publishes (kat_vectors) for zeros.
      name: 'the first block of the key 0',
      inputs: { key: ints(0, 0), shape: ints(4) },
      outputs: { output: tensor('float32', [4], unit(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8)) },
    },
    {
      name: 'a part of a block',
      inputs: { key: ints(0, 0), shape: ints(1, 3) },
      outputs: { output: tensor('float32', [1, 3], unit(0x6627e8d5, 0xe169c58d, 0xbc57ac4c)) },
    },
    {
      name: 'nothing',
      inputs: { key: ints(1, 2), shape: ints(2, 0) },
      outputs: { output: tensor('float32', [2, 0], new Float32Array(0)) },
    },
    {
      name: 'a scalar',
      inputs: { key: ints(0, 0), shape: ints() },
      outputs: { output: tensor('float32', [], unit(0x6627e8d5)) },
    },
  ],
  symbolic: [
    {
      name: 'sizes that are known',
      inputs: { key: 'int64[2]', shape: 'int64[2]{N,3}' },
      outputs: ['float32[N,3]'],
    },
  ],
  random: (g) => ({
    inputs: {
      key: ints(g.oneOf([0n, 7n, -1n, 2n ** 40n + 5n]), g.oneOf([0n, 1n, -2n, 2n ** 33n + 1n])),
      shape: ints(g.int(0, 7), g.int(1, 9)),
    },
    attrs: { stream: g.oneOf([0, 1, 77]) },
  }),
  invalid: [
    {
      name: 'a key of one number',
      inputs: { key: ints(1), shape: ints(2) },
      code: 'SLP-O2',
      message: 'key',
    },
    {
      name: 'a negative size',
      inputs: { key: ints(1, 2), shape: ints(-1) },
      code: 'SLP-O2',
      message: 'negative',
    },
  ],
})

it('draws the same on any number of threads, and writes nothing beside the numbers', () => {
  for (const target of testTargets())
    for (const count of [1, 3, 4, 5, 15, 16, 17, 31, 97, 70_001])
      for (const threads of [1, 3])
        checkEmit(
          keyedUniform,
          { inputs: [ints(9, 2n ** 35n + 3n), ints(count)], attrs: { stream: 5 }, threads },
          target,
        )
})

it('spreads evenly', () => {
  const [numbers] = referenceOutputs(keyedUniform, { inputs: [ints(3, 4), ints(100_000)] })
  const data = Array.from(numbers!.data as Float32Array) // float32
  const mean = data.reduce((sum, x) => sum + x, 0) / data.length
  expect(mean).toBeCloseTo(0.5, 2)
  const deviation = data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length
  expect(deviation).toBeCloseTo(1 / 12, 3)
  expect(Math.min(...data.slice(0, 1000))).toBeGreaterThanOrEqual(0)
  expect(data.every((x) => x < 1)).toBe(true)
})
