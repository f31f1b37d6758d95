// Draws have fixed seeds, so that a bound of five standard errors either holds for good or shows a defect.
import { describe, expect, it } from 'vitest'
import type { DType } from '../base/dtype.ts'
import type { Tensor } from '../base/tensor.ts'
import { tensorType } from '../base/value.ts'
import { widen } from '../base/wide.ts'
import { type AttributesInit, float, graphBuilder } from '../ir/builder.ts'
import { interpret } from '../reference/interpret.ts'
import { f32, f64, flat, i64 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { bernoulli } from './bernoulli.ts'
import { multinomial } from './multinomial.ts'
import { randomNormal } from './random-normal.ts'
import { randomNormalLike } from './random-normal-like.ts'
import { randomUniform } from './random-uniform.ts'
import { randomUniformLike } from './random-uniform-like.ts'

const count = 20_000

function draw(op: string, inputs: readonly Tensor[], attrs: AttributesInit, runSeed = 1): number[] {
  const b = graphBuilder()
  const names = inputs.map((value, i) => b.input(`x${i}`, tensorType(value.dtype, value.shape)))
  const y = b.node(op, names, attrs)
  const results = interpret(b.build([y]), new Map(names.map((name, i) => [name, inputs[i]!])), {
    seed: runSeed,
  })
  const value = results.get(y)!
  if (value.kind !== 'tensor') throw new Error('not a tensor')
  return Array.from<number | bigint | string, number>(widen(value).data, Number)
}

const mean = (list: readonly number[]) => list.reduce((sum, x) => sum + x, 0) / list.length
const variance = (list: readonly number[]) => mean(list.map((x) => (x - mean(list)) ** 2))

/** Σ (seen - expected)² / expected over the classes. */
function chiSquare(list: readonly number[], probabilities: readonly number[]): number {
  return probabilities.reduce((sum, probability, k) => {
    const [seen, expected] = [list.filter((x) => x === k).length, probability * list.length]
    return sum + (seen - expected) ** 2 / expected
  }, 0)
}

/** 99.9 % quantile of chi-square with 9 and with 3 degrees of freedom. */
const [chi9, chi3] = [27.88, 16.27]
const like = flat('float32', [count], new Array<number>(count).fill(0.25))

const uniforms: readonly [string, readonly Tensor[], AttributesInit][] = [
  ['RandomUniform', [], { shape: [count] }],
  ['RandomUniformLike', [like], {}],
]
const normals: readonly [string, readonly Tensor[], AttributesInit][] = [
  ['RandomNormal', [], { shape: [count] }],
  ['RandomNormalLike', [like], {}],
]

describe('distributions', () => {
  for (const [op, inputs, attrs] of uniforms) {
    it(`${op} is even between low and high`, () => {
      const list = draw(op, inputs, { ...attrs, low: float(-2), high: float(3) })
      expect(list.every((x) => x >= -2 && x <= 3)).toBe(true)
      expect(Math.abs(mean(list) - 0.5)).toBeLessThan(5 * Math.sqrt(25 / 12 / count))
      expect(
        chiSquare(
          list.map((x) => Math.floor((x + 2) * 2)),
          new Array<number>(10).fill(0.1),
        ),
      ).toBeLessThan(chi9)
    })
  }
  for (const [op, inputs, attrs] of normals) {
    it(`${op} has its mean, its scale and a normal shape`, () => {
      const list = draw(op, inputs, { ...attrs, mean: float(4), scale: float(3) })
      expect(Math.abs(mean(list) - 4)).toBeLessThan(5 * (3 / Math.sqrt(count)))
      expect(Math.abs(variance(list) / 9 - 1)).toBeLessThan(5 * Math.sqrt(2 / count))
      // A quarter of a normal distribution lies in each of the four parts that its quartiles cut.
      const quarters = list.map((x) => [-0.67448975, 0, 0.67448975].filter((q) => (x - 4) / 3 > q).length)
      expect(chiSquare(quarters, [0.25, 0.25, 0.25, 0.25])).toBeLessThan(chi3)
    })
  }
  it('Bernoulli draws 1 as often as the input says', () => {
    const list = draw('Bernoulli', [like], { dtype: 7 })
    expect(Math.abs(mean(list) - 0.25)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / count))
  })
  it('Multinomial draws classes by their probabilities', () => {
    const probabilities = [0.1, 0.2, 0.3, 0.4]
    const logits = f64([probabilities.map((p) => Math.log(p) + 700)])
    expect(chiSquare(draw('Multinomial', [logits], { sample_size: count }), probabilities)).toBeLessThan(chi3)
  })
  it('Multinomial never draws a class without probability', () => {
    const list = draw('Multinomial', [f32([[Number.NEGATIVE_INFINITY, 0, Number.NEGATIVE_INFINITY]])], {
      sample_size: 500,
    })
    expect(new Set(list)).toEqual(new Set([1]))
  })
})

