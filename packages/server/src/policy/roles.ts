/** Roles: which groups of the API they open, for reading or for writing, and for which models. */
import { SlipwayError } from '@slipway/core'
import type { Access } from '../contract/policy.ts'
import { type ApiGroup, apiGroups, type Principal } from '../contract/principal.ts'

export interface Role {
  /** Writing includes reading. Running a model is writing in the group `inference`. */
  readonly groups: Readonly<Partial<Record<ApiGroup, Access>>>
  /** Names of models, or beginnings that end in `*`; all models unless given. */
  readonly models?: readonly string[]
}

export type Roles = Readonly<Record<string, Role>>

const groupsWith = (access: Access, groups: readonly ApiGroup[]): Role['groups'] =>
  Object.fromEntries(groups.map((group) => [group, access]))
const serving = apiGroups.filter((group) => group !== 'administration')

/** Roles that are always there; a server may add its own. */
export const builtInRoles: Roles = {
  admin: { groups: groupsWith('write', apiGroups) },
  /** All but keys and the audit log. */
  operator: { groups: groupsWith('write', serving) },
  /** Sees what an operator sees, and changes nothing. */
  viewer: { groups: groupsWith('read', serving) },
  /** Runs models. */
  client: { groups: { health: 'read', metadata: 'read', 'model-config': 'read', inference: 'write' } },
  /** Probes of load balancers. */
  probe: { groups: { health: 'read' } },
}

/** Throws SLP-R14 where none of the principal's roles allows the access. */
export function authorizeBy(
  roles: Roles,
  principal: Principal,
  group: ApiGroup,
  access: Access,
  model?: string,
): void {
  const allowed = principal.roles.some((name) => {
    const role = Object.hasOwn(roles, name) ? roles[name] : undefined
    return role !== undefined && opens(role, group, access) && coversModel(role, model)
  })
  if (allowed) return
  const what = model === undefined ? `${access} ${group}` : `${access} ${group} of model "${model}"`
  const got = principal.roles.length > 0 ? principal.roles.join(', ') : 'none'
  throw new SlipwayError('SLP-R14', `Cannot ${what}: the caller must have a role that allows it, got ${got}`)
}

function opens({ groups }: Role, group: ApiGroup, access: Access): boolean {
  const granted = groups[group]
  return granted === 'write' || granted === access
}

/** A role for some models opens what concerns no model in particular too. */
function coversModel({ models }: Role, model: string | undefined): boolean {
  if (!models || model === undefined) return true
  return models.some((name) => (name.endsWith('*') ? model.startsWith(name.slice(0, -1)) : name === model))
}
