/** Settings of traces and logs by either protocol; changes come with their record for the audit log. */
import type { Caller } from '../contract/caller.ts'
import type { Services } from '../contract/services.ts'
import type { LogSettings, TraceSettings } from '../contract/settings.ts'
import { audited } from '../policy/audited.ts'

type Needed = Pick<Services, 'models' | 'settings' | 'observe'>
type From = Pick<Caller, 'principal'>

/** Those of the server, or of a model. Throws SLP-R1 for a model that nobody knows. */
export function traceSettings(
  { models, settings }: Omit<Needed, 'observe'>,
  model: string | undefined,
): TraceSettings {
  if (model !== undefined) models.versions(model)
  return settings.trace(model)
}

/** Throws SLP-R1 for a model that nobody knows, SLP-R4 for what no setting may be. */
export function changeTraceSettings(
  { models, settings, observe }: Needed,
  { principal }: From,
  change: Parameters<Services['settings']['setTrace']>[0],
  model: string | undefined,
): Promise<TraceSettings> {
  if (model !== undefined) models.versions(model)
  const about = { action: 'trace.setting', target: model ?? '', detail: change }
  return audited(observe, principal, about, () => settings.setTrace(change, model))
}

/** Throws SLP-R4 for what no setting may be. */
export function changeLogSettings(
  { settings, observe }: Omit<Needed, 'models'>,
  { principal }: From,
  change: Readonly<Record<string, unknown>>,
): Promise<LogSettings> {
  const about = { action: 'log.setting', target: '', detail: change }
  return audited(observe, principal, about, () => settings.setLog(change))
}
