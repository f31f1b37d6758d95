import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { twiceModel, type Workspace, workspace } from '../testing.ts'

let at: Workspace

beforeAll(async () => {
  at = await workspace()
})
afterAll(() => at[Symbol.asyncDispose]())

describe('slipway serve', () => {
  it('answers until it is stopped, then exits with 0', async () => {
    await at.write('models/twice/1/model.onnx', twiceModel())
    let answer: Promise<unknown> | undefined
    const { code, out } = await at.slipwayUntil(
      (text, stop) => {
        const url = /listening on (\S+)/.exec(text)?.[1]
        if (!url || !text.includes('READY') || answer) return
        const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }]
        answer = fetch(`${url}/v2/models/twice/infer`, { method: 'POST', body: JSON.stringify({ inputs }) })
          .then((response) => response.json())
          .finally(stop)
      },
      'serve',
      `${at.folder}/models`,
      '--port',
      '0',
    )
    expect(await answer).toMatchObject({ outputs: [{ name: 'y', data: [2, 4] }] })
    expect(out).toContain('twice 1: READY')
    expect(code).toBe(0)
  })

  it.each([
    ['--port', 'x'],
    ['--port', ''],
    ['--port', '65536'],
    ['--body-limit', '0'],
    ['--threads', '0'],
    ['--max-batch-size', '1.5'],
  ])('refuses %s "%s"', async (flag, value) => {
    const { code, err } = await at.slipway('serve', at.folder, flag, value)
    expect(err).toContain(`Cannot read ${flag}: it must be an integer`)
    expect(code).toBe(2)
  })
})
