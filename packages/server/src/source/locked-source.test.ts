import { readFile } from 'node:fs/promises'
import { graphBuilder, readOnnx, tensor, writeOnnx } from '@slipway/core'
import { lockModel, type ModelLock } from '@slipway/core/verify'
import { expect, it } from 'vitest'
import { lockedSource } from './locked-source.ts'
import { memorySource } from './memory-source.ts'

function model(weight: number): Uint8Array {
  const b = graphBuilder({ name: 'one' })
  const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [1] })
  return writeOnnx(
    b.build([b.node('Mul', [x, b.constant(tensor('float32', [1], Float32Array.of(weight)), 'w')])]),
  )
}

async function open(served: Uint8Array, lock: ModelLock): Promise<string> {
  await using source = lockedSource(memorySource('one', new Map([['1/model.onnx', served]])), lock)
  expect((await source.find('one'))?.versions.map(({ version }) => version)).toEqual(['1'])
  await using opened = await source.open('one', '1')
  return readOnnx(await readFile(opened.path)).name
}

const lockOf = async (name: string, bytes: Uint8Array, change = {}): Promise<ModelLock> => ({
  format: 1,
  models: { [name]: { ...(await lockModel({ bytes })), ...change } },
})

it('gives out what the lock says and nothing else', async () => {
  expect(await open(model(1), await lockOf('one/1/model.onnx', model(1)))).toBe('one')
  expect(await open(model(1), await lockOf('1/model.onnx', model(1)))).toBe('one')
  await expect(open(model(2), await lockOf('one/1/model.onnx', model(1)))).rejects.toMatchObject({
    code: 'SLP-D3',
    message: expect.stringContaining('the SHA-256 of the file must be'),
  })
  await expect(open(model(1), await lockOf('one/2/model.onnx', model(1)))).rejects.toMatchObject({
    code: 'SLP-D3',
    message: expect.stringContaining('must have an entry'),
  })
  const verification = { passed: false, engines: [], stages: {} }
  await expect(
    open(model(1), await lockOf('one/1/model.onnx', model(1), { verification })),
  ).rejects.toMatchObject({
    code: 'SLP-D3',
  })
})
