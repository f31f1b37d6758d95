/** Whether the server and its models can be asked, as both protocols tell it. */
import { SlipwayError } from '@slipway/core'
import type { Services } from '../contract/services.ts'

type Needed = Pick<Services, 'models' | 'draining'>

export function isServerReady({ models, draining }: Needed): boolean {
  return models.ready && !draining
}

/** Throws what `Models.find` throws, except for a version that is not ready. */
export function isModelReady({ models, draining }: Needed, name: string, version?: string): boolean {
  try {
    models.find(name, version)
    return !draining
  } catch (error) {
    if (error instanceof SlipwayError && error.code === 'SLP-R3') return false
    throw error
  }
}

/** False also for what nobody knows. */
export function isKnownModelReady(services: Needed, name: string, version?: string): boolean {
  try {
    return isModelReady(services, name, version)
  } catch (error) {
    if (isUnknownModel(error)) return false
    throw error
  }
}

export function isUnknownModel(error: unknown): boolean {
  return error instanceof SlipwayError && (error.code === 'SLP-R1' || error.code === 'SLP-R2')
}
