import { join } from 'node:path'
import { graphBuilder, writeOnnx } from '@slipway/core'
import { writeOnnxFile } from '@slipway/core/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { twiceModel, type Workspace, workspace } from '../testing.ts'

let at: Workspace
let path: string

beforeAll(async () => {
  at = await workspace()
  path = await at.write('twice.onnx', twiceModel())
})
afterAll(() => at[Symbol.asyncDispose]())

describe('slipway check', () => {
  it('passes a sound model', async () => {
    expect(await at.slipway('check', path)).toMatchObject({
      code: 0,
      out: expect.stringContaining('0 errors, 0 warnings'),
    })
  })

  it('lists findings with code, path and hint, and exits with 1', async () => {
    const b = graphBuilder({ name: 'bad' })
    const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [2] })
    const graph = b.build(
      [b.node('Add', [x, 'nowhere'])],
      new Map([['Add', { kind: 'tensor', dtype: 'float32', shape: [2] }]]),
    )
    const bad = await at.write('bad.onnx', writeOnnx(graph))
    const { code, out } = await at.slipway('check', bad)
    expect(code).toBe(1)
    expect(out).toContain(
      'error SLP-G6 graph.node[0].input[1]: node Add reads "nowhere", which nothing defines\n  hint:',
    )
    const { findings } = JSON.parse((await at.slipway('check', bad, '--json')).out)
    expect(findings).toMatchObject([{ code: 'SLP-G6', severity: 'error', path: 'graph.node[0].input[1]' }])
  })
})

describe('slipway check with external data', () => {
  it('looks at the file beside the model', async () => {
    const data = { kind: 'tensor', dtype: 'float32', shape: [1000], data: new Float32Array(1000) } as const
    const b = graphBuilder({ name: 'outside' })
    const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [1000] })
    const graph = b.build([b.node('Add', [x, b.constant(data, 'w')])])
    writeOnnxFile(join(at.folder, 'outside.onnx'), graph, { external: { fileName: 'weights.bin' } })
    expect(await at.slipway('check', join(at.folder, 'outside.onnx'))).toMatchObject({ code: 0 })
    await at.write('weights.bin', new Uint8Array(100))
    expect(await at.slipway('check', join(at.folder, 'outside.onnx'))).toMatchObject({
      code: 1,
      out: /SLP-T9 graph\.initializer\[0\]\.external_data/,
    })
  })
})
