/** Takes versions out of service and closes them once nobody uses them any more. */
import { SlipwayError } from '@slipway/core'
import type { Host } from './host.ts'
import { type ModelEntry, servedOf, type VersionEntry } from './model-entry.ts'
import type { CountedVersion } from './open-counted.ts'
import type { OpenVersion } from './open-version.ts'

/** Stops serving a model. Resolves once nobody uses it any more and its memory is given back. */
export async function retireAll(host: Host, entry: ModelEntry, reason: string): Promise<void> {
  const open = [...entry.versions.values()].flatMap((known) =>
    known.open ? [[known, known.open] as const] : [],
  )
  for (const [known] of open) Object.assign(known, { open: undefined, state: 'UNLOADING', reason })
  entry.ready = servedOf(entry)
  host.onRelease(entry.name)
  await Promise.all(open.map(([known, version]) => retire(host, entry, known, version)))
}

/** Closes what is not served any more. */
export function retire(host: Host, entry: ModelEntry, known: VersionEntry, open: OpenVersion): Promise<void> {
  return close(host, entry, open, () => {
    host.observe({ kind: 'unload', model: entry.name, version: known.version })
    if (known.state === 'UNLOADING')
      Object.assign(known, { state: 'UNAVAILABLE', reason: known.reason || 'unloaded' })
  })
}

/** Closes what does not serve, and calls `onClosed` after that. What cannot be closed is told of, and given up. */
export function close(
  host: Host,
  { name }: ModelEntry,
  open: OpenVersion,
  onClosed: () => void = () => {},
): Promise<void> {
  const refuse = (error: unknown) => {
    const reason = reasonOf(error, 'it failed')
    const message = `version ${open.served.version} of model "${name}" was not closed as it should be: ${reason}`
    host.observe({ kind: 'alert', severity: 'warning', message, model: name })
  }
  const ended = open
    .retire()
    .catch(refuse)
    .then(() => {
      host.retirements.delete(ended)
      onClosed()
    })
  host.retirements.add(ended)
  return ended
}

/**
 * A version whose executor is dead for good answers nothing more; an older one may. One that does not serve, or not any
 * more, has nothing to be taken out of.
 */
export function takeOut(host: Host, entry: ModelEntry, own: CountedVersion): void {
  const { version } = own.served
  const known = entry.versions.get(version)
  if (known?.open !== own) return
  const reason = own.broken ?? ''
  Object.assign(known, { open: undefined, state: 'UNAVAILABLE', reason })
  entry.ready = servedOf(entry)
  const message = `version ${version} of model "${entry.name}" is unavailable: ${reason}`
  host.observe({ kind: 'alert', severity: 'critical', message, model: entry.name })
  host.onRelease(entry.name)
  void retire(host, entry, known, own)
}

/** Reasons go to clients, who have no business with what this machine says. */
export function reasonOf(error: unknown, otherwise: string): string {
  return error instanceof SlipwayError ? error.message : otherwise
}
