import { defineRoute, type Reply } from '../http/route.ts'
import { headerLength, readHeaderLength } from '../oip/header-length.ts'
import { readInferRequest } from '../oip/infer-request.ts'
import { type InferResponse, writeInferResponse } from '../oip/infer-response.ts'

/** What any run of a model may be refused with. */
export const inferErrors = [
  ...(['SLP-R1', 'SLP-R2', 'SLP-R3', 'SLP-R4', 'SLP-R5', 'SLP-R6', 'SLP-R7', 'SLP-R9'] as const),
  ...(['SLP-R10', 'SLP-R11', 'SLP-R12', 'SLP-R20'] as const),
  ...(['SLP-S1', 'SLP-S2', 'SLP-S3', 'SLP-S4', 'SLP-S5', 'SLP-S7', 'SLP-S8'] as const),
] as const

export const infer = defineRoute({
  method: 'POST',
  paths: ['/v2/models/:model/infer', '/v2/models/:model/versions/:version/infer'],
  about: 'Runs a model: tensors as JSON, as bytes after the JSON, or as nothing but bytes.',
  permission: { group: 'inference', access: 'write' },
  example: { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] },
  errors: inferErrors,
  async handle({ params, caller, services, body }) {
    const target = { model: params['model']!, version: params['version'] }
    // Says what is wrong with the name before what is wrong with the body.
    if (target.version === undefined) services.models.versions(target.model)
    else services.models.find(target.model, target.version)
    const { request, isBinary } = readInferRequest(
      await body(),
      readHeaderLength(caller.header(headerLength)),
      target,
    )
    return inferReply(writeInferResponse(await services.infer(request, caller), isBinary))
  },
})

export function inferReply({ body, headerBytes }: InferResponse): Reply {
  if (headerBytes === undefined) return { status: 200, headers: { 'content-type': 'application/json' }, body }
  const headers = { 'content-type': 'application/octet-stream', [headerLength]: String(headerBytes) }
  return { status: 200, headers, body }
}
