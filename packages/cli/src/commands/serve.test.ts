import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { twiceModel, type Workspace, workspace } from '../testing.ts'

let at: Workspace

async function listening(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port
  const close = promisify(server.close.bind(server))
  return { port, [Symbol.asyncDispose]: () => close() }
}

beforeAll(async () => {
  at = await workspace()
})
afterAll(() => at[Symbol.asyncDispose]())

const quick = ['--port', '0', '--drain-delay', '0']

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
      ...quick,
    )
    expect(await answer).toMatchObject({ outputs: [{ name: 'y', data: [2, 4] }] })
    expect(out).toContain('twice 1: READY')
    expect(code).toBe(0)
  })

  it('ends in order when it is stopped while models are loaded', async () => {
    // The files of a model must have been left alone for two seconds.
    await at.write('fresh/twice/1/model.onnx', twiceModel())
    const stopAtOnce = (out: string, stop: () => void) => {
      if (out.includes('listening')) stop()
    }
    const { code, out, err } = await at.slipwayUntil(stopAtOnce, 'serve', `${at.folder}/fresh`, ...quick)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).not.toContain('READY')
  })

  it('has metrics on a port of their own where both protocols share one', async () => {
    const { port: metricsPort, ...probe } = await listening()
    await probe[Symbol.asyncDispose]()
    let metrics: Promise<string> | undefined
    await at.slipwayUntil(
      (text, stop) => {
        if (!text.includes('gRPC on') || metrics) return
        metrics = fetch(`http://127.0.0.1:${metricsPort}/metrics`)
          .then((response) => response.text())
          .finally(stop)
      },
      ...['serve', `${at.folder}/models`, ...quick, '--one-port', '--metrics-port', String(metricsPort)],
    )
    expect(await metrics).toContain('slipway_requests_in_flight')
  })

  it('tells of a model without versions by its name alone', async () => {
    await at.write('empty/bare/config.pbtxt', 'max_batch_size: 0')
    const { out } = await at.slipwayUntil(
      (text, stop) => {
        if (text.includes('bare')) stop()
      },
      ...['serve', `${at.folder}/empty`, ...quick],
    )
    expect(out).toMatch(/^ {2}bare: UNAVAILABLE \(.+\)$/m)
  })

  it('ends at once where it cannot listen', async () => {
    await using taken = await listening()
    const argv = ['serve', `${at.folder}/models`, '--port', String(taken.port), '--drain-delay', '3600']
    expect(await at.slipway(...argv)).toMatchObject({ code: 2, err: /Cannot listen on .*EADDRINUSE/ })
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
