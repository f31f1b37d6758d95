import { describe, expect, it } from 'vitest'
import { parseDim } from '../base/dim.ts'
import { tensorType, typeText } from '../base/value.ts'
import { graphBuilder } from '../ir/builder.ts'
import { flat, i64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { inferGraph } from './infer-graph.ts'
import { reshape } from './reshape.ts'

const data = flat('float32', [2, 3], [1, 1, 0, 1, 0, 1])
const to = (name: string, shape: number[], expected: number[]) => ({
  name,
  inputs: { data, shape: i64(shape) },
  outputs: { reshaped: flat('float32', expected, [1, 1, 0, 1, 0, 1]) },
})

opTest(reshape, {
  cases: [
    to('to three axes', [3, 1, 2], [3, 1, 2]),
    to('finds -1', [-1, 2], [3, 2]),
    to('copies 0', [0, -1, 1], [2, 3, 1]),
    {
      name: 'to a scalar',
      inputs: { data: flat('float32', [1, 1], [4]), shape: flat('int64', [0], []) },
      outputs: { reshaped: flat('float32', [], [4]) },
    },
    {
      name: 'allowzero',
      inputs: { data: flat('float32', [0, 3], []), shape: i64([3, 0]) },
      attrs: { allowzero: 1 },
      outputs: { reshaped: flat('float32', [3, 0], []) },
    },
    {
      name: '-1 of no elements',
      inputs: { data: flat('float32', [0, 3], []), shape: i64([-1, 3]) },
      outputs: { reshaped: flat('float32', [0, 3], []) },
    },
  ],
  symbolic: [
    {
      name: 'keeps a name',
      inputs: { data: 'float32[N,3,4]', shape: i64([0, -1]) },
      outputs: ['float32[N,12]'],
    },
    {
      name: 'divides names',
      inputs: { data: 'float32[N,12,H]', shape: i64([-1, 4]) },
      outputs: ['float32[3*H*N,4]'],
    },
    {
      name: 'leaves a division open',
      inputs: { data: 'float32[N]', shape: i64([-1, 2]) },
      outputs: ['float32[floor((N)/(2)),2]'],
    },
    {
      name: 'rank from the length',
      inputs: { data: 'float32[N]', shape: 'int64[2]' },
      outputs: ['float32[node.size,node.size1]'],
    },
    { name: 'unknown rank', inputs: { data: 'float32[N]', shape: 'int64[R]' }, outputs: ['float32[*]'] },
    {
      name: 'of an unknown rank',
      inputs: { data: 'float32[*]', shape: i64([3, -1]) },
      outputs: ['float32[3,node.size]'],
    },
  ],
  random: (g) => {
    const shape = g.shape({ rank: [1, 4] })
    return {
      inputs: { data: g.tensor('float32', shape), shape: i64(shape.toReversed()) },
      attrs: { allowzero: 1 },
    }
  },
  invalid: [
    {
      name: 'another count',
      inputs: { data, shape: i64([4]) },
      code: 'SLP-O2',
      message: 'shape must have the 6 elements of data, got [4]',
    },
    {
      name: 'a rest',
      inputs: { data, shape: i64([4, -1]) },
      code: 'SLP-O2',
      message: 'the other sizes divide',
    },
    {
      name: 'two free sizes',
      inputs: { data, shape: i64([-1, -1]) },
      code: 'SLP-O2',
      message: 'at most one size may be -1',
    },
    {
      name: 'a size below -1',
      inputs: { data, shape: i64([-2, 3]) },
      code: 'SLP-O2',
      message: 'sizes must be -1 or above',
    },
    {
      name: '0 beyond the rank',
      inputs: { data, shape: i64([6, 1, 0]) },
      code: 'SLP-O2',
      message: 'a size of 0 must stand at an axis of data',
    },
    {
      name: '-1 beside an explicit 0',
      inputs: { data, shape: i64([-1, 0]) },
      attrs: { allowzero: 1 },
      code: 'SLP-O2',
      message: 'exclude each other',
    },
    {
      name: 'a matrix of sizes',
      inputs: { data, shape: i64([[6]]) },
      code: 'SLP-O2',
      message: 'shape must be a list, got "rank 2"',
    },
  ],
})

describe('Reshape inference', () => {
  it('cancels a sum against itself', () => {
    const b = graphBuilder()
    const x = b.input('x', tensorType('float32', [parseDim('N+5'), 4, parseDim('H')]))
    const y = b.input('y', tensorType('float32', [parseDim('N+5')]))
    const shape = b.node('Concat', [b.node('Shape', [y]), b.literal('int64', [-1])], { axis: 0 })
    const out = b.node('Reshape', [x, shape])
    expect(typeText(inferGraph(b.build([out])).facts.get(out)!.type)).toBe('float32[N+5,4*H]')
  })
})
