// Expected values are those of onnxruntime 1.31.
import { describe, expect, it } from 'vitest'
import type { Tensor } from '../../base/tensor.ts'
import type { MapValue } from '../../base/value.ts'
import { tensorType, typeText } from '../../base/value.ts'
import { graphBuilder } from '../../ir/builder.ts'
import { f32, f64, i64, str } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { inferGraph } from '../infer-graph.ts'
import { castMap } from './cast-map.ts'
import { dictVectorizer } from './dict-vectorizer.ts'
import { zipMap } from './zip-map.ts'

const map = (keys: Tensor, values: Tensor): MapValue => ({ kind: 'map', keys, values })
const maps = (key: 'int64' | 'string', items: readonly MapValue[]) => ({
  kind: 'sequence' as const,
  element: { kind: 'map' as const, key, value: tensorType('float32', []) },
  items,
})

opTest(zipMap, {
  cases: [
    {
      name: 'makes one map per row',
      inputs: {
        X: f32([
          [1, 2],
          [3, 4],
        ]),
      },
      attrs: { classlabels_strings: ['b', 'a'] },
      outputs: { Z: maps('string', [map(str(['b', 'a']), f32([1, 2])), map(str(['b', 'a']), f32([3, 4]))]) },
    },
    {
      name: 'takes a vector for one row',
      inputs: { X: f32([1, 2]) },
      attrs: { classlabels_int64s: [9, 8] },
      outputs: { Z: maps('int64', [map(i64([9, 8]), f32([1, 2]))]) },
    },
  ],
  invalid: [
    {
      name: 'another number of columns',
      inputs: { X: f32([[1, 2]]) },
      attrs: { classlabels_int64s: [9] },
      code: 'SLP-O2',
      message: 'X must have 1 features, got 2',
    },
    {
      name: 'no labels',
      inputs: { X: f32([[1]]) },
      code: 'SLP-O2',
      message: 'either integer or string labels',
    },
  ],
})

describe('ZipMap', () => {
  it('knows the type of its maps', () => {
    const b = graphBuilder()
    const x = b.input('x', tensorType('float32'))
    const z = b.node('ZipMap', [x], { classlabels_strings: ['a'] }, { domain: 'ai.onnx.ml' })
    expect(typeText(inferGraph(b.build([z])).facts.get(z)!.type)).toBe('seq(map(string,float32[]))')
  })
})

const letters = { string_vocabulary: ['a', 'c', 'b'] }

opTest(dictVectorizer, {
  cases: [
    {
      name: 'puts values where their keys stand',
      inputs: { X: map(str(['c', 'a']), f32([8, 4])) },
      attrs: letters,
      outputs: { Y: f32([[4, 8, 0]]) },
    },
    {
      name: 'leaves unknown keys out',
      inputs: { X: map(str(['a', 'q']), f64([4, 8])) },
      attrs: letters,
      outputs: { Y: f64([[4, 0, 0]]) },
    },
    {
      name: 'takes integer keys',
      inputs: { X: map(i64([1]), str(['x'])) },
      attrs: { int64_vocabulary: [2, 1] },
      outputs: { Y: str([['', 'x']]) },
    },
  ],
  invalid: [
    {
      name: 'keys of the other type',
      inputs: { X: map(i64([1]), f32([1])) },
      attrs: letters,
      code: 'SLP-O2',
      message: 'the vocabulary must have the type of the keys, got "int64"',
    },
    {
      name: 'keys and values that no type allows',
      inputs: { X: map(i64([1]), i64([1])) },
      attrs: letters,
      code: 'SLP-O2',
      message: 'X must be one of map(string,int64)',
    },
  ],
})

const unordered = map(i64([3, 1]), f32([1.5, 2.5]))

opTest(castMap, {
  cases: [
    { name: 'orders values by key', inputs: { X: unordered }, outputs: { Y: f32([[2.5, 1.5]]) } },
    {
      name: 'puts values at their keys',
      inputs: { X: unordered },
      attrs: { map_form: 'SPARSE', max_map: 5 },
      outputs: { Y: f32([[0, 2.5, 0, 1.5, 0]]) },
    },
    {
      name: 'leaves keys beyond max_map out',
      inputs: { X: unordered },
      attrs: { map_form: 'SPARSE', max_map: 2 },
      outputs: { Y: f32([[0, 2.5]]) },
    },
    {
      name: 'writes numbers with six decimals',
      inputs: { X: unordered },
      attrs: { cast_to: 'TO_STRING' },
      outputs: { Y: str([['2.500000', '1.500000']]) },
    },
    {
      name: 'cuts to integers',
      inputs: { X: unordered },
      attrs: { cast_to: 'TO_INT64' },
      outputs: { Y: i64([[2, 1]]) },
    },
    {
      name: 'reads numbers',
      inputs: { X: map(i64([0, 1]), str(['1.5', '-2e1'])) },
      outputs: { Y: f32([[1.5, -20]]) },
    },
  ],
  invalid: [
    {
      name: 'a negative key in SPARSE form',
      inputs: { X: map(i64([-3]), f32([1])) },
      attrs: { map_form: 'SPARSE', max_map: 5 },
      code: 'SLP-O4',
      message: 'must not be negative in SPARSE form, got -3',
    },
    {
      name: 'text that is no number',
      inputs: { X: map(i64([0]), str(['x'])) },
      code: 'SLP-O4',
      message: 'the text of a number, got "x"',
    },
    {
      name: 'a number that no integer is',
      inputs: { X: map(i64([0]), f32([Number.POSITIVE_INFINITY])) },
      attrs: { cast_to: 'TO_INT64' },
      code: 'SLP-O4',
      message: 'finite',
    },
  ],
})
