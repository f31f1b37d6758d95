/** A server over HTTP/1.1: keep-alive connections, tensors as binary data behind the JSON. */
import { SlipwayError } from '@slipway/core'
import { type Dispatcher, Pool } from 'undici'
import { arrayOf, numberOf, recordOf, textOf } from './json-fields.ts'
import { type Done, failureOf } from './send.ts'
import type { Load, ModelInput, ModelRef, NamedTensor, Target, TargetOptions } from './target.ts'
import { tensorBytes } from './tensor-bytes.ts'

interface Body {
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
}

export function restTarget({ url, connections, headers }: TargetOptions): Target {
  const pool = new Pool(url.origin, { connections, pipelining: 1 })
  const statusIs200 = (path: string) =>
    pool.request({ path, method: 'GET', headers }).then(
      async ({ statusCode, body }) => {
        await body.dump()
        return statusCode === 200
      },
      () => false,
    )
  return {
    protocol: 'REST',
    live: () => statusIs200('/v2/health/live'),
    ready: () => statusIs200('/v2/health/ready'),
    async models() {
      const json = await readJson(pool, { path: '/v2/repository/index', method: 'POST', headers })
      return [...new Set(arrayOf(json).map((one) => textOf(recordOf(one)['name'])))]
    },
    async inputs(model) {
      const json = await readJson(pool, { path: modelPath(model), method: 'GET', headers })
      return arrayOf(recordOf(json)['inputs']).map(inputOf)
    },
    load: (model, variants) => restLoad(pool, `${modelPath(model)}/infer`, variants, headers),
    close: () => pool.destroy(),
  }
}

function modelPath({ name, version }: ModelRef): string {
  const path = `/v2/models/${encodeURIComponent(name)}`
  return version === undefined ? path : `${path}/versions/${encodeURIComponent(version)}`
}

function inputOf(json: unknown): ModelInput {
  const { name, datatype, shape } = recordOf(json)
  return { name: textOf(name), datatype: textOf(datatype), shape: arrayOf(shape).map(numberOf) }
}

async function readJson(pool: Pool, request: Dispatcher.RequestOptions): Promise<unknown> {
  const what = `${request.method} ${request.path}`
  const { statusCode, body } = await pool.request(request).catch((cause: unknown) => {
    throw new SlipwayError(
      'SLP-C1',
      `Cannot ask the server: it must answer ${what}, got ${failureOf(cause).code}`,
      { cause },
    )
  })
  const text = await body.text()
  if (statusCode !== 200)
    throw new SlipwayError('SLP-C1', `Cannot ask the server: ${what} must succeed, got ${statusCode} ${text}`)
  return JSON.parse(text)
}

function restLoad(
  pool: Pool,
  path: string,
  variants: readonly (readonly NamedTensor[])[],
  headers: TargetOptions['headers'],
): Load {
  const bodies = variants.map((tensors) => encode(tensors, headers))
  return {
    requestBytes: bodies[0]!.bytes.length,
    send(index, done) {
      const { bytes, headers } = bodies[index % bodies.length]!
      const exchange = openExchange(done)
      pool.dispatch({ path, method: 'POST', headers, body: bytes, ...noTimeouts }, exchange.handler)
      return exchange.cancel
    },
  }
}

/** The step has a timeout of its own. */
const noTimeouts = { headersTimeout: 0, bodyTimeout: 0 }

/** The JSON of a request with the bytes of all tensors behind it. Asks for outputs as bytes too. */
function encode(tensors: readonly NamedTensor[], headers: TargetOptions['headers']): Body {
  const blobs = tensors.map(({ tensor }) => tensorBytes(tensor))
  const inputs = tensors.map(({ name, datatype, tensor }, i) => ({
    ...{ name, datatype, shape: tensor.shape },
    parameters: { binary_data_size: blobs[i]!.length },
  }))
  const json = Buffer.from(JSON.stringify({ parameters: { binary_data_output: true }, inputs }))
  return {
    bytes: Buffer.concat([json, ...blobs]),
    headers: {
      ...headers,
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(json.length),
    },
  }
}

const mostErrorText = 400

function openExchange(done: Done) {
  let status = 0
  let text = ''
  let taken = false
  let controller: Dispatcher.DispatchController | undefined
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started
      if (taken) started.abort(new Error('cancelled'))
    },
    onResponseStart(_controller, code) {
      status = code
    },
    onResponseData(_controller, chunk) {
      if (status >= 300 && text.length < mostErrorText) text += chunk.toString()
    },
    onResponseEnd() {
      if (status < 300) done()
      else done({ code: String(status), text: text.slice(0, mostErrorText) })
    },
    onResponseError: (_controller, error) => done(failureOf(error)),
  }
  return {
    handler,
    cancel() {
      taken = true
      controller?.abort(new Error('cancelled'))
    },
  }
}
