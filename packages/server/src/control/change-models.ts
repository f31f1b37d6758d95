/** Loads and unloads by either protocol, each with its record for the audit log. */
import type { Caller } from '../contract/caller.ts'
import type { LoadOverrides, ModelStatus } from '../contract/models.ts'
import type { Services } from '../contract/services.ts'
import { audited } from '../policy/audited.ts'

type Needed = Pick<Services, 'models' | 'observe'>
type From = Pick<Caller, 'principal'>

/** Throws what `Models.load` throws. */
export function loadModel(
  { models, observe }: Needed,
  { principal }: From,
  target: string,
  overrides: LoadOverrides,
): Promise<void> {
  const detail = { config: overrides.config !== undefined, files: [...(overrides.files?.keys() ?? [])] }
  return audited(observe, principal, { action: 'model.load', target, detail }, () =>
    models.load(target, overrides),
  )
}

/** Throws what `Models.unload` throws. */
export function unloadModel(
  { models, observe }: Needed,
  { principal }: From,
  target: string,
  dependents: boolean,
): Promise<void> {
  return audited(observe, principal, { action: 'model.unload', target, detail: { dependents } }, () =>
    models.unload(target, { dependents }),
  )
}

/** Every version that is known, or those that are ready. */
export function modelIndex({ models }: Pick<Services, 'models'>, onlyReady: boolean): readonly ModelStatus[] {
  return models.index().filter(({ state }) => !onlyReady || state === 'READY')
}
