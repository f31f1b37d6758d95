import type { Lease } from '../contract/sessions.ts'
import { closeLease, leaseFor, leasesFor, renewLease } from '../control/lease-for.ts'
import { defineRoute, jsonReply } from '../http/route.ts'
import { headerLength, readHeaderLength } from '../oip/header-length.ts'
import { readInferRequest } from '../oip/infer-request.ts'
import { writeInferResponse } from '../oip/infer-response.ts'
import { countOf, textOf } from '../oip/json-fields.ts'
import type { JsonObject } from '../oip/json-read.ts'
import type { ServedTensor } from '../oip/served-tensor.ts'
import { inferErrors, inferReply } from './infer.ts'
import { readJsonBody } from './json-body.ts'

const permission = { group: 'inference', access: 'write' } as const
const one = '/slipway/v1/sessions/:handle'

export const listSessions = defineRoute({
  method: 'GET',
  paths: ['/slipway/v1/sessions'],
  about: "The caller's leases of models that they may run.",
  permission,
  errors: [],
  handle: ({ caller, services }) => jsonReply({ sessions: leasesFor(services, caller).map(describe) }),
})

export const loadModel = defineRoute({
  method: 'POST',
  paths: ['/slipway/v1/sessions'],
  about: 'Takes a lease on one version of a model, which stays as it is while the lease lasts.',
  permission,
  example: { model_id: 'm', version: '1', device: 'cpu', lease_ms: 60_000 },
  errors: ['SLP-R1', 'SLP-R2', 'SLP-R3', 'SLP-R4', 'SLP-R5', 'SLP-R6', 'SLP-R9', 'SLP-R14', 'SLP-R17'],
  async handle({ caller, services: { sessions, policy }, body }) {
    const given = await readJsonBody(body)
    const model = textOf('model_id', given.get('model_id'))
    policy.authorize(caller.principal, permission.group, permission.access, model)
    const version = given.get('version')
    const device = given.get('device')
    const lease = await sessions.open(
      {
        model,
        version: version === undefined ? undefined : textOf('version', version),
        device: device === undefined ? '' : textOf('device', device),
        leaseMs: leaseOf(given),
      },
      caller.principal,
    )
    return jsonReply(describe(lease))
  },
})

export const predict = defineRoute({
  method: 'POST',
  paths: [`${one}/infer`],
  about: 'Runs the version that a lease holds; body and answer are those of an inference.',
  permission,
  example: { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] },
  errors: [...inferErrors, 'SLP-R14', 'SLP-R16'],
  async handle({ params, caller, services, body }) {
    const lease = leaseFor(services, caller, params['handle']!)
    const { model, version } = lease.served
    const headerBytes = readHeaderLength(caller.header(headerLength))
    const { request, isBinary } = readInferRequest(await body(), headerBytes, { model, version })
    return inferReply(writeInferResponse(await services.predict(lease, request, caller), isBinary))
  },
})

export const renewSession = defineRoute({
  method: 'POST',
  paths: [`${one}/renew`],
  about: 'Makes a lease last for another term.',
  permission,
  example: { lease_ms: 60_000 },
  errors: [
    ...(['SLP-R1', 'SLP-R2', 'SLP-R3', 'SLP-R4', 'SLP-R5', 'SLP-R6'] as const),
    'SLP-R14',
    'SLP-R16',
    'SLP-R17',
  ],
  async handle({ params, caller, services, body }) {
    const leaseMs = leaseOf(await readJsonBody(body))
    return jsonReply(describe(await renewLease(services, caller, params['handle']!, leaseMs)))
  },
})

export const closeSession = defineRoute({
  method: 'DELETE',
  paths: [one],
  about: 'Gives a lease back.',
  permission,
  errors: ['SLP-R14', 'SLP-R16', 'SLP-R17'],
  async handle({ params, caller, services }) {
    await closeLease(services, caller, params['handle']!)
    return jsonReply({})
  },
})

function leaseOf(given: JsonObject): number | undefined {
  const lease = given.get('lease_ms')
  return lease === undefined ? undefined : countOf('lease_ms', lease)
}

function describe({ handle, device, expiresAtMs, served }: Lease): object {
  const { model, version, inputs, outputs, sizeBytes } = served
  return {
    handle,
    model_id: model,
    version,
    device,
    expires_at_ms: expiresAtMs,
    inputs: inputs.map(metadataOf),
    outputs: outputs.map(metadataOf),
    size_bytes: sizeBytes,
  }
}

const metadataOf = ({ name, datatype, shape }: ServedTensor) => ({ name, datatype, shape })
