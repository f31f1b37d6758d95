/** One policy for every protocol: proofs become a principal, roles open groups of the API. */
import { SlipwayError } from '@slipway/core'
import type { Credentials, Policy } from '../contract/policy.ts'
import { anonymous, type Principal } from '../contract/principal.ts'
import type { ApiKeyRecord, Store } from '../contract/store.ts'
import { follow } from '../store/follow.ts'
import { checkApiKey, looksLikeApiKey } from './api-key.ts'
import { type TokenOptions, tokenChecker } from './json-web-token.ts'
import { authorizeBy, builtInRoles, type Roles } from './roles.ts'

export interface PolicyOptions {
  /** False: everybody may do everything, which is for a server that only its own machine reaches. */
  readonly required: boolean
  readonly tokens?: TokenOptions | undefined
  /** Roles of clients by the subject of their certificate; the connection has checked the certificate. */
  readonly certificates?: Readonly<
    Record<string, { readonly tenant: string; readonly roles: readonly string[] }>
  >
  /** Roles besides those that are built in. */
  readonly roles?: Roles
  /** Roles of callers without a proof; `probe` unless given. */
  readonly anonymousRoles?: readonly string[]
  readonly store: Pick<Store, 'apiKeys' | 'watch'>
  /** Milliseconds since the epoch. */
  readonly nowMs?: () => number
}

export interface OpenPolicy extends Policy {
  close(): void
}

/** Reads the keys of the store, and again after each change. Throws SLP-R17 where the store is down. */
export async function openPolicy(options: PolicyOptions): Promise<OpenPolicy> {
  const { required, tokens, certificates = {}, store, nowMs = Date.now } = options
  const roles = { ...options.roles, ...builtInRoles }
  const nobody: Principal = required
    ? { ...anonymous, roles: options.anonymousRoles ?? ['probe'] }
    : { ...anonymous, roles: ['admin'] }
  const checkToken = tokens && tokenChecker(tokens, nowMs)
  let keys: ReadonlyMap<string, ApiKeyRecord> = new Map()
  // What was last read stays in force while the store is down.
  const following = await follow(store, 'api-keys', async () => {
    keys = byId(await store.apiKeys.list())
  })

  return {
    authenticate: (credentials) => (required ? prove(credentials) : nobody),
    authorize: (principal, group, access, model) => {
      if (principal === nobody && required && !nobodyMay(group)) throw unproven()
      authorizeBy(roles, principal, group, access, model)
    },
    close: following.stop,
  }

  async function prove(credentials: Credentials): Promise<Principal> {
    const proof = proofOf(credentials)
    if (proof === undefined) return certificateOf(credentials) ?? nobody
    if (looksLikeApiKey(proof)) return checkApiKey(proof, keys, nowMs()) ?? refuse('key')
    return checkToken ? checkToken(proof) : refuse('proof')
  }

  /** Without a proof the answer is "say who you are", not "you may not". */
  function nobodyMay(group: Parameters<Policy['authorize']>[1]): boolean {
    return nobody.roles.some((name) => Object.hasOwn(roles, name) && roles[name]?.groups[group] !== undefined)
  }

  function certificateOf({ certificateSubject }: Credentials): Principal | undefined {
    const subject = certificateSubject()
    if (subject === undefined || !Object.hasOwn(certificates, subject)) return undefined
    const { tenant, roles: granted } = certificates[subject]!
    return { tenant, subject: `certificate:${subject}`, roles: granted, claims: new Map() }
  }
}

const byId = (list: readonly ApiKeyRecord[]): ReadonlyMap<string, ApiKeyRecord> =>
  new Map(list.map((key) => [key.id, key]))

function proofOf({ header }: Credentials): string | undefined {
  const key = header('x-api-key')
  if (key !== undefined) return key
  const given = header('authorization')
  if (given === undefined) return undefined
  const [, proof] = /^Bearer +(\S+) *$/i.exec(given) ?? []
  return proof ?? refuse('authorization header')
}

function refuse(what: string): never {
  throw new SlipwayError('SLP-R13', `Cannot accept ${what}: it must be known and in force, got another`)
}

function unproven(): SlipwayError {
  return new SlipwayError('SLP-R13', 'Cannot accept call: the caller must prove who they are, got no proof', {
    remedy: 'Send a key or token as "Authorization: Bearer …".',
  })
}
