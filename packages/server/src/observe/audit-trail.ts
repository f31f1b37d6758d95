/** Writes control calls to the audit log of the store, as far as they are not there already. */
import type { Observe } from '../contract/event.ts'
import type { Store } from '../contract/store.ts'

/** A record that the store does not take is an alert: the call has happened. */
export function keepAudit(
  store: Pick<Store, 'audit'>,
  alert: Observe,
  nowMs: () => number = Date.now,
): Observe {
  return (event) => {
    if (event.kind !== 'audit' || event.stored) return
    const { subject, action, target, detail, ok } = event
    store.audit.append({ atMs: nowMs(), subject, action, target, detail, ok }).catch(() => {
      const message = `audit record could not be kept: ${subject} ${action} ${target}`
      alert({ kind: 'alert', severity: 'critical', message, model: undefined })
    })
  }
}
