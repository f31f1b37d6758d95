import { graphBuilder, tensor, writeOnnx } from '@slipway/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { twiceModel, type Workspace, workspace } from '../testing.ts'

let at: Workspace
let path: string

beforeAll(async () => {
  at = await workspace()
  path = await at.write('twice.onnx', twiceModel())
})
afterAll(() => at[Symbol.asyncDispose]())

describe('slipway explain', () => {
  it('prints the graph after each stage', async () => {
    const { code, out } = await at.slipway('explain', path)
    expect(code).toBe(0)
    expect(out.match(/^# \w+/gm)).toEqual(['# read', '# upgrade', '# infer', '# passes'])
  })

  it('prints one stage, or only what changed', async () => {
    expect((await at.slipway('explain', path, '--after', 'infer')).out).toContain('Add')
    expect((await at.slipway('explain', path, '--diff', '--after', 'upgrade')).out).toContain('no change')
  })

  it('prints the graph after each pass that changed it', async () => {
    const b = graphBuilder()
    const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [3] })
    const y = b.node('Relu', [b.node('Identity', [x])])
    const model = await at.write('identity.onnx', writeOnnx(b.build([y])))
    const { out } = await at.slipway('explain', model, '--after', 'identity', '--diff')
    expect(out).toContain('# identity: Identity(x) becomes x')
    expect(out).toMatch(/^-.*Identity/m)
  })

  it('takes defaults of inputs for constants', async () => {
    const b = graphBuilder()
    const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [1] })
    const k = b.input('k', { kind: 'tensor', dtype: 'float32', shape: [1] })
    const one = b.constant(tensor('float32', [1], Float32Array.of(1)), k)
    const bytes = writeOnnx(b.build([b.node('Relu', [b.node('Mul', [x, one])])]))
    const { out } = await at.slipway('explain', await at.write('default.onnx', bytes))
    expect(out.match(/^# [\w-]+/gm)).toEqual(
      ['read', 'upgrade', 'freeze', 'infer', 'no-op-arithmetic', 'passes'].map((name) => `# ${name}`),
    )
  })

  it('says why a pass leaves nodes alone', async () => {
    const b = graphBuilder()
    const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [3] })
    const model = await at.write(
      'kept.onnx',
      writeOnnx(b.build([b.node('Identity', [x], {}, { name: 'kept' })])),
    )
    expect((await at.slipway('explain', model, '--why-not', 'identity')).out).toContain(
      'kept (Identity): the output',
    )
    const json = JSON.parse((await at.slipway('explain', model, '--why-not', 'identity', '--json')).out)
    expect(json).toMatchObject([{ node: 'kept', operator: 'Identity' }])
    expect((await at.slipway('explain', path, '--why-not', 'identity')).out).toContain('no node is left')
    expect(await at.slipway('explain', path, '--why-not', 'magic')).toMatchObject({ code: 2 })
  })

  it('prints where values lie at sizes that the model leaves open', async () => {
    const { code, out } = await at.slipway('explain', path, '--memory', '--shape', 'x=1000,2')
    expect(code).toBe(0)
    expect(out).toMatch(/arena +\d+\.\d KiB \(1\.000 of the lower bound\)/)
    expect(out).toMatch(/kernels +1 in 1 steps/)
    expect(out).toMatch(/7\.8 KiB +at 0 +steps 0 to 0 +x/)
    const json = JSON.parse((await at.slipway('explain', path, '--memory', '--json')).out)
    expect(json).toMatchObject({ kernels: 1, steps: [{ nodes: ['double'], operators: 'Add' }] })
  })

  it('prints which nodes became one kernel, and what the host runs', async () => {
    const b = graphBuilder()
    const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [2, 2] })
    const y = b.node('Relu', [b.node('Neg', [x], {}, { name: 'minus' })], {}, { name: 'positive' })
    const model = await at.write('fused.onnx', writeOnnx(b.build([b.node('Det', [y], {}, { name: 'det' })])))
    const { out } = await at.slipway('explain', model, '--kernels')
    expect(out).toMatch(/0 +1 tasks +Neg \+ Relu +minus \+ positive/)
    expect(out).toMatch(/on the host\n +det +Det +\w/)
    expect(out).not.toContain('arena')
  })

  it.each(['x', 'x=1,y', '=1', 'x=1,,2', 'x=-1,2'])('refuses --shape %s', async (shape) => {
    const { code, err } = await at.slipway('explain', path, '--memory', '--shape', shape)
    expect(err).toContain('Cannot read --shape')
    expect(code).toBe(2)
  })

  it('names the input that was meant by --shape', async () => {
    const outcome = await at.slipway('explain', path, '--shape', 'X=1,2')
    expect(outcome).toMatchObject({ code: 2, err: expect.stringContaining('Did you mean "x"?') })
  })

  it('refuses an unknown stage', async () => {
    expect(await at.slipway('explain', path, '--after', 'magic')).toMatchObject({
      code: 2,
      err: expect.stringContaining('read, upgrade, infer'),
    })
  })
})
