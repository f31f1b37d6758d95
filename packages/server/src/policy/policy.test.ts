import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { type ApiGroup, apiGroups } from '../contract/principal.ts'
import { fakeStore } from '../testing/fake-store.ts'
import { newApiKey } from './api-key.ts'
import type { TokenOptions } from './json-web-token.ts'
import { openPolicy, type PolicyOptions } from './open-policy.ts'
import { builtInRoles } from './roles.ts'

const nowMs = 1_800_000_000_000
const audit = { atMs: 0, subject: 's', action: 'a', target: 't', detail: {}, ok: true }
const denied = (code: string) => expect.objectContaining({ code })
const credentials = (headers: Readonly<Record<string, string>> = {}, certificateSubject?: string) => ({
  header: (name: string) => headers[name],
  certificateSubject: () => certificateSubject,
})
const bearer = (proof: string) => credentials({ authorization: `Bearer ${proof}` })

const settled = () => new Promise((resolve) => setImmediate(resolve))

async function setUp(options: Partial<PolicyOptions> = {}) {
  const store = fakeStore()
  const clock = { now: nowMs }
  const policy = await openPolicy({ required: true, store, nowMs: () => clock.now, ...options })
  const add = async (id: string, roles: readonly string[], expiresAtMs?: number) => {
    const { record, key } = newApiKey(id, { tenant: 't', roles, createdAtMs: nowMs, expiresAtMs })
    await store.apiKeys.put(record, audit)
    // The policy reads the keys again once it is told of the change.
    await settled()
    return key
  }
  return { store, policy, add, clock }
}

