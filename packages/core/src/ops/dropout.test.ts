import { describe, expect, it } from 'vitest'
import type { Tensor } from '../base/tensor.ts'
import { graphBuilder } from '../ir/builder.ts'
import { interpret } from '../reference/interpret.ts'
import { bool, f32, f64, flat, i64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { dropout } from './dropout.ts'

const data = f32([1, 2, 3])
const all = bool([true, true, true])

opTest(dropout, {
  cases: [
    {
      name: 'passes data outside training',
      inputs: { data, ratio: f32(0.75) },
      outputs: { output: data, mask: all },
    },
    {
      name: 'passes data where training is off',
      inputs: { data, ratio: f32(0.75), training_mode: bool(false) },
      outputs: { output: data, mask: all },
    },
    {
      name: 'drops nothing at ratio 0',
      inputs: { data, ratio: f64(0), training_mode: bool(true) },
      outputs: { output: data, mask: all },
    },
    { name: 'leaves the mask out', inputs: { data }, outputs: { output: data } },
  ],
  symbolic: [
    { name: 'keeps the shape', inputs: { data: 'float16[N,3]' }, outputs: ['float16[N,3]', 'bool[N,3]'] },
  ],
  invalid: [
    {
      name: 'ratio 1',
      inputs: { data, ratio: f32(1), training_mode: bool(true) },
      code: 'SLP-O4',
      message: 'ratio must lie in [0, 1), got 1',
    },
    {
      name: 'ratio NaN',
      inputs: { data, ratio: f32(Number.NaN), training_mode: bool(true) },
      code: 'SLP-O4',
      message: 'ratio must lie in [0, 1)',
    },
    {
      name: 'two ratios',
      inputs: { data, ratio: f32([0, 0]) },
      code: 'SLP-O2',
      message: 'ratio must be a scalar',
    },
    { name: 'integers', inputs: { data: i64([1]) }, code: 'SLP-O2', message: 'data must be one of' },
  ],
})

describe('Dropout in training', () => {
  const count = 4000
  const train = (ratio: number, seed?: number): { output: Tensor; mask: Tensor } => {
    const b = graphBuilder()
    const x = b.constant(flat('float32', [count], new Array(count).fill(3)))
    const outputs = b.nodes(
      'Dropout',
      [x, b.literal('float32', ratio), b.literal('bool', 1)],
      { seed },
      { outputs: ['output', 'mask'] },
    )
    const results = interpret(b.build(outputs), new Map())
    return { output: results.get('output') as Tensor, mask: results.get('mask') as Tensor } // both are tensors
  }

  it('drops about the given share and scales the rest', () => {
    const { output, mask } = train(0.25)
    const kept = Array.from(mask.data, Number)
    const share = kept.reduce((sum, bit) => sum + bit, 0) / count
    expect(share).toBeGreaterThan(0.71)
    expect(share).toBeLessThan(0.79)
    expect(Array.from(output.data, Number)).toEqual(kept.map((bit) => bit * 4))
  })

  it('repeats itself under one seed and differs under another', () => {
    expect(train(0.5, 7).mask).toEqual(train(0.5, 7).mask)
    expect(train(0.5, 7).mask).not.toEqual(train(0.5, 8).mask)
  })
})
