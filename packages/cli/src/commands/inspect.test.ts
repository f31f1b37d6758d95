import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { twiceModel, type Workspace, workspace } from '../testing.ts'

let at: Workspace
let path: string

beforeAll(async () => {
  at = await workspace()
  path = await at.write('twice.onnx', twiceModel())
})
afterAll(() => at[Symbol.asyncDispose]())

describe('slipway inspect', () => {
  it('shows what a model is made of', async () => {
    const { code, out } = await at.slipway('inspect', path)
    expect(code).toBe(0)
    for (const line of ['twice', 'x  float32[N,2]', 'Add  1', '1 nodes, 0 parameters'])
      expect(out).toContain(line)
  })

  it('prints JSON', async () => {
    const { out } = await at.slipway('inspect', path, '--json')
    expect(JSON.parse(out)).toMatchObject({ graphName: 'twice', operators: [['Add', 1]] })
  })
})
