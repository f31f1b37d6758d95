import { expect, it } from 'vitest'
import { tensor } from '../../base/tensor.ts'
import { rowAxis, takeFirst } from './take-rows.ts'

const range = (count: number) => Float32Array.from({ length: count }, (_, i) => i)

it('takes the first rows of any axis', () => {
  expect(takeFirst(tensor('float32', [3, 2], range(6)), 0, 2)).toEqual(tensor('float32', [2, 2], range(4)))
  const inner = takeFirst(tensor('float32', [2, 3], range(6)), 1, 2)
  expect([...inner.data]).toEqual([0, 1, 3, 4])
  expect([...takeFirst(tensor('int64', [2], BigInt64Array.of(1n, 2n)), 0, 1).data]).toEqual([1n])
  expect(takeFirst(tensor('string', [2], ['a', 'b']), 0, 1).data).toEqual(['a'])
})

it('finds the axis that grows with the batch', () => {
  expect(rowAxis([2, 4], [7, 4], 2, 7)).toEqual({ axis: 0, perRow: 1 })
  expect(rowAxis([4, 6], [4, 21], 2, 7)).toEqual({ axis: 1, perRow: 3 })
  expect(rowAxis([2, 4], [7, 5], 2, 7)).toBeUndefined()
  expect(rowAxis([2, 4], [8, 4], 2, 7)).toBeUndefined()
  expect(rowAxis([2], [2], 2, 7)).toBeUndefined()
})
