import { describe, expect, it } from 'vitest'
import { tensor } from '../../base/tensor.ts'
import type { Dataset } from './dataset.ts'
import { fromArray, fromStream, fromTensors, numbersOf, readCsv, readIdx } from './sources.ts'

async function all<T>(data: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const one of data) list.push(one)
  return list
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)
const columns = (count: number) =>
  fromTensors({
    x: tensor(
      'float32',
      [count, 2],
      Float32Array.from({ length: 2 * count }, (_, i) => i),
    ),
    y: tensor('int64', [count], BigInt64Array.from(numbers(count), BigInt)),
  })

describe('data sets', () => {
  it('give batches of tensors, the last one filled up and masked', async () => {
    const batches = await all(columns(5).batch(2))
    expect(batches.map(({ x }) => x.shape)).toEqual([
      [2, 2],
      [2, 2],
      [2, 2],
    ])
    expect(batches.map(({ y }) => [...y.data])).toEqual([
      [0n, 1n],
      [2n, 3n],
      [4n, 4n],
    ])
    expect(batches.map(({ mask }) => [...mask!.data])).toEqual([
      [1, 1],
      [1, 1],
      [1, 0],
    ])
    expect((await all(columns(5).batch(2, { last: 'drop' }))).length).toBe(2)
    expect((await all(columns(5).batch(2, { last: 'keep' }))).map(({ x }) => x.shape[0])).toEqual([2, 2, 1])
    expect(columns(5).batch(2).size).toBe(3)
    expect(columns(5).batch(2, { last: 'drop' }).size).toBe(2)
  })

  it.each([
    ['that can be read in any order', () => fromArray(numbers(50))],
    ['of a stream', () => fromStream(() => numbers(50))],
  ])('are shuffled anew in each epoch, and the same way for a seed: %s', async (_, make) => {
    const order = (seed: number, epoch: number) =>
      all(make().shuffle({ seed, bufferSize: 10 }).pass({ epoch }))
    const first = await order(1, 0)
    expect(first).not.toEqual(numbers(50))
    expect([...first].sort((a, b) => a - b)).toEqual(numbers(50))
    expect(await order(1, 0)).toEqual(first)
    expect(await order(1, 1)).not.toEqual(first)
    expect(await order(2, 0)).not.toEqual(first)
  })

  it.each<[string, () => Dataset<unknown>]>([
    ['arrays', () => fromArray(numbers(20))],
    ['shuffled arrays', () => fromArray(numbers(20)).shuffle({ seed: 3 })],
    ['shuffled streams', () => fromStream(() => numbers(20)).shuffle({ seed: 3, bufferSize: 5 })],
    ['batches', () => columns(20).shuffle({ seed: 3 }).batch(3)],
    [
      'maps and filters',
      () =>
        fromArray(numbers(40))
          .map((x) => x * 2)
          .filter((x) => x % 3 === 0),
    ],
    [
      'several calls at once',
      () =>
        fromArray(numbers(20))
          .map(async (x) => x + 1, { concurrency: 4 })
          .prefetch(3),
    ],
    ['repeats', () => fromArray(numbers(5)).shuffle({ seed: 3 }).repeat(4)],
    ['a beginning', () => fromArray(numbers(40)).take(15)],
  ])('go on in the middle of a pass as if nothing had been: %s', async (_, make) => {
    const whole = await all(make().pass({ epoch: 2 }))
    for (const skip of [0, 1, 4, 1000])
      expect(await all(make().pass({ epoch: 2, skip }))).toEqual(whole.slice(skip))
  })

  it('make no more ahead than was asked for', async () => {
    let made = 0
    const data = fromStream(function* () {
      for (;;) yield made++
    }).prefetch(3)
    const iterator = data.pass({ epoch: 0 })[Symbol.asyncIterator]()
    await iterator.next()
    await new Promise((resolve) => setImmediate(resolve))
    expect(made).toBeLessThanOrEqual(5)
    await iterator.return?.()
  })

  it('keep the order of calls that end in another one, and tell of a failure where it belongs', async () => {
    const slow = fromArray([30, 1, 20, 2]).map(
      (ms) => new Promise<number>((resolve) => setTimeout(() => resolve(ms), ms)),
      { concurrency: 3 },
    )
    expect(await all(slow)).toEqual([30, 1, 20, 2])
    const failing = fromArray(numbers(5)).map(
      async (x) => {
        if (x === 2) throw new Error('bad element')
        return x
      },
      { concurrency: 4 },
    )
    const seen: number[] = []
    const run = async () => {
      for await (const one of failing) seen.push(one)
    }
    await expect(run()).rejects.toThrow('bad element')
    expect(seen).toEqual([0, 1])
  })
})

describe('files', () => {
  it('of idx format become tensors', () => {
    const bytes = Uint8Array.of(0, 0, 12, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 1, 0, 255, 255, 255, 254)
    expect(readIdx(bytes)).toEqual(tensor('int32', [1, 2], Int32Array.of(256, -2)))
    const inside = Buffer.concat([Buffer.alloc(8), bytes]).subarray(8)
    expect(readIdx(inside)).toEqual(readIdx(bytes))
    expect(() => readIdx(bytes.subarray(0, 19))).toThrow('SLP-F2')
    expect(() => readIdx(Uint8Array.of(1, 2, 3, 4))).toThrow('SLP-F1')
  })

  it('of rows become records and numbers', () => {
    const rows = readCsv('a,"b ""x"" c",d\r\n1,"two, and\nmore",3\n4,,5')
    expect(rows).toEqual([
      { a: '1', 'b "x" c': 'two, and\nmore', d: '3' },
      { a: '4', 'b "x" c': '', d: '5' },
    ])
    expect([...numbersOf(rows, ['a', 'd']).data]).toEqual([1, 3, 4, 5])
    expect(() => numbersOf(rows, ['b "x" c'])).toThrow('SLP-F1')
    expect(() => readCsv('a,b\n1')).toThrow('SLP-F1')
    expect(() => readCsv('a\n"1')).toThrow('SLP-F1')
  })
})
