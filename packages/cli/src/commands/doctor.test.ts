import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { twiceModel, type Workspace, workspace } from '../testing.ts'

let at: Workspace
let path: string

beforeAll(async () => {
  at = await workspace()
  path = await at.write('twice.onnx', twiceModel())
})
afterAll(() => at[Symbol.asyncDispose]())

describe('slipway doctor', () => {
  it('climbs every rung of a healthy model', async () => {
    const { code, out } = await at.slipway('doctor', path, '--shape', 'x=3,2')
    expect(code).toBe(0)
    expect(out.split('\n').filter((line) => /^\d\. .* yes/.test(line))).toHaveLength(9)
    expect(out).toContain(`${path}: healthy`)
  })

  it('says at which rung a model fails and what to do', async () => {
    const broken = await at.write('broken.onnx', twiceModel().slice(0, 40))
    const { code, out } = await at.slipway('doctor', broken)
    expect(code).toBe(1)
    expect(out).toMatch(/^1\. Can the file be read\? NO$/m)
    expect(out).toMatch(/^2\. Is its structure sound\? not reached$/m)
    expect(out).toContain(`${broken}: fails at "Can the file be read?"`)
    expect(out).toMatch(/^ {2}do: Export the model again/m)
    const parsed = JSON.parse((await at.slipway('doctor', broken, '--json')).out)
    expect(parsed).toMatchObject({ healthy: false, failed: { question: 'Can the file be read?' } })
  })
})
