import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { graphBuilder, readModel, tensor, writeOnnx } from '@slipway/core'
import { provenanceKey } from '@slipway/core/verify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { twiceModel, type Workspace, workspace } from '../testing.ts'

let at: Workspace
let path: string
const file = (name: string) => join(at.folder, name)

beforeAll(async () => {
  at = await workspace()
  path = await at.write('twice.onnx', twiceModel())
})
afterAll(() => at[Symbol.asyncDispose]())

describe('slipway convert', () => {
  it('writes another operator set and what it has done', async () => {
    const { code, out } = await at.slipway('convert', path, file('older.onnx'), '--opset', '13')
    expect([code, out]).toEqual([0, `${file('older.onnx')}: IR 7, ai.onnx 13`])
    const model = readModel(readFileSync(file('older.onnx')))
    const [stage] = JSON.parse(model.metadata.get(provenanceKey)!)
    expect(stage).toMatchObject({
      stage: 'convert',
      settings: { 'ai.onnx': '21 to 13' },
      inputs: { x: 'float32[N,2]' },
    })
    expect(stage.durationMs).toBeUndefined()
    expect(await at.slipway('verify', file('older.onnx'), path)).toMatchObject({ code: 0 })
  })

  it('gives the same bytes each time, and a chain that verification reads', async () => {
    for (const name of ['a.onnx', 'b.onnx'])
      await at.slipway('convert', file('older.onnx'), file(name), '--opset', '21')
    expect(readFileSync(file('a.onnx')).equals(readFileSync(file('b.onnx')))).toBe(true)
    const { out } = await at.slipway('verify', file('a.onnx'), '--stages', 'provenance', '--json')
    expect(JSON.parse(out).stages[0]).toMatchObject({
      status: 'passed',
      facts: { stages: [{ stage: 'convert' }, {}] },
    })
  })

  it('warns of a chain that is broken', async () => {
    const model = readModel(readFileSync(file('a.onnx')))
    const b = graphBuilder({ name: 'other' })
    const graph = b.build([b.node('Abs', [b.input('x', { kind: 'tensor', dtype: 'float32', shape: [2] })])])
    const broken = await at.write('broken.onnx', writeOnnx(graph, { metadata: model.metadata }))
    const { code, err } = await at.slipway('convert', broken, file('c.onnx'))
    expect([code, err]).toEqual([
      0,
      'warning: provenance: the graph was changed after the last stage (convert)',
    ])
  })

  it('prints ONNX text, and writes JSON by the name of the file', async () => {
    const { out } = await at.slipway('convert', path, '--format', 'text', '--as-is')
    expect(out).toContain('twice (float[N,2] x) => (float[N,2] y)')
    expect(out).toContain('[double] y = Add (x, x)')
    expect(await at.slipway('convert', path, file('model.json'), '--no-provenance')).toMatchObject({
      code: 0,
    })
    expect(JSON.parse(readFileSync(file('model.json'), 'utf8')).metadataProps).toBeUndefined()
  })

  it('puts weights into a file beside the model', async () => {
    const b = graphBuilder({ name: 'heavy' })
    const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [1000] })
    const w = b.constant(tensor('float32', [1000], new Float32Array(1000).fill(2)), 'w')
    const heavy = await at.write('heavy.onnx', writeOnnx(b.build([b.node('Mul', [x, w])])))
    expect(await at.slipway('convert', heavy, file('split.onnx'), '--external')).toMatchObject({ code: 0 })
    expect(existsSync(file('split.onnx.data'))).toBe(true)
    expect(await at.slipway('verify', file('split.onnx'), heavy)).toMatchObject({ code: 0 })
  })

  it('exits with 3 where the operator set cannot say it, and with 2 for wrong options', async () => {
    const b = graphBuilder({ name: 'newer' })
    const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [2] })
    const newer = await at.write('newer.onnx', writeOnnx(b.build([b.node('BitCast', [x], { to: 6 })])))
    expect(await at.slipway('convert', newer, file('no.onnx'), '--opset', '13')).toMatchObject({ code: 3 })
    expect(await at.slipway('convert', path)).toMatchObject({ code: 2 })
    expect(await at.slipway('convert', path, file('x.onnx'), '--format', 'yaml')).toMatchObject({ code: 2 })
  })
})
