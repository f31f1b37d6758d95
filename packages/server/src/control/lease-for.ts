/** Leases for those who may run their models: over either protocol, a handle alone opens nothing. */
import type { Caller } from '../contract/caller.ts'
import type { Principal } from '../contract/principal.ts'
import type { Services } from '../contract/services.ts'
import type { Lease } from '../contract/sessions.ts'

type Needed = Pick<Services, 'sessions' | 'policy'>
type From = Pick<Caller, 'principal'>

/** Throws SLP-R16 for a handle that is not the caller's, SLP-R14 where no role of theirs opens its model. */
export function leaseFor({ sessions, policy }: Needed, { principal }: From, handle: string): Lease {
  mayRun(policy, principal, sessions.modelOf(handle, principal))
  return sessions.use(handle, principal)
}

/** Also for a model that cannot be run now. Throws what `leaseFor` throws. */
export async function closeLease(
  { sessions, policy }: Needed,
  { principal }: From,
  handle: string,
): Promise<void> {
  mayRun(policy, principal, sessions.modelOf(handle, principal))
  await sessions.close(handle, principal)
}

export async function renewLease(
  services: Needed,
  caller: From,
  handle: string,
  leaseMs: number | undefined,
): Promise<Lease> {
  leaseFor(services, caller, handle)
  return services.sessions.renew(handle, leaseMs, caller.principal)
}

/** Those of the caller's leases whose models they may run. */
export function leasesFor({ sessions, policy }: Needed, { principal }: From): readonly Lease[] {
  return sessions.list(principal).filter(({ served }) => {
    try {
      mayRun(policy, principal, served.model)
      return true
    } catch {
      return false
    }
  })
}

function mayRun(policy: Services['policy'], principal: Principal, model: string): void {
  policy.authorize(principal, 'inference', 'write', model)
}
