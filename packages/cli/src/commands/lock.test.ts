import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { twiceModel, type Workspace, workspace } from '../testing.ts'

let at: Workspace
let model: string
let lock: string

beforeAll(async () => {
  at = await workspace()
  model = await at.write('models/twice/1/model.onnx', twiceModel())
  lock = join(at.folder, 'models/slipway.lock.json')
  for (const [name, pair] of Object.entries({
    own: generateKeyPairSync('ed25519'),
    other: generateKeyPairSync('ed25519'),
  })) {
    await at.write(`${name}.pem`, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
    await at.write(`${name}.pub.pem`, pair.publicKey.export({ type: 'spki', format: 'pem' }))
  }
})
afterAll(() => at[Symbol.asyncDispose]())

const key = (name: string) => join(at.folder, name)

/** What `slipway serve` says of its models before it is stopped. */
async function served(...argv: readonly string[]): Promise<string> {
  const { out, err } = await at.slipwayUntil(
    (text, stop) => {
      if (/twice 1: \w+/.test(text)) stop()
    },
    ...['serve', join(at.folder, 'models'), '--port', '0', '--state', ':memory:', ...argv],
  )
  return out + err
}

describe('slipway lock', () => {
  it('writes what a model is, and verify agrees with it', async () => {
    const { code, out } = await at.slipway('lock', model, '--output', lock)
    expect(code).toBe(0)
    const sha256 = execFileSync('sha256sum', [model], { encoding: 'utf8' }).slice(0, 64)
    expect(out).toBe(`${model}: ${sha256}, verified`)
    const { models } = JSON.parse(readFileSync(lock, 'utf8'))
    expect(models).toMatchObject({
      'twice/1/model.onnx': { sha256, verification: { passed: true, engines: ['wasm'] } },
    })
    expect(await at.slipway('verify', model, '--lock', lock, '--engines', '')).toMatchObject({ code: 0 })
    expect(await at.slipway('lock', join(at.folder, 'own.pem'), '--output', lock)).toMatchObject({ code: 1 })
  })

  it('is what serve --locked goes by', async () => {
    expect(await served('--locked', lock)).toContain('twice 1: READY')
    await at.write('models/twice/1/model.onnx', Uint8Array.of(...twiceModel(), 0x32, 0))
    expect(await served('--locked', lock)).toMatch(/twice 1: UNAVAILABLE \(.*SLP-D3/)
    await at.write('models/twice/1/model.onnx', twiceModel())
  })
})

describe('slipway sign', () => {
  it('signs a lock, and tells another key and a changed lock', async () => {
    expect(await at.slipway('sign', lock, '--key', key('own.pem'))).toMatchObject({ code: 0 })
    const verified = await at.slipway('sign', lock, '--verify', key('own.pub.pem'))
    expect(verified).toMatchObject({ code: 0, out: `${lock}: the signature holds for 1 models` })
    expect(await at.slipway('sign', lock, '--verify', key('other.pub.pem'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('another signature'),
    })
    expect(await served('--locked', lock, '--lock-key', key('own.pub.pem'))).toContain('twice 1: READY')
    const text = readFileSync(lock, 'utf8')
    await at.write('models/slipway.lock.json', text.replace('"passed": true', '"passed": false'))
    expect(await at.slipway('sign', lock, '--verify', key('own.pub.pem'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('a changed one'),
    })
    expect(await served('--locked', lock, '--lock-key', key('own.pub.pem'))).toContain('SLP-D3')
    await at.write('models/slipway.lock.json', text)
  })

  it('refuses keys that are none, and options that contradict each other', async () => {
    expect(await at.slipway('sign', lock, '--key', model)).toMatchObject({ code: 2 })
    expect(await at.slipway('sign', lock)).toMatchObject({ code: 2 })
    expect(await at.slipway('serve', at.folder, '--lock-key', key('own.pub.pem'))).toMatchObject({ code: 2 })
  })
})
