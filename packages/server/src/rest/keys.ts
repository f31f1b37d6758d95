import { defineRoute, jsonReply } from '../http/route.ts'
import { arrayOf, countOf, textOf } from '../oip/json-fields.ts'
import { refuseRequest } from '../oip/refuse-request.ts'
import { isKeyId, newApiKey } from '../policy/api-key.ts'
import { readJsonBody } from './json-body.ts'

const read = { group: 'administration', access: 'read' } as const
const write = { group: 'administration', access: 'write' } as const

export const listKeys = defineRoute({
  method: 'GET',
  paths: ['/slipway/v1/keys'],
  about: 'Keys of clients, without their secrets.',
  permission: read,
  errors: ['SLP-R17'],
  async handle({ services: { store } }) {
    const keys = await store.apiKeys.list()
    return jsonReply({ keys: keys.map(({ hash: _, ...shown }) => shown) })
  },
})

export const createKey = defineRoute({
  method: 'POST',
  paths: ['/slipway/v1/keys'],
  about: 'Makes a key, or replaces the one with this id. The answer is the only place that ever shows it.',
  permission: write,
  example: { id: 'ci', tenant: 'acme', roles: ['client'], ttlMs: 86_400_000 },
  errors: ['SLP-R4', 'SLP-R5', 'SLP-R6', 'SLP-R17'],
  async handle({ caller, services: { store }, body }) {
    const given = await readJsonBody(body)
    const id = textOf('id', given.get('id'))
    if (!isKeyId(id)) refuseRequest('id must have 1 to 64 small letters, digits and "-"', id)
    const tenant = textOf('tenant', given.get('tenant'))
    const roles = arrayOf('roles', given.get('roles')).map((role) => textOf('a role', role))
    const ttl = given.get('ttlMs')
    const createdAtMs = Date.now()
    const expiresAtMs = ttl === undefined ? undefined : createdAtMs + countOf('ttlMs', ttl)
    const { record, key } = newApiKey(id, { tenant, roles, createdAtMs, expiresAtMs })
    const detail = { tenant, roles, expiresAtMs }
    const { subject } = caller.principal
    await store.apiKeys.put(record, {
      atMs: createdAtMs,
      subject,
      action: 'key.put',
      target: id,
      detail,
      ok: true,
    })
    return jsonReply({ id, key, expiresAtMs })
  },
})

export const deleteKey = defineRoute({
  method: 'DELETE',
  paths: ['/slipway/v1/keys/:id'],
  about: 'Removes a key; it opens nothing from then on, at the other replicas within a second.',
  permission: write,
  errors: ['SLP-R17'],
  async handle({ params, caller, services: { store } }) {
    const target = params['id']!
    const { subject } = caller.principal
    const audit = { atMs: Date.now(), subject, action: 'key.remove', target, detail: {}, ok: true }
    await store.apiKeys.remove(target, audit)
    return jsonReply({})
  },
})
