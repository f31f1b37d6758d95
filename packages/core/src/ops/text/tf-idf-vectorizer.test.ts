// Expected values are those of onnxruntime 1.31.
import { f32, flat, i64, str } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { tfIdfVectorizer } from './tf-idf-vectorizer.ts'

const pool = {
  mode: 'TF',
  ngram_counts: [0, 4],
  ngram_indexes: [0, 1, 2, 3, 4, 5, 6],
  pool_int64s: [2, 3, 5, 4, 5, 6, 7, 8, 6, 7],
  min_gram_length: 1,
  max_gram_length: 2,
  max_skip_count: 0,
}
const weights = [0.5, 1, 2, 3, 4, 5, 6]
const x = i64([1, 1, 3, 3, 3, 7, 8, 6, 7, 5, 6, 8])

opTest(tfIdfVectorizer, {
  cases: [
    { name: 'counts n-grams', inputs: { X: x }, attrs: pool, outputs: { Y: f32([0, 3, 1, 0, 1, 1, 1]) } },
    {
      name: 'skips tokens',
      inputs: { X: x },
      attrs: { ...pool, max_skip_count: 2 },
      outputs: { Y: f32([0, 3, 1, 0, 1, 2, 1]) },
    },
    {
      name: 'counts once and weighs',
      inputs: { X: x },
      attrs: { ...pool, mode: 'IDF', weights },
      outputs: { Y: f32([0, 1, 2, 0, 4, 5, 6]) },
    },
    {
      name: 'counts and weighs',
      inputs: { X: x },
      attrs: { ...pool, mode: 'TFIDF', weights, max_skip_count: 2 },
      outputs: { Y: f32([0, 3, 2, 0, 4, 10, 6]) },
    },
    {
      name: 'leaves other lengths out',
      inputs: { X: x },
      attrs: { ...pool, min_gram_length: 2 },
      outputs: { Y: f32([0, 0, 0, 0, 1, 1, 1]) },
    },
    {
      name: 'gives one row per row',
      inputs: {
        X: i64([
          [2, 3],
          [5, 6],
        ]),
      },
      attrs: pool,
      outputs: {
        Y: f32([
          [1, 1, 0, 0, 0, 0, 0],
          [0, 0, 1, 0, 1, 0, 0],
        ]),
      },
    },
    {
      name: 'counts nothing in an empty row',
      inputs: { X: flat('int64', [1, 0], []) },
      attrs: pool,
      outputs: { Y: f32([[0, 0, 0, 0, 0, 0, 0]]) },
    },
    {
      name: 'finds 3-grams of even distance',
      inputs: { X: i64([1, 2, 3, 4, 5, 6, 7]) },
      attrs: {
        ...pool,
        ngram_counts: [0, 0, 0],
        ngram_indexes: [0, 1],
        pool_int64s: [1, 2, 3, 1, 3, 5],
        min_gram_length: 3,
        max_gram_length: 3,
        max_skip_count: 2,
      },
      outputs: { Y: f32([1, 1]) },
    },
    {
      name: 'does not confuse where strings end',
      inputs: { X: str(['a', 'b,c', 'a,b']) },
      attrs: {
        ...pool,
        pool_int64s: undefined,
        ngram_counts: [0, 0],
        ngram_indexes: [1, 0],
        pool_strings: ['a', 'b,c', 'a,b', 'c'],
      },
      outputs: { Y: f32([0, 1]) },
    },
  ],
  everyDType: false, // the pool has the type of X
  symbolic: [
    { name: 'keeps the rows', inputs: { X: 'int32[N,C]' }, attrs: pool, outputs: ['float32[N,7]'] },
    {
      name: 'has one axis for a vector',
      inputs: { X: 'int64[C]' },
      attrs: { ...pool, ngram_indexes: [0, 1, 2, 3, 4, 5, 9] },
      outputs: ['float32[10]'],
    },
  ],
  invalid: [
    {
      name: 'no mode',
      inputs: { X: x },
      attrs: { ...pool, mode: undefined },
      code: 'SLP-O1',
      message: 'it is required',
    },
    {
      name: 'a pool of the other type',
      inputs: { X: str(['a']) },
      attrs: pool,
      code: 'SLP-O2',
      message: 'the type of X, got "string"',
    },
    {
      name: 'a pool that does not divide',
      inputs: { X: x },
      attrs: { ...pool, ngram_counts: [0, 3] },
      code: 'SLP-O2',
      message: 'into whole n-grams',
    },
    {
      name: 'too few weights',
      inputs: { X: x },
      attrs: { ...pool, weights: [0.5] },
      code: 'SLP-O2',
      message: 'there must be 7 weights, got 1',
    },
    {
      name: 'an unknown mode',
      inputs: { X: x },
      attrs: { ...pool, mode: 'BM25' },
      code: 'SLP-O1',
      message: 'one of TF, IDF, TFIDF',
    },
    {
      name: 'lengths out of order',
      inputs: { X: x },
      attrs: { ...pool, min_gram_length: 3 },
      code: 'SLP-O2',
      message: 'got [3,2]',
    },
  ],
})
