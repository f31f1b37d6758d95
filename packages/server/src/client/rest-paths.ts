import type { Target } from './transport.ts'

/** The path of a model, or of one version of it. */
export function modelPath({ model, version }: Target): string {
  const path = `/v2/models/${encodeURIComponent(model)}`
  return version === undefined ? path : `${path}/versions/${encodeURIComponent(version)}`
}
