/** Who asks. */

/** The nine groups of the API, after Triton's restricted APIs, and the server's own: keys and the audit log. */
export const apiGroups = [
  'health',
  'metadata',
  'inference',
  'shared-memory',
  'model-config',
  'model-repository',
  'statistics',
  'trace',
  'logging',
  'administration',
] as const

export type ApiGroup = (typeof apiGroups)[number]

export interface Principal {
  /** Whose limits count; `anonymous` where nobody has to say who they are. */
  readonly tenant: string
  /** Stands in the audit log, such as `key:ci` or `jwt:alice`. */
  readonly subject: string
  readonly roles: readonly string[]
  /** Claims of a token that rules may look at; texts, numbers and booleans only. */
  readonly claims: ReadonlyMap<string, string | number | boolean>
}

export const anonymous: Principal = {
  tenant: 'anonymous',
  subject: 'anonymous',
  roles: [],
  claims: new Map(),
}
