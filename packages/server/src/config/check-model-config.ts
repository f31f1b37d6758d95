/** Rules of a configuration that need no graph; what Slipway does not do is refused, never ignored. */
import { nameHint } from '@slipway/core'
import {
  type ModelConfig,
  type ModelInstanceGroup,
  ModelInstanceGroup_Kind,
} from '../proto/model_config_pb.ts'
import { checkBatching } from './check-batching.ts'
import type { Problem } from './problems.ts'

/** `name` is that of the model's folder. */
export function checkModelConfig(name: string, config: ModelConfig): Problem[] {
  return [
    ...checkIdentity(name, config),
    ...checkVersionPolicy(config),
    ...checkBatching(config),
    ...config.instanceGroup.flatMap(checkInstanceGroup),
    ...checkWarmups(config),
    ...checkUnsupported(config),
  ]
}

const platforms = ['onnxruntime_onnx', 'ensemble']
const backends = ['onnxruntime', 'slipway']

function checkIdentity(
  name: string,
  { name: own, platform, backend, schedulingChoice }: ModelConfig,
): Problem[] {
  const problems: Problem[] = []
  if (own !== '' && own !== name) {
    const remedy = `Write name: "${name}", or leave it out.`
    problems.push({ path: 'name', rule: `it must be that of the folder, "${name}"`, got: `"${own}"`, remedy })
  }
  if (platform !== '' && !platforms.includes(platform)) {
    const rule = 'it must be onnxruntime_onnx or ensemble'
    problems.push({ path: 'platform', rule, got: `"${platform}"`, remedy: nameHint(platform, platforms) })
  }
  if (backend !== '' && !backends.includes(backend)) {
    const rule = 'it must be onnxruntime or slipway'
    problems.push({ path: 'backend', rule, got: `"${backend}"`, remedy: nameHint(backend, backends) })
  }
  const isEnsemble = schedulingChoice.case === 'ensembleScheduling'
  if (platform !== '' && (platform === 'ensemble') !== isEnsemble) {
    const rule = 'ensemble_scheduling and the platform ensemble must stand together'
    problems.push({ path: 'platform', rule, got: `"${platform}"` })
  }
  return problems
}

function checkVersionPolicy({ versionPolicy }: ModelConfig): Problem[] {
  const choice = versionPolicy?.policyChoice
  if (choice?.case === 'latest' && choice.value.numVersions === 0)
    return [{ path: 'version_policy.latest.num_versions', rule: 'it must be at least 1', got: '0' }]
  if (choice?.case !== 'specific') return []
  const { versions } = choice.value
  const path = 'version_policy.specific.versions'
  if (versions.length === 0) return [{ path, rule: 'it must have a version', got: 'none' }]
  const wrong = versions.find((version) => version < 1n)
  return wrong === undefined ? [] : [{ path, rule: 'a version must be at least 1', got: String(wrong) }]
}

function checkInstanceGroup({ count, kind, gpus }: ModelInstanceGroup, i: number): Problem[] {
  const path = `instance_group[${i}]`
  const problems: Problem[] = []
  if (count < 0) problems.push({ path: `${path}.count`, rule: 'it must not be negative', got: String(count) })
  if (kind === ModelInstanceGroup_Kind.GPU || gpus.length > 0) {
    const remedy = 'Write kind: KIND_CPU, or take the group away.'
    problems.push({ path: `${path}.kind`, rule: 'models must run on the processor', got: 'KIND_GPU', remedy })
  }
  return problems
}

function checkWarmups({ modelWarmup, maxBatchSize }: ModelConfig): Problem[] {
  return modelWarmup.flatMap(({ batchSize, inputs }, i) => {
    const path = `model_warmup[${i}]`
    const problems: Problem[] = []
    if (batchSize > Math.max(1, maxBatchSize)) {
      const rule = `it must be at most max_batch_size, ${maxBatchSize}`
      problems.push({ path: `${path}.batch_size`, rule, got: String(batchSize) })
    }
    for (const [name, { dims, inputDataType }] of Object.entries(inputs)) {
      const inner = `${path}.inputs.${name}`
      if (inputDataType.case === undefined) {
        const rule = 'it must have zero_data, random_data or input_data_file'
        problems.push({ path: inner, rule, got: 'none of them' })
      }
      const wrong = dims.find((dim) => dim < 0n)
      if (wrong !== undefined)
        problems.push({ path: `${inner}.dims`, rule: 'sizes must be known', got: String(wrong) })
    }
    return problems
  })
}

function checkUnsupported(config: ModelConfig): Problem[] {
  const { input, output } = config
  const given: readonly (readonly [string, boolean])[] = [
    ['batch_input', config.batchInput.length > 0],
    ['batch_output', config.batchOutput.length > 0],
    ['model_operations', (config.modelOperations?.opLibraryFilename.length ?? 0) > 0],
    ['model_repository_agents', (config.modelRepositoryAgents?.agents.length ?? 0) > 0],
    ['model_transaction_policy.decoupled', config.modelTransactionPolicy?.decoupled === true],
    ['input.is_shape_tensor', [...input, ...output].some(({ isShapeTensor }) => isShapeTensor)],
    ['input.allow_ragged_batch', input.some(({ allowRaggedBatch }) => allowRaggedBatch)],
  ]
  return given.flatMap(([path, isGiven]) =>
    isGiven ? [{ path, rule: 'it must not be used: Slipway does not support it', got: 'it' }] : [],
  )
}
