/** Which versions of a model are served. */
import type { ModelVersionPolicy } from '../proto/model_config_pb.ts'

/** In ascending order. Versions that the policy names and the repository does not have are left out. */
export function chosenVersions(
  policy: ModelVersionPolicy | undefined,
  available: readonly string[],
): readonly string[] {
  const versions = available.toSorted((a, b) => Number(a) - Number(b))
  const choice = policy?.policyChoice
  switch (choice?.case) {
    case undefined:
      return versions.slice(-1)
    case 'latest':
      return versions.slice(-Math.max(1, choice.value.numVersions))
    case 'all':
      return versions
    case 'specific': {
      const wanted = new Set(choice.value.versions.map(String))
      return versions.filter((version) => wanted.has(version))
    }
    default:
      return choice satisfies never
  }
}

/** Versions that the policy names and the repository does not have. */
export function missingVersions(
  policy: ModelVersionPolicy | undefined,
  available: readonly string[],
): readonly string[] {
  const choice = policy?.policyChoice
  if (choice?.case !== 'specific') return []
  return choice.value.versions.map(String).filter((version) => !available.includes(version))
}
