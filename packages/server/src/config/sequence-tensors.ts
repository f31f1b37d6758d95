/** Inputs and outputs that clients do not see, because sequence batching supplies and keeps them. */
import { nameHint } from '@slipway/core'
import type { ServedTensor } from '../oip/served-tensor.ts'
import type { ModelConfig, ModelSequenceBatching } from '../proto/model_config_pb.ts'
import type { Problem } from './problems.ts'

function sequencesOf({ schedulingChoice: choice }: ModelConfig): ModelSequenceBatching | undefined {
  return choice.case === 'sequenceBatching' ? choice.value : undefined
}

/** Controls, and states that one request hands to the next. */
export function suppliedInputs(config: ModelConfig): ReadonlySet<string> {
  const { controlInput = [], state = [] } = sequencesOf(config) ?? {}
  return new Set([...controlInput.map(({ name }) => name), ...state.map(({ inputName }) => inputName)])
}

export function suppliedOutputs(config: ModelConfig): ReadonlySet<string> {
  return new Set(sequencesOf(config)?.state.map(({ outputName }) => outputName))
}

/** Names of controls and states that the graph does not have. */
export function checkSupplied(
  config: ModelConfig,
  graph: { readonly inputs: readonly ServedTensor[]; readonly outputs: readonly ServedTensor[] },
): Problem[] {
  const path = 'sequence_batching'
  const { controlInput = [], state = [] } = sequencesOf(config) ?? {}
  const inputs = graph.inputs.map(({ name }) => name)
  const outputs = graph.outputs.map(({ name }) => name)
  return [
    ...controlInput.flatMap(({ name }, i) =>
      unknown(`${path}.control_input[${i}].name`, name, 'input', inputs),
    ),
    ...state.flatMap(({ inputName, outputName }, i) => [
      ...unknown(`${path}.state[${i}].input_name`, inputName, 'input', inputs),
      ...unknown(`${path}.state[${i}].output_name`, outputName, 'output', outputs),
    ]),
  ]
}

function unknown(path: string, name: string, kind: string, names: readonly string[]): Problem[] {
  if (names.includes(name)) return []
  const rule = `the model must have an ${kind} of this name`
  return [{ path, rule, got: JSON.stringify(name), remedy: nameHint(name, names) }]
}
