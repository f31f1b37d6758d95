/** The configuration of an ensemble: it has no graph, so it must say everything itself. */
import { clone, create } from '@bufbuild/protobuf'
import { type ModelConfig, ModelConfigSchema, ModelVersionPolicySchema } from '../proto/model_config_pb.ts'
import { checkModelConfig } from './check-model-config.ts'
import type { CompletedConfig } from './complete-config.ts'
import { servedByConfig, type TensorEntry } from './match-tensor.ts'
import { assertNoProblems, type Problem } from './problems.ts'
import type { ServingConfig } from './serving-config.ts'

export function isEnsemble({ platform, schedulingChoice }: ModelConfig): boolean {
  return platform === 'ensemble' || schedulingChoice.case === 'ensembleScheduling'
}

/** Throws SLP-R19 for what is missing or breaks a rule; whether its models exist is not looked at. */
export function completeEnsemble(name: string, config: ServingConfig): CompletedConfig {
  const model = clone(ModelConfigSchema, config.model)
  assertNoProblems(name, [
    ...checkModelConfig(name, model),
    ...checkEntries('input', model.input),
    ...checkEntries('output', model.output),
    ...checkSteps(model),
  ])
  model.name = name
  model.platform = 'ensemble'
  model.versionPolicy ??= create(ModelVersionPolicySchema, {
    policyChoice: { case: 'latest', value: { numVersions: 1 } },
  })
  const served = (entry: TensorEntry) => servedByConfig(entry, model.maxBatchSize > 0) ?? []
  return {
    config: { ...config, model },
    inputs: model.input.flatMap(served),
    outputs: model.output.flatMap(served),
    reshapes: new Map(),
  }
}

function checkEntries(kind: 'input' | 'output', entries: readonly TensorEntry[]): Problem[] {
  if (entries.length === 0) return [{ path: kind, rule: `an ensemble must list its ${kind}s`, got: 'none' }]
  return entries.flatMap((entry, i) => {
    const path = `${kind}[${i}]`
    const problems: Problem[] = []
    if (entry.name === '') problems.push({ path: `${path}.name`, rule: 'it must be given', got: 'nothing' })
    if (!servedByConfig(entry, false))
      problems.push({ path: `${path}.data_type`, rule: 'it must be given', got: 'TYPE_INVALID' })
    if (entry.dims.length === 0)
      problems.push({ path: `${path}.dims`, rule: 'it must be given', got: 'nothing' })
    return problems
  })
}

function checkSteps({ schedulingChoice: choice }: ModelConfig): Problem[] {
  const steps = choice.case === 'ensembleScheduling' ? choice.value.step : []
  const path = 'ensemble_scheduling.step'
  if (steps.length === 0) return [{ path, rule: 'an ensemble must have a step', got: 'none' }]
  return steps.flatMap(({ modelName, inputMap, outputMap }, i) => {
    const problems: Problem[] = []
    const missing = {
      model_name: modelName === '',
      input_map: isEmpty(inputMap),
      output_map: isEmpty(outputMap),
    }
    for (const [field, isMissing] of Object.entries(missing)) {
      if (isMissing)
        problems.push({ path: `${path}[${i}].${field}`, rule: 'it must be given', got: 'nothing' })
    }
    return problems
  })
}

const isEmpty = (record: object) => Object.keys(record).length === 0
