import { readOnnx } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { gemmModel } from './gemm.ts'
import { inputsOf } from './inputs.ts'

const graph = readOnnx(gemmModel([3, 4, 5]))
const anyShape = { kind: 'tensor', dtype: 'float32' } as const

describe('inputsOf', () => {
  it('draws the same elements every time', () => {
    const { shape, data } = inputsOf(graph, { name: 'gemm' }).get('a')!
    expect(shape).toEqual([3, 4])
    expect(new Set<unknown>([...data]).size).toBe(12)
    expect(inputsOf(graph, { name: 'gemm' }).get('a')!.data).toEqual(data)
  })

  it('takes shapes and integers from the table', () => {
    const open = { ...graph, inputs: ['a', 'rate'], types: new Map([['a', anyShape]]) }
    const model = {
      name: 'm',
      inputs: { a: { shape: [2], of: 'zeros' as const } },
      integers: { rate: 16000 },
    }
    expect([...inputsOf(open, model).values()].map(({ data }) => [...data])).toEqual([[0, 0], [16000n]])
  })

  it('refuses an open shape that the table does not give', () => {
    const open = { ...graph, types: new Map([['a', anyShape]]) }
    expect(() => inputsOf(open, { name: 'gemm' })).toThrow('Cannot make input "a"')
  })
})
