import { describe, expect, it } from 'vitest'
import { tensor } from '../base/tensor.ts'
import type { ResolveExternal } from '../formats/onnx/external-data.ts'
import { serializeModel, writeModel } from '../formats/onnx/write.ts'
import { graphBuilder } from '../ir/builder.ts'
import { compareWithLock, lockModel, lockText, parseLock } from './lock.ts'
import { verifyModel } from './verify-model.ts'

const data = new Uint8Array(new Float32Array(8).fill(2).buffer)

/** A model whose weight lies in another file. */
function external(): Uint8Array {
  const b = graphBuilder({ name: 'outside' })
  const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [8] })
  const w = b.constant(tensor('float32', [8], new Float32Array(8).fill(2)), 'w')
  const storeExternal = () => ({ location: 'weights.bin', offset: 0 })
  return serializeModel(writeModel(b.build([b.node('Mul', [x, w])]), { storeExternal }))
}
const from =
  (bytes: Uint8Array): ResolveExternal =>
  () =>
    bytes

describe('locks', () => {
  it('say what a model is, and how its verification went', async () => {
    const source = { bytes: external(), resolveExternal: from(data) }
    const report = await verifyModel(source)
    const entry = await lockModel(source, { report, engines: ['wasm'] })
    expect(entry).toMatchObject({
      irVersion: 10,
      opsets: { 'ai.onnx': 21 },
      weights: { w: expect.stringMatching(/^[0-9a-f]{64}$/) },
      verification: { passed: true, engines: ['wasm'], stages: { limits: 'passed', parity: 'passed' } },
    })
    const text = lockText({ format: 1, models: { 'b/model.onnx': entry, 'a/model.onnx': entry } })
    expect(Object.keys(parseLock(text).models)).toEqual(['a/model.onnx', 'b/model.onnx'])
    expect(lockText(parseLock(text))).toBe(text)
  })

  it('notice another file, and other weights beside the same file', async () => {
    const source = { bytes: external(), resolveExternal: from(data) }
    const entry = await lockModel(source)
    expect(await compareWithLock(source, entry)).toEqual([])
    const other = new Uint8Array(new Float32Array(8).fill(3).buffer)
    expect(await compareWithLock({ ...source, resolveExternal: from(other) }, entry)).toEqual([
      expect.stringMatching(/^the SHA-256 of weight "w" must be \w+, got \w+$/),
    ])
    const longer = { ...source, bytes: Uint8Array.of(...source.bytes, 0) }
    expect(await compareWithLock(longer, entry)).toEqual([expect.stringContaining('SHA-256 of the file')])
  })

  it.each(['', '{', 'null', '{"format":2,"models":{}}', '{"format":1,"models":{"a":{}}}', '{"format":1}'])(
    'are not read from %j',
    (text) => expect(() => parseLock(text)).toThrowError(/SLP-F1/),
  )
})
