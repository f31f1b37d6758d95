import { writeFile } from 'node:fs/promises'
import { type Tensor, tensor, writeNpy } from '@slipway/core'
import { datatypes, dtypeOf } from '@slipway/server/client'
import { describe, expect, it } from 'vitest'
import { workspace } from '../testing.ts'
import { type InputOptions, makeInputs } from './make-inputs.ts'

const bytesOf = ({ data }: Tensor) =>
  ArrayBuffer.isView(data) ? new Uint8Array(data.buffer) : Buffer.from(data.join('\n'))

const base: InputOptions = { given: [], preprocess: '', shapes: [], data: 'random', seed: 1, variants: 3 }
const image = { name: 'image', datatype: 'FP32', shape: [-1, 3] }
const ids = { name: 'ids', datatype: 'INT64', shape: [1, 4] }

describe('inputs of a load', () => {
  it.each(datatypes)('are made up for %s, the same for a seed', async (datatype) => {
    const make = (data: 'random' | 'zeros') =>
      makeInputs([{ name: 'x', datatype, shape: [5, 7] }], { ...base, data })
    const random = await make('random')
    expect(random.length).toBe(3)
    const bytes = random.map(([one]) => Buffer.from(bytesOf(one!.tensor)).toString('hex'))
    expect(new Set(bytes).size).toBe(3)
    const again = await make('random')
    expect(again.map(([one]) => one!.tensor)).toEqual(random.map(([one]) => one!.tensor))
    expect(random[0]![0]!.tensor).toMatchObject({ dtype: dtypeOf(datatype), shape: [5, 7] })
    expect(await make('zeros')).toHaveLength(1)
  })

  it.each([
    ['FP32', (bytes: Uint8Array) => [...new Float32Array(bytes.slice().buffer)]],
    ['FP16', (bytes: Uint8Array) => [...new Uint16Array(bytes.slice().buffer)].map((bits) => bits / 0x3c00)],
    ['BF16', (bytes: Uint8Array) => [...new Uint16Array(bytes.slice().buffer)].map((bits) => bits / 0x3f80)],
  ] as const)('of %s lie between 0 and 1', async (datatype, read) => {
    const made = await makeInputs([{ name: 'x', datatype, shape: [1000] }], base)
    const values = read(bytesOf(made[0]![0]!.tensor))
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values)).toBeLessThanOrEqual(1)
    expect(new Set(values).size).toBeGreaterThan(500)
  })

  it('have size 1 where the model leaves it open, or what --shape says', async () => {
    const shapes = async (...texts: string[]) =>
      (await makeInputs([image, ids], { ...base, shapes: texts }))[0]!.map(({ tensor: { shape } }) => shape)
    expect(await shapes()).toEqual([
      [1, 3],
      [1, 4],
    ])
    expect(await shapes('image=8,3')).toEqual([
      [8, 3],
      [1, 4],
    ])
    expect(await shapes('8x3')).toEqual([
      [8, 3],
      [1, 4],
    ])
  })

  it('come from JSON and files, with the types of the model', async () => {
    await using at = await workspace()
    const path = `${at.folder}/x.npy`
    await writeFile(path, writeNpy(tensor('float32', [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6))))
    const given = [`image=@${path}`, 'ids=[[1, 2, 3, 4]]']
    const made = await makeInputs([image, ids], { ...base, given })
    // Nothing is random, so all requests are the same.
    expect(made).toEqual([
      [
        {
          name: 'image',
          datatype: 'FP32',
          tensor: tensor('float32', [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)),
        },
        { name: 'ids', datatype: 'INT64', tensor: tensor('int64', [1, 4], BigInt64Array.of(1n, 2n, 3n, 4n)) },
      ],
    ])
    const half = await makeInputs([image, ids], { ...base, given: ['ids=[[1, 2, 3, 4]]'] })
    expect(half.length).toBe(3)
    expect(half[2]![1]!.tensor.data).toEqual(BigInt64Array.of(1n, 2n, 3n, 4n))
  })

  it.each([
    [{ shapes: ['image=8,4'] }, /"image": its shape must fit \[-1,3\], got \[8,4\]/],
    [{ shapes: ['image=8'] }, /must fit/],
    [{ shapes: ['picture=8,3'] }, /--shape.*name of image, ids/],
    [{ shapes: ['image=0,3'] }, /--shape/],
    [{ given: ['picture=[1]'] }, /--input: it must name one of image, ids, got "picture"/],
    [{ given: ['ids=[[1, 2]]'] }, /\[SLP-S4\]/],
  ])('refuse %o', async (part, message) => {
    await expect(makeInputs([image, ids], { ...base, ...part })).rejects.toThrow(message)
  })

  it('refuse a type that the protocol does not have', async () => {
    const odd = { name: 'x', datatype: 'FP8', shape: [1] }
    await expect(makeInputs([odd], base)).rejects.toThrow(/type must be one of .* got FP8/)
  })
})
