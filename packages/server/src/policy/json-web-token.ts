/** JSON Web Tokens, checked against the keys of their issuer. */
import { SlipwayError } from '@slipway/core'
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import { LRUCache } from 'lru-cache'
import type { Principal } from '../contract/principal.ts'

export interface TokenOptions {
  /** Where the issuer publishes its keys, or the keys themselves. */
  readonly jwks: string | JSONWebKeySet
  readonly issuer: string
  readonly audience: string
  /** Claims that say the tenant and the roles; `tenant` and `roles` unless given. The subject is the tenant otherwise. */
  readonly tenantClaim?: string
  readonly rolesClaim?: string
}

export type CheckToken = (token: string) => Promise<Principal>

/** None of them can be forged with a public key. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']
const clockToleranceS = 5
const mostRemembered = 10_000
const longestToken = 8192

/** Checks are remembered until the token expires. The check throws SLP-R13, and SLP-R17 where keys cannot be fetched. */
export function tokenChecker(options: TokenOptions, nowMs: () => number = Date.now): CheckToken {
  const { jwks, issuer, audience } = options
  const keys: JWTVerifyGetKey =
    typeof jwks === 'string' ? createRemoteJWKSet(new URL(jwks)) : createLocalJWKSet(jwks)
  const known = new LRUCache<string, { readonly principal: Principal; readonly untilMs: number }>({
    max: mostRemembered,
  })
  return async (token) => {
    const remembered = known.get(token)
    if (remembered && remembered.untilMs > nowMs()) return remembered.principal
    if (token.length > longestToken) throw refused('it must be short', undefined)
    const payload = await verify()
    const principal = principalOf(payload, options)
    known.set(token, { principal, untilMs: (payload.exp ?? 0) * 1000 })
    return principal

    async function verify(): Promise<JWTPayload> {
      try {
        const currentDate = new Date(nowMs())
        const rules = { issuer, audience, algorithms, currentDate, clockTolerance: clockToleranceS }
        const verified = await jwtVerify(token, keys, { ...rules, requiredClaims: ['exp', 'sub'] })
        return verified.payload
      } catch (error) {
        throw reasonOf(error)
      }
    }
  }
}

function reasonOf(error: unknown): SlipwayError {
  if (error instanceof errors.JWTExpired) return refused('it must not have expired', error)
  if (error instanceof errors.JWTClaimValidationFailed) {
    return refused(`its claim "${error.claim}" must be as the server expects it`, error)
  }
  const unreachable = error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)
  if (!unreachable) return refused('it must be signed by the issuer', error)
  const message = 'Cannot check token: the keys of the issuer must be there, got an error'
  return new SlipwayError('SLP-R17', message, { cause: error })
}

function refused(rule: string, cause: unknown): SlipwayError {
  return new SlipwayError('SLP-R13', `Cannot accept token: ${rule}, got another`, { cause })
}

function principalOf(payload: JWTPayload, options: TokenOptions): Principal {
  const { tenantClaim = 'tenant', rolesClaim = 'roles' } = options
  const subject = payload.sub ?? ''
  const [tenant, roles] = [payload[tenantClaim], payload[rolesClaim]]
  const claims = Object.entries(payload).filter(
    (entry): entry is [string, string | number | boolean] =>
      typeof entry[1] === 'string' || typeof entry[1] === 'number' || typeof entry[1] === 'boolean',
  )
  return {
    tenant: typeof tenant === 'string' ? tenant : subject,
    subject: `jwt:${subject}`,
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
    claims: new Map(claims),
  }
}
