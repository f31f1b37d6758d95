/** Which versions of a model are wanted, by its configuration and by what there is. */
import { create } from '@bufbuild/protobuf'
import { isEnsemble } from '../config/complete-ensemble.ts'
import { modelConfigFromJson } from '../config/model-config-json.ts'
import { readServingConfig } from '../config/read-config.ts'
import type { ServingConfig } from '../config/serving-config.ts'
import { chosenVersions, missingVersions } from '../config/version-policy.ts'
import { ModelVersionPolicySchema } from '../proto/model_config_pb.ts'
import type { FoundModel, ModelSource } from '../source/source.ts'

export interface Plan {
  readonly config: ServingConfig
  readonly versions: readonly string[]
  readonly problems: ReadonlyMap<string, string>
}

/** A version of an ensemble that has no folder of one, as it has no files. */
const onlyVersion = '1'

/** Throws SLP-R19 for a configuration that is wrong. Versions that are still being written are not wanted yet. */
export function planOf(found: FoundModel, read: ServingConfig, defaultVersions: 'latest' | 'all'): Plan {
  const config = withPolicy(read, defaultVersions)
  const needsNoFiles = isEnsemble(config.model)
  const settled = found.versions.filter((version) => version.settled)
  const names = settled.map(({ version }) => version)
  const available = names.length === 0 && needsNoFiles ? [onlyVersion] : names
  const missing = missingVersions(config.model.versionPolicy, available)
  const versions = [...chosenVersions(config.model.versionPolicy, available)]
  const problems = new Map<string, string>()
  for (const { version, problem } of settled)
    if (problem !== undefined && !needsNoFiles && versions.includes(version)) problems.set(version, problem)
  for (const version of missing)
    problems.set(version, 'the version policy names it, and the repository does not have it')
  return { config, versions: [...versions, ...missing], problems }
}

/** The configuration of the model's files, or the one that came with a call. */
export async function readConfig(
  source: ModelSource,
  model: string,
  override: string | undefined,
): Promise<ServingConfig> {
  const config = readServingConfig(await source.readConfig(model))
  if (override === undefined) return config
  return { ...config, model: modelConfigFromJson(override) }
}

function withPolicy(config: ServingConfig, versions: 'latest' | 'all'): ServingConfig {
  if (versions === 'latest' || config.model.versionPolicy) return config
  const versionPolicy = create(ModelVersionPolicySchema, { policyChoice: { case: 'all', value: {} } })
  return { ...config, model: { ...config.model, versionPolicy } }
}

/** Changes with everything that a load could see. */
export function loadFingerprint({ configFingerprint, versions }: FoundModel): string {
  return JSON.stringify([
    configFingerprint,
    versions.map(({ version, fingerprint }) => [version, fingerprint]),
  ])
}

export function isSettled({ configSettled, versions }: FoundModel): boolean {
  return configSettled && versions.every(({ settled }) => settled)
}
