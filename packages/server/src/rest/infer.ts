import type { IncomingHttpHeaders } from 'node:http'
import { ROOT_CONTEXT } from '@opentelemetry/api'
import { SlipwayError } from '@slipway/core'
import { anonymous } from '../contract/principal.ts'
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
    const target = { model: params['model']!, version: params['version'] }
    services.models.find(target.model, target.version)
    const { request, isBinary } = readInferRequest(await body(), readHeaderLength(headers), target)
    const result = await services.infer(request, {
      protocol: 'rest',
      principal: anonymous,
      header: (name) => textOf(headers[name]),
      signal,
      deadlineMs: undefined,
      trace: ROOT_CONTEXT,
    })
    return reply(writeInferResponse(result, isBinary))
  },
})

const textOf = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'object' ? value.join(', ') : value

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
