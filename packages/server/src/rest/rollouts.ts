import { SlipwayError } from '@slipway/core'
import type { Rollout } from '../contract/rollout.ts'
import type { Versioned } from '../contract/store.ts'
import { defineRoute, jsonReply, type Reply } from '../http/route.ts'
import { refuseRequest } from '../oip/refuse-request.ts'
import { readRollout } from '../router/read-rollout.ts'
import { readPlainBody } from './json-body.ts'

const read = { group: 'model-repository', access: 'read' } as const
const write = { group: 'model-repository', access: 'write' } as const
const path = '/slipway/v1/models/:model/rollout'

export const listRollouts = defineRoute({
  method: 'GET',
  paths: ['/slipway/v1/rollouts'],
  about: 'All rollouts, and the circuit breakers that have seen fall-backs.',
  permission: read,
  errors: [],
  handle: ({ services: { rollouts } }) =>
    jsonReply({ rollouts: rollouts.list().map(describe), breakers: rollouts.breakers() }),
})

export const getRollout = defineRoute({
  method: 'GET',
  paths: [path],
  about: "A model's rollout. Its ETag is the revision that a change must name.",
  permission: read,
  errors: ['SLP-R1', 'SLP-R4'],
  handle({ params, services: { rollouts } }) {
    const model = params['model']!
    const found = rollouts.get(model)
    if (found) return reply(found)
    throw new SlipwayError(
      'SLP-R1',
      `Cannot read rollout: the model must have one, got "${model.slice(0, 128)}"`,
    )
  },
})

export const putRollout = defineRoute({
  method: 'PUT',
  paths: [path],
  about:
    'Replaces a rollout: labels, rules, shares, shadow. `If-Match` names the revision; absent for the first one.',
  permission: write,
  example: {
    labels: { stable: '1', canary: '2' },
    rules: [
      {
        name: 'china',
        match: [{ source: 'header', name: 'x-region', op: 'equals', values: ['CN'] }],
        target: { label: 'canary' },
      },
    ],
    splits: [{ target: { label: 'canary' }, percent: 5 }],
    stickyKey: { source: 'header', name: 'x-user' },
    signature: 'structural',
  },
  errors: ['SLP-R4', 'SLP-R5', 'SLP-R6', 'SLP-R17', 'SLP-R18', 'SLP-R19'],
  async handle({ params, caller, services: { rollouts }, body }) {
    const rollout = readRollout(params['model']!, await readPlainBody(body))
    return reply(await rollouts.put(rollout, expectedRevision(caller.header('if-match')), caller.principal))
  },
})

export const deleteRollout = defineRoute({
  method: 'DELETE',
  paths: [path],
  about: 'Removes a rollout: all traffic goes to the highest version again.',
  permission: write,
  errors: ['SLP-R4', 'SLP-R17', 'SLP-R18'],
  async handle({ params, caller, services: { rollouts } }) {
    await rollouts.remove(params['model']!, expectedRevision(caller.header('if-match')), caller.principal)
    return jsonReply({})
  },
})

function describe({ revision, value }: Versioned<Rollout>): object {
  return { revision, ...value }
}

function reply(versioned: Versioned<Rollout>): Reply {
  const plain = jsonReply(describe(versioned))
  return { ...plain, headers: { ...plain.headers, etag: `"${versioned.revision}"` } }
}

function expectedRevision(ifMatch: string | undefined): number {
  if (ifMatch === undefined) return 0
  const [, digits] = /^"?(\d{1,15})"?$/.exec(ifMatch) ?? []
  return digits === undefined ? refuseRequest('If-Match must be a revision', ifMatch) : Number(digits)
}
