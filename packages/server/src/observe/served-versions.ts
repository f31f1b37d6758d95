/** Every version that serves, of all models. */
import type { Models } from '../contract/models.ts'
import type { ServedVersion } from '../contract/served-version.ts'

export function servedVersions(models: Pick<Models, 'index' | 'versions'>): readonly ServedVersion[] {
  const names = new Set(models.index().map(({ name }) => name))
  return [...names].flatMap((name) => models.versions(name))
}
