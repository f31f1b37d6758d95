import { describe, expect, it } from 'vitest'
import { type Tensor, tensor } from '../base/tensor.ts'
import type { Value } from '../base/value.ts'
import { moveValues } from './move-values.ts'

const bytes = (data: Uint8Array) => tensor('uint8', [data.length], data)
const dataOf = (values: ReadonlyMap<string, unknown>, name: string) =>
  (values.get(name) as Tensor).data as Uint8Array // uint8 above

describe('moveValues', () => {
  it('copies what the caller keeps', () => {
    const own = Uint8Array.of(1, 2)
    const { values, transfer } = moveValues(new Map([['x', bytes(own)]]), { give: false })
    expect(dataOf(values, 'x')).toEqual(own)
    expect(transfer).toEqual([dataOf(values, 'x').buffer])
    expect(transfer).not.toContain(own.buffer)
  })

  it('takes whole buffers that are given away, each once', () => {
    const own = Uint8Array.of(1, 2)
    const both = new Map([
      ['x', bytes(own)],
      ['y', bytes(own)],
    ])
    expect(moveValues(both, { give: true }).transfer).toEqual([own.buffer])
  })

  it.each([
    ['a view of a part', new Uint8Array(new ArrayBuffer(64), 8, 4)],
    ['a Node Buffer', Buffer.from('abcd')],
  ])('copies %s and nothing around it', (_, data) => {
    const { values, transfer } = moveValues(new Map([['x', bytes(data)]]), { give: true })
    expect(dataOf(values, 'x')).toEqual(new Uint8Array(data))
    expect(transfer.map(({ byteLength }) => byteLength)).toEqual([4])
  })

  it('leaves shared memory and strings where they are', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4))
    const given = new Map<string, Value>([
      ['x', bytes(shared)],
      ['s', tensor('string', [1], ['a'])],
    ])
    const { values, transfer } = moveValues(given, { give: true })
    expect(transfer).toEqual([])
    expect(dataOf(values, 'x')).toBe(shared)
  })

  it('reaches tensors inside sequences', () => {
    const items = [bytes(Uint8Array.of(1)), bytes(Uint8Array.of(2))]
    const sequence = { kind: 'sequence', element: { kind: 'tensor', dtype: 'uint8' }, items } as const
    expect(moveValues(new Map([['s', sequence]]), { give: true }).transfer).toHaveLength(2)
  })
})
