import { tensor } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { classesOf, classify } from './classify.ts'

const floats = (shape: number[], ...values: number[]) => tensor('float32', shape, Float32Array.from(values))
const plain = { batched: false, labels: [] }
const refused = expect.objectContaining({ code: 'SLP-R4' })

describe('classify', () => {
  it('writes values, places and labels, largest first', () => {
    const { shape, data } = classify('y', floats([3], 0.25, 4, 1), 2, { ...plain, labels: ['cat', 'dog'] })
    expect([shape, data]).toEqual([[2], ['4.000000:1:dog', '1.000000:2']])
  })

  it('does so for each row of a batch', () => {
    const { shape, data } = classify('y', floats([2, 2], 1, 2, 4, 3), 1, { ...plain, batched: true })
    expect([shape, data]).toEqual([
      [2, 1],
      ['2.000000:1', '4.000000:0'],
    ])
  })

  it('gives all where there are fewer, ties in order, and not-a-number last', () => {
    expect(classify('y', floats([4], 1, Number.NaN, 1, Number.POSITIVE_INFINITY), 9, plain).data).toEqual([
      'Infinity:3',
      '1.000000:0',
      '1.000000:2',
      'NaN:1',
    ])
  })

  it('keeps integers whole, and empty batches empty', () => {
    const ids = tensor('int64', [2], BigInt64Array.of(2n ** 60n, 3n))
    expect(classify('y', ids, 1, plain).data).toEqual([`${2n ** 60n}:0`])
    expect(classify('y', floats([0, 2]), 1, { ...plain, batched: true }).shape).toEqual([0, 0])
  })

  it('refuses text', () => {
    expect(() => classify('y', tensor('string', [1], ['a']), 1, plain)).toThrow(refused)
  })

  it.each([0, -1, 1.5, 'two', true])('refuses %s classes', (count) => {
    expect(() => classesOf('y', new Map([['classification', count]]))).toThrow(refused)
  })

  it('takes numbers of both kinds', () => {
    expect(classesOf('y', new Map([['classification', 3n]]))).toBe(3)
    expect(classesOf('y', new Map())).toBeUndefined()
  })
})
