import type { IncomingHttpHeaders } from 'node:http'
import { SlipwayError } from '@slipway/core'
import { defineRoute, type Reply } from '../http/route.ts'
import { readInferRequest } from '../oip/infer-request.ts'
import { type InferResponse, writeInferResponse } from '../oip/infer-response.ts'
import { refuseRequest } from '../oip/refuse-request.ts'

/** Bytes of JSON at the start of a body with binary tensors. */
const headerLength = 'inference-header-content-length'

export const infer = defineRoute({
  method: 'POST',
  paths: ['/v2/models/:model/infer', '/v2/models/:model/versions/:version/infer'],
  about: 'Runs a model: tensors as JSON, as bytes after the JSON, or as nothing but bytes.',
  errors: [
    ...(['SLP-R1', 'SLP-R2', 'SLP-R3', 'SLP-R4', 'SLP-R5', 'SLP-R6', 'SLP-R7', 'SLP-R9'] as const),
    ...(['SLP-S1', 'SLP-S2', 'SLP-S3', 'SLP-S4', 'SLP-S5'] as const),
  ],
  async handle({ params, headers, signal, services, body }) {
    if (services.stopping)
      throw new SlipwayError('SLP-R7', 'Cannot run model: the server must be up, got it stopping')
    const model = services.models.find(params['model']!, params['version'])
    const request = readInferRequest(await body(), readHeaderLength(headers), model)
    const outputs = request.outputs.map(({ name }) => name)
    // The tensors were made for this request, so the engine may have their memory.
    const results = await model.session.run(request.inputs, { outputs, signal, transfer: true })
    return reply(writeInferResponse(model, request, results))
  },
})

function readHeaderLength(headers: IncomingHttpHeaders): number | undefined {
  const text = headers[headerLength]
  if (text === undefined) return undefined
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return Number(text)
  return refuseRequest('Inference-Header-Content-Length must be a number of bytes', String(text))
}

function reply({ body, headerBytes }: InferResponse): Reply {
  if (headerBytes === undefined) return { status: 200, headers: { 'content-type': 'application/json' }, body }
  const headers = { 'content-type': 'application/octet-stream', [headerLength]: String(headerBytes) }
  return { status: 200, headers, body }
}
