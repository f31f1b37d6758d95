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
    expect(out.match(/^# \w+/gm)).toEqual(['# read', '# upgrade', '# infer'])
  })

  it('prints one stage, or only what changed', async () => {
    expect((await at.slipway('explain', path, '--after', 'infer')).out).toContain('Add')
    expect((await at.slipway('explain', path, '--diff', '--after', 'upgrade')).out).toContain('no change')
  })

  it('refuses an unknown stage', async () => {
    expect(await at.slipway('explain', path, '--after', 'magic')).toMatchObject({
      code: 2,
      err: expect.stringContaining('read, upgrade, infer'),
    })
  })
})
