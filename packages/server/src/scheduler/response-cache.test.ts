import { create } from '@bufbuild/protobuf'
import type { Tensor } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { ModelConfigSchema } from '../proto/model_config_pb.ts'
import { column } from '../testing/scheduler-bench.ts'
import { createResponseCache, isCacheable } from './response-cache.ts'

const version = { model: 'm', version: '1' }
const x = (...values: number[]) => new Map<string, Tensor>([['x', column(values)]])
const texts = (...list: string[]): Tensor => ({
  kind: 'tensor',
  dtype: 'string',
  shape: [list.length],
  data: list,
})

describe('a key', () => {
  const cache = createResponseCache({ maxBytes: 1e6 })

  it('is the same for the same request, in whatever order its tensors come', () => {
    const two = (names: string[]) => new Map(names.map((name) => [name, column([name.length])]))
    const key = cache.keyOf(version, two(['a', 'bb']), ['y', 'z'])
    expect(cache.keyOf(version, two(['bb', 'a']), ['z', 'y'])).toBe(key)
    expect(key.length).toBeGreaterThanOrEqual(43)
  })

  it('differs in everything that an answer depends on', () => {
    const inputs: [Map<string, Tensor>, string[]?, typeof version?][] = [
      [x(1, 2)],
      [x(1, 3)],
      [x(1, 2), ['z']],
      [x(1, 2), ['y', 'z']],
      [x(1, 2), ['y'], { model: 'm', version: '2' }],
      [x(1, 2), ['y'], { model: 'n', version: '1' }],
      [x(1, 2), ['y'], { model: 'm', version: '1' }],
      [new Map([['z', column([1, 2])]])],
      [new Map([['x', { ...column([1, 2]), shape: [1, 2] }]])],
      [
        new Map<string, Tensor>([
          [
            'x',
            {
              kind: 'tensor',
              dtype: 'int32',
              shape: [2, 1],
              data: new Int32Array(column([1, 2]).data.buffer),
            },
          ],
        ]),
      ],
      [new Map([['x', texts('ab', 'c')]])],
      [new Map([['x', texts('a', 'bc')]])],
      [new Map([['x', texts('a"', '"bc')]])],
    ]
    const keys = inputs.map(([tensors, outputs = ['y'], of = version]) => cache.keyOf(of, tensors, outputs))
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('reads only its own part of a buffer', () => {
    const whole = Float32Array.of(9, 1, 2, 9)
    const part: Tensor = { ...column([1, 2]), data: whole.subarray(1, 3) }
    expect(cache.keyOf(version, new Map([['x', part]]), ['y'])).toBe(cache.keyOf(version, x(1, 2), ['y']))
  })
})

describe('the cache', () => {
  it('gives back copies of what it was given', () => {
    const cache = createResponseCache({ maxBytes: 1e6 })
    const outputs = new Map<string, Tensor>([
      ['y', column([1, 2])],
      ['t', texts('a')],
    ])
    cache.put('key', outputs)
    expect(cache.get('other')).toBeUndefined()
    for (const _ of [1, 2]) {
      const found = cache.get('key')!
      expect(found).toEqual(outputs)
      const { buffer } = found.get('y')!.data as Float32Array
      structuredClone(buffer, { transfer: [buffer as ArrayBuffer] })
    }
    structuredClone((outputs.get('y')!.data as Float32Array).buffer, {
      transfer: [(outputs.get('y')!.data as Float32Array).buffer as ArrayBuffer],
    })
    expect(cache.get('key')!.get('y')).toEqual(column([1, 2]))
  })

  it('keeps no more of a batch than the part it was given', () => {
    const cache = createResponseCache({ maxBytes: 1e6 })
    cache.put('key', new Map([['y', { ...column([1]), data: new Float32Array(1000).subarray(0, 1) }]]))
    expect((cache.get('key')!.get('y')!.data as Float32Array).buffer.byteLength).toBe(4)
  })

  it('forgets what was not used for longest when it is full, and keeps nothing that is larger than itself', () => {
    const cache = createResponseCache({ maxBytes: 10_000 })
    const outputs = (floats: number) => new Map([['y', column(new Array(floats).fill(1))]])
    for (const key of ['a', 'b', 'c']) cache.put(key, outputs(500))
    cache.get('a')
    cache.put('d', outputs(500))
    cache.put('e', outputs(500))
    expect(['a', 'b', 'c', 'd', 'e'].filter((key) => cache.get(key))).toEqual(['a', 'd', 'e'])
    cache.put('f', outputs(5000))
    expect(cache.get('f')).toBeUndefined()
    expect(['a', 'd', 'e'].every((key) => cache.get(key))).toBe(true)
  })

  it('is for models that want it and whose answers depend on the inputs alone', () => {
    const cacheable = (config: object) => isCacheable(create(ModelConfigSchema, config))
    expect(cacheable({})).toBe(false)
    expect(cacheable({ responseCache: { enable: true } })).toBe(true)
    expect(cacheable({ responseCache: { enable: true }, modelTransactionPolicy: { decoupled: true } })).toBe(
      false,
    )
    for (const kind of ['sequenceBatching', 'ensembleScheduling']) {
      const schedulingChoice = { case: kind, value: {} }
      expect(cacheable({ responseCache: { enable: true }, schedulingChoice })).toBe(false)
    }
  })
})
