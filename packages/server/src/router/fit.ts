/** Whether a version may answer a request that was not made for it in particular. */
import { SlipwayError } from '@slipway/core'
import type { Rollout } from '../contract/rollout.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import { misfit } from '../oip/bind-request.ts'
import type { InferenceRequest } from '../oip/inference.ts'
import { labelled } from './label.ts'

/** Why a version may not answer a request; undefined where it may. */
export function whyNot(
  request: InferenceRequest,
  served: ServedVersion,
  standard: ServedVersion,
  rollout: Rollout | undefined,
): SlipwayError | undefined {
  const level = rollout?.signature ?? 'interface'
  if (level !== 'interface' && served !== standard) {
    const [own, expected] = [served.signatures?.[level], standard.signatures?.[level]]
    if (own !== expected) return otherSignature(served, standard, level)
  }
  return misfit(request, served)
}

/** A version with a share of 0 % is loaded for those alone who ask for it. */
export function isDark({ version }: ServedVersion, rollout: Rollout | undefined): boolean {
  const shares = (rollout?.splits ?? []).filter(
    ({ target }) => version === ('version' in target ? target.version : labelled(rollout, target.label)),
  )
  return shares.length > 0 && shares.every(({ percent }) => percent === 0)
}

function otherSignature(served: ServedVersion, standard: ServedVersion, level: string): SlipwayError {
  const { model, version } = served
  return new SlipwayError(
    'SLP-R19',
    `Cannot use model "${model}" version ${version}: its ${level} signature must be that of version ${standard.version}, got another`,
  )
}
