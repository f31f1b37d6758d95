/** A real model over a real socket. It lies outside the project; where the folder is missing, the suite is skipped. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createSession, readValue, type Tensor } from '@slipway/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer, type Server } from './server.ts'

const folder = fileURLToPath(new URL('../../../../shared/models/squeezenet', import.meta.url))
const present = existsSync(folder)
if (!present)
  console.log('the test of a served SqueezeNet is skipped: ../shared/models/squeezenet is missing')

describe.skipIf(!present)('SqueezeNet over a socket', { timeout: 120_000 }, () => {
  let root: string
  let server: Server
  let url: string
  let picture: Tensor<'float32'>
  let expected: Tensor<'float32'>

  beforeAll(async () => {
    const file = join(folder, 'squeezenet1.1_fp32_opset13.onnx')
    root = mkdtempSync(join(tmpdir(), 'slipway-'))
    const copy = join(root, 'squeezenet/1/model.onnx')
    mkdirSync(dirname(copy), { recursive: true })
    cpSync(file, copy)
    const input = readFileSync(join(folder, 'test_data_0_input.pb'))
    picture = readValue(input, { kind: 'tensor', dtype: 'float32' }) as Tensor<'float32'> // declared float32
    await using session = await createSession(readFileSync(file))
    const outputs = await session.run({ data_0: picture })
    expected = outputs['softmaxout_1'] as Tensor<'float32'> // declared float32
    server = await createServer({ settleMs: 0, repository: root })
    url = `${await server.listen({ port: 0 })}/v2/models/squeezenet/infer`
    await server.loaded
  }, 120_000)
  afterAll(async () => {
    await server.close()
    rmSync(root, { recursive: true })
  })

  const input = () => ({ name: 'data_0', datatype: 'FP32', shape: picture.shape })

  it('answers JSON in JSON', async () => {
    const body = JSON.stringify({ inputs: [{ ...input(), data: [...picture.data] }] })
    const answer = await fetch(url, { method: 'POST', body })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json'])
    const { outputs } = (await answer.json()) as { outputs: readonly { data: number[] }[] } // checked below
    expect(Float32Array.from(outputs[0]!.data)).toEqual(expected.data)
  })

  it('answers bytes in bytes', async () => {
    const blob = Buffer.from(picture.data.buffer, picture.data.byteOffset, picture.data.byteLength)
    const parameters = { binary_data_size: blob.length }
    const inputs = [{ ...input(), parameters }]
    const header = Buffer.from(JSON.stringify({ inputs, parameters: { binary_data_output: true } }))
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'Inference-Header-Content-Length': String(header.length) },
      body: Buffer.concat([header, blob]),
    })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/octet-stream'])
    const bytes = await answer.arrayBuffer()
    const start = Number(answer.headers.get('inference-header-content-length'))
    expect(new Float32Array(bytes.slice(start))).toEqual(expected.data)
  })
})
