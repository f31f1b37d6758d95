import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { graphBuilder, symbol, writeOnnx } from '@slipway/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { twiceModel, type Workspace, workspace } from '../testing.ts'

let at: Workspace
let path: string

beforeAll(async () => {
  at = await workspace()
  path = await at.write('twice.onnx', twiceModel())
})
afterAll(() => at[Symbol.asyncDispose]())

/** Gelu between two other nodes, whatever it is made of. */
function gelu(approximate: string): Uint8Array {
  const b = graphBuilder({ name: 'gelu' })
  const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [symbol('N'), 8] })
  const [a] = b.nodes('Neg', [x], {}, { name: 'before', outputs: ['a'] })
  const [g] = b.nodes('Gelu', [a!], { approximate }, { name: 'gelu', outputs: ['g'] })
  return writeOnnx(b.build([b.nodes('Tanh', [g!], {}, { name: 'after', outputs: ['y'] })[0]!]))
}

describe('slipway verify', () => {
  it('says how each stage of a sound model went', async () => {
    const { code, out } = await at.slipway('verify', path, path, '--engines', 'wasm,reference')
    expect(out).toContain('verified: 0 errors, 0 warnings')
    expect(code).toBe(0)
    for (const stage of ['limits', 'check', 'targets', 'shapes', 'stability', 'weights', 'parity', 'batches'])
      expect(out).toMatch(new RegExp(`^${stage} +ok:`, 'm'))
    expect(out).toContain('  ort-1.30: accepts it')
    expect(out).toMatch(/ok: wasm, seed 1, output "y": relative L2 0/)
  })

  it('names the node where two models differ, and exits with 1', async () => {
    const [erf, tanh] = [await at.write('erf.onnx', gelu('none')), await at.write('tanh.onnx', gelu('tanh'))]
    const { code, out } = await at.slipway('verify', tanh, erf)
    expect(code).toBe(1)
    expect(out).toContain(
      'error SLP-V6 node "gelu" (Gelu): node "gelu" (Gelu) has approximate "tanh", not "none"',
    )
    expect(out).toContain('not verified, stopped at stage signature')
  })

  it('writes the smallest failing sub-model, which runs by itself', async () => {
    const [erf, tanh] = [join(at.folder, 'erf.onnx'), join(at.folder, 'tanh.onnx')]
    const folder = join(at.folder, 'failing')
    const argv = ['verify', tanh, erf, '--stages', 'parity', '--failing', folder, '--json']
    const { code, out } = await at.slipway(...argv)
    expect(code).toBe(1)
    const report = JSON.parse(out)
    expect(report.stages[0].findings[0]).toMatchObject({ code: 'SLP-V13', node: 'gelu', operator: 'Gelu' })
    expect(report.cases).toMatchObject([{ node: 'gelu', nodes: 1, folder: join(folder, 'model-gelu') }])
    const [{ folder: written }] = report.cases
    expect(existsSync(join(written, 'test_data_set_0/output_0.pb'))).toBe(true)
    const input = `a=@${join(written, 'test_data_set_0/input_0.pb')}`
    expect(await at.slipway('run', join(written, 'model.onnx'), '-i', input)).toMatchObject({ code: 0 })
  })

  it('takes inputs, shapes, seeds and batches', async () => {
    const argv = [
      'verify',
      path,
      '--stages',
      'parity,batches',
      '--batches',
      '1,4',
      '--cases',
      '1',
      '--seed',
      '9',
    ]
    const { code, out } = await at.slipway(...argv, '--input', 'x=[[1,2],[3,4]]', '--shape', 'x=5,2')
    expect(out).toContain('ok: wasm, given 1')
    expect(out).toContain('ok: wasm, seed 9')
    expect(code).toBe(0)
  })

  it('exits with 3 where a target cannot read the model, and with 2 for a wrong option', async () => {
    const newest = await at.write('newest.onnx', writeOnnx(graphOf(), { opset: 28 }))
    expect(await at.slipway('verify', newest, '--targets', 'ort-1.30')).toMatchObject({
      code: 3,
      out: expect.stringContaining('SLP-V1'),
    })
    for (const argv of [
      ['--targets', 'x'],
      ['--engines', 'x'],
      ['--stages', 'x'],
      ['--batches', 'x'],
      ['--skip', 'x'],
    ])
      expect(await at.slipway('verify', path, ...argv)).toMatchObject({
        code: 2,
        err: expect.stringContaining('SLP-C1'),
      })
    expect(await at.slipway('verify', 'nowhere.onnx')).toMatchObject({ code: 2 })
  })
})

function graphOf() {
  const b = graphBuilder({ name: 'one' })
  return b.build([b.node('Abs', [b.input('x', { kind: 'tensor', dtype: 'float32', shape: [1] })])])
}