describe('keys', () => {
  it('say who asks', async () => {
    const { policy, add } = await setUp()
    const key = await add('ci', ['client'])
    const principal = { tenant: 't', subject: 'key:ci', roles: ['client'] }
    expect(await policy.authenticate(bearer(key))).toMatchObject(principal)
    expect(await policy.authenticate(credentials({ 'x-api-key': key }))).toMatchObject(principal)
  })

  it('are refused when wrong, unknown, expired or removed', async () => {
    const { store, policy, add, clock } = await setUp()
    const key = await add('ci', ['client'], nowMs + 1000)
    const wrong = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`
    for (const text of [wrong, key.replace('_ci_', '_other_'), 'slipway_', 'slipway_ci_']) {
      await expect(policy.authenticate(bearer(text))).rejects.toEqual(denied('SLP-R13'))
    }
    clock.now += 1000
    await expect(policy.authenticate(bearer(key))).rejects.toEqual(denied('SLP-R13'))
    const other = await add('other', ['client'])
    await policy.authenticate(bearer(other))
    await store.apiKeys.remove('other', audit)
    await settled()
    await expect(policy.authenticate(bearer(other))).rejects.toEqual(denied('SLP-R13'))
  })

  it('stay known while the store is down', async () => {
    const { store, policy, add } = await setUp()
    const key = await add('ci', ['client'])
    store.down = true
    expect(await policy.authenticate(bearer(key))).toMatchObject({ subject: 'key:ci' })
  })
})

describe('tokens', () => {
  let tokens: TokenOptions
  let sign: (
    claims: Record<string, unknown>,
    change?: { issuer?: string; exp?: number; key?: CryptoKey },
  ) => Promise<string>
  let stranger: CryptoKey

  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    stranger = (await generateKeyPair('ES256')).privateKey
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }
    tokens = { jwks: { keys: [jwk] }, issuer: 'https://issuer', audience: 'slipway' }
    sign = (claims, { issuer = 'https://issuer', exp = nowMs / 1000 + 60, key = privateKey } = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: 'k' })
        .setSubject('alice')
        .setIssuer(issuer)
        .setAudience('slipway')
        .setExpirationTime(exp)
        .sign(key)
  })

  it('say who asks, with roles, tenant and claims', async () => {
    const { policy } = await setUp({ tokens })
    const token = await sign({ roles: ['client', 7], tenant: 'acme', region: 'CN', nested: { a: 1 } })
    const principal = await policy.authenticate(bearer(token))
    expect(principal).toMatchObject({ tenant: 'acme', subject: 'jwt:alice', roles: ['client'] })
    expect(principal.claims.get('region')).toBe('CN')
    expect(principal.claims.has('nested')).toBe(false)
  })

  it('are refused when of another issuer or key, expired, without signature, or no token at all', async () => {
    const { policy, clock } = await setUp({ tokens })
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const body = { sub: 'alice', iss: 'https://issuer', aud: 'slipway', exp: nowMs / 1000 + 60 }
    const bad = [
      await sign({}, { issuer: 'https://other' }),
      await sign({}, { key: stranger }),
      await sign({}, { exp: nowMs / 1000 - 60 }),
      `${part({ alg: 'none' })}.${part(body)}.`,
      `${part({ alg: 'HS256', kid: 'k' })}.${part(body)}.AAAA`,
      'abc',
      'x'.repeat(20_000),
    ]
    for (const token of bad)
      await expect(policy.authenticate(bearer(token))).rejects.toEqual(denied('SLP-R13'))
    const good = await sign({})
    await policy.authenticate(bearer(good))
    clock.now += 120_000
    await expect(policy.authenticate(bearer(good))).rejects.toEqual(denied('SLP-R13'))
  })

  it('are refused by a server that takes none', async () => {
    const { policy } = await setUp()
    await expect(policy.authenticate(bearer(await sign({})))).rejects.toEqual(denied('SLP-R13'))
  })
})

describe('callers', () => {
  it('without a proof may probe only, and are asked who they are', async () => {
    const { policy } = await setUp()
    const nobody = await policy.authenticate(credentials())
    expect(() => policy.authorize(nobody, 'health', 'read')).not.toThrow()
    expect(() => policy.authorize(nobody, 'inference', 'write', 'm')).toThrow(denied('SLP-R13'))
  })

  it('with a certificate have the roles of its subject', async () => {
    const certificates = { 'CN=edge': { tenant: 'edge', roles: ['client'] } }
    const { policy } = await setUp({ certificates })
    expect(await policy.authenticate(credentials({}, 'CN=edge'))).toMatchObject({ tenant: 'edge' })
    expect(await policy.authenticate(credentials({}, 'CN=other'))).toMatchObject({ roles: ['probe'] })
    expect(await policy.authenticate(credentials({}, 'constructor'))).toMatchObject({ roles: ['probe'] })
  })

  it('may do everything where nobody has to say who they are', async () => {
    const { policy } = await setUp({ required: false })
    const nobody = await policy.authenticate(bearer('anything'))
    for (const group of apiGroups) policy.authorize(nobody, group, 'write', 'm')
  })

  it('are refused with a header that is none', async () => {
    const { policy } = await setUp()
    const basic = credentials({ authorization: 'Basic YTpi' })
    await expect(policy.authenticate(basic)).rejects.toEqual(denied('SLP-R13'))
  })
})

describe('roles', () => {
  const cases = Object.entries(builtInRoles).flatMap(([role, { groups }]) =>
    apiGroups.flatMap((group) =>
      (['read', 'write'] as const).map((access) => [role, group, access, groups[group]] as const),
    ),
  )

  it.each(cases)('%s: %s, %s', async (role, group, access, granted) => {
    const { policy, add } = await setUp()
    const principal = await policy.authenticate(bearer(await add('k', [role])))
    const act = () => policy.authorize(principal, group, access, 'm')
    if (granted === 'write' || granted === access) expect(act).not.toThrow()
    else expect(act).toThrow(denied('SLP-R14'))
  })

  it('of a server open some models only, and cannot replace those that are built in', async () => {
    const groups: Partial<Record<ApiGroup, 'write'>> = { inference: 'write' }
    const roles = {
      team: { groups, models: ['a', 'b-*'] },
      probe: { groups: { administration: 'write' as const } },
    }
    const { policy, add } = await setUp({ roles })
    const principal = await policy.authenticate(bearer(await add('k', ['team', 'probe', 'toString'])))
    for (const model of ['a', 'b-1']) policy.authorize(principal, 'inference', 'write', model)
    for (const model of ['b', 'ab', 'c']) {
      expect(() => policy.authorize(principal, 'inference', 'write', model)).toThrow(denied('SLP-R14'))
    }
    expect(() => policy.authorize(principal, 'administration', 'read')).toThrow(denied('SLP-R14'))
  })
})