describe('seeds', () => {
  const uniform = (attrs: AttributesInit, runSeed: number) =>
    draw('RandomUniform', [], { shape: [4], ...attrs }, runSeed)
  it('repeat a run', () => expect(uniform({}, 5)).toEqual(uniform({}, 5)))
  it('of the run change the draws', () => expect(uniform({}, 5)).not.toEqual(uniform({}, 6)))
  it('of the node win over that of the run', () => {
    expect(uniform({ seed: 2.5 }, 5)).toEqual(uniform({ seed: 2.5 }, 6))
    expect(uniform({ seed: 2.5 }, 5)).not.toEqual(uniform({ seed: 3.5 }, 5))
  })
})

const symbolic = (dtype: DType) => `${dtype}[N,3]`

opTest(randomUniform, {
  cases: [
    {
      name: 'is exact where low is high',
      inputs: {},
      attrs: { shape: [2], low: 0.5, high: 0.5 },
      outputs: { output: f32([0.5, 0.5]) },
    },
  ],
  symbolic: [
    {
      name: 'has the given shape and type',
      inputs: {},
      attrs: { shape: [2, 3], dtype: 11 },
      outputs: ['float64[2,3]'],
    },
  ],
  invalid: [
    {
      name: 'a negative size',
      inputs: {},
      attrs: { shape: [-1] },
      code: 'SLP-O2',
      message: 'a size must not be negative, got -1',
    },
    {
      name: 'an integer type',
      inputs: {},
      attrs: { shape: [1], dtype: 7 },
      code: 'SLP-O1',
      message:
        'Cannot read attribute dtype: it must be the code of one of bfloat16, float16, float32, float64, got int64',
    },
    {
      name: 'a size over the limit',
      inputs: {},
      attrs: { shape: [2 ** 20, 2 ** 20] },
      code: 'SLP-L4',
      message: 'at most',
    },
  ],
})

opTest(randomNormal, {
  cases: [
    {
      name: 'is exact without scale',
      inputs: {},
      attrs: { shape: [2, 0], scale: float(0) },
      outputs: { output: flat('float32', [2, 0], []) },
    },
  ],
  symbolic: [
    { name: 'is a scalar for an empty shape', inputs: {}, attrs: { shape: [] }, outputs: ['float32[]'] },
  ],
})

opTest(randomUniformLike, {
  cases: [
    {
      name: 'takes shape and type of the input',
      inputs: { input: f32([[1, 2]]) },
      attrs: { low: 0.5, high: 0.5, dtype: 11 },
      outputs: { output: f64([[0.5, 0.5]]) },
    },
  ],
  symbolic: [
    {
      name: 'takes the type of the input',
      inputs: { input: symbolic('float16') },
      outputs: [symbolic('float16')],
    },
  ],
  invalid: [
    { name: 'no float type', inputs: { input: i64([1]) }, code: 'SLP-O1', message: 'got none for int64' },
  ],
})

opTest(randomNormalLike, {
  cases: [
    {
      name: 'takes the shape of the input',
      inputs: { input: f32([[1, 2]]) },
      attrs: { mean: 0.5, scale: float(0), dtype: 1 },
      outputs: { output: f32([[0.5, 0.5]]) },
    },
  ],
  symbolic: [
    {
      name: 'takes the given type',
      inputs: { input: symbolic('int64') },
      attrs: { dtype: 1 },
      outputs: [symbolic('float32')],
    },
  ],
})

opTest(bernoulli, {
  cases: [
    { name: 'is sure of 0 and 1', inputs: { input: f32([[0, 1]]) }, outputs: { output: f32([[0, 1]]) } },
  ],
  symbolic: [
    {
      name: 'takes the given type',
      inputs: { input: symbolic('float32') },
      attrs: { dtype: 9 },
      outputs: [symbolic('bool')],
    },
  ],
  invalid: [
    {
      name: 'no probability',
      inputs: { input: f32([1.5]) },
      code: 'SLP-O4',
      message: 'must lie in [0, 1], got 1.5',
    },
    {
      name: 'NaN',
      inputs: { input: f32([Number.NaN]) },
      code: 'SLP-O4',
      message: 'must lie in [0, 1], got NaN',
    },
  ],
})

opTest(multinomial, {
  cases: [
    {
      name: 'draws the only class',
      inputs: { input: f32([[5], [-5]]) },
      attrs: { sample_size: 2, dtype: 7 },
      outputs: {
        output: i64([
          [0, 0],
          [0, 0],
        ]),
      },
    },
  ],
  symbolic: [
    {
      name: 'draws per row',
      inputs: { input: 'float32[N,5]' },
      attrs: { sample_size: 4 },
      outputs: ['int32[N,4]'],
    },
    { name: 'knows the rank', inputs: { input: 'float32[*]' }, outputs: ['int32[node.batch,1]'] },
  ],
  invalid: [
    { name: 'a vector', inputs: { input: f32([1]) }, code: 'SLP-O2', message: '[batch_size, class_size]' },
    {
      name: 'classes without probability',
      inputs: { input: f32([[Number.NEGATIVE_INFINITY]]) },
      code: 'SLP-O4',
      message: 'finite greatest logarithm',
    },
  ],
})
