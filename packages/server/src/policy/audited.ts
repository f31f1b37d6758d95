import type { Observe } from '../contract/event.ts'
import type { Principal } from '../contract/principal.ts'

/** What a control call is about, for the audit log. */
export interface Audited {
  readonly action: string
  readonly target: string
  readonly detail?: Readonly<Record<string, unknown>>
}

/** Does what changes the server, and tells who did it and whether it worked. */
export async function audited<T>(
  observe: Observe,
  { subject }: Principal,
  { action, target, detail = {} }: Audited,
  run: () => T | Promise<T>,
): Promise<T> {
  const tell = (ok: boolean) => observe({ kind: 'audit', subject, action, target, detail, ok, stored: false })
  try {
    const result = await run()
    tell(true)
    return result
  } catch (error) {
    tell(false)
    throw error
  }
}
