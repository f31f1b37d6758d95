/** A configuration and a graph → the whole configuration: what the one leaves out, the other says. */
import { clone, create } from '@bufbuild/protobuf'
import type { ServedTensor } from '../oip/served-tensor.ts'
import {
  type ModelConfig,
  ModelConfigSchema,
  ModelDynamicBatchingSchema,
  ModelInputSchema,
  ModelOutputSchema,
  ModelVersionPolicySchema,
} from '../proto/model_config_pb.ts'
import { checkModelConfig } from './check-model-config.ts'
import { dataTypeOf } from './data-type.ts'
import { checkNames, checkTensor, dimsText, graphDims, servedBy, type TensorEntry } from './match-tensor.ts'
import { assertNoProblems, type Problem } from './problems.ts'
import { checkSupplied, suppliedInputs, suppliedOutputs } from './sequence-tensors.ts'
import type { ServingConfig } from './serving-config.ts'

/** What the graph itself takes and gives, with its batch dimension. */
export interface GraphTensors {
  readonly inputs: readonly ServedTensor[]
  readonly outputs: readonly ServedTensor[]
}

export interface CompleteOptions {
  /** The model's folder. */
  readonly name: string
  readonly config: ServingConfig
  readonly graph: GraphTensors
  /**
   * `max_batch_size` of a model whose configuration has none and whose tensors all have an open first size; 0, which
   * leaves that size to requests, unless given.
   */
  readonly defaultMaxBatchSize?: number | undefined
}

export interface CompletedConfig {
  readonly config: ServingConfig
  /** As clients see them: with the batch dimension, without what the scheduler supplies. */
  readonly inputs: readonly ServedTensor[]
  readonly outputs: readonly ServedTensor[]
  /** The graph's sizes, without the batch dimension, of inputs and outputs that the configuration reshapes. */
  readonly reshapes: ReadonlyMap<string, readonly number[]>
}

/** Throws SLP-R19 that names everything that does not fit, with the value expected, the value found, and the fix. */
export function completeConfig(options: CompleteOptions): CompletedConfig {
  const { name, graph, config } = options
  const model = clone(ModelConfigSchema, config.model)
  const own = {
    inputs: without(graph.inputs, suppliedInputs(model)),
    outputs: graph.outputs,
  }
  setMaxBatchSize(model, own, options.defaultMaxBatchSize ?? 0)
  const problems = [
    ...checkModelConfig(name, model),
    ...checkSupplied(model, graph),
    ...checkTensors(model, own),
  ]
  assertNoProblems(name, problems)
  fill(name, model, own)
  return {
    config: { ...config, model },
    inputs: serve(model.input, own.inputs, model),
    outputs: serve(model.output, own.outputs, model),
    reshapes: new Map(
      [...model.input, ...model.output].flatMap(({ name: tensor, reshape }) =>
        reshape ? [[tensor, reshape.shape.map(Number)] as const] : [],
      ),
    ),
  }
}

const without = (tensors: readonly ServedTensor[], names: ReadonlySet<string>) =>
  tensors.filter(({ name }) => !names.has(name))

const isBatchable = ({ ranked, shape }: ServedTensor) => ranked && shape[0] === -1

function setMaxBatchSize(model: ModelConfig, { inputs, outputs }: GraphTensors, wanted: number): void {
  const choice = model.schedulingChoice.case
  const isOpen = choice === undefined || choice === 'dynamicBatching'
  if (model.maxBatchSize === 0 && isOpen && [...inputs, ...outputs].every(isBatchable))
    model.maxBatchSize = wanted
  if (model.maxBatchSize > 1 && choice === undefined)
    model.schedulingChoice = { case: 'dynamicBatching', value: create(ModelDynamicBatchingSchema) }
}

function checkTensors(model: ModelConfig, { inputs, outputs }: GraphTensors): Problem[] {
  const isBatched = model.maxBatchSize > 0
  const unbatchable = isBatched
    ? [...inputs, ...outputs].filter((tensor) => tensor.ranked && !isBatchable(tensor))
    : []
  return [
    ...batchProblem(unbatchable, model.maxBatchSize),
    ...checkNames('input', model.input, inputs),
    ...checkNames('output', model.output, outputs),
    ...checkEntries('input', model.input, without(inputs, namesOf(unbatchable)), isBatched),
    ...checkEntries('output', model.output, without(outputs, namesOf(unbatchable)), isBatched),
    ...checkOptional(model, inputs),
  ]
}

const namesOf = (tensors: readonly ServedTensor[]) => new Set(tensors.map(({ name }) => name))

function batchProblem(tensors: readonly ServedTensor[], maxBatchSize: number): Problem[] {
  if (tensors.length === 0) return []
  const shapes = tensors.map(({ name, shape }) => `"${name}" has ${dimsText(shape)}`)
  return [
    {
      path: 'max_batch_size',
      rule: `batches need an open first size of every input and output, and ${shapes.join(', ')}; it must be 0`,
      got: String(maxBatchSize),
      remedy: 'Write max_batch_size: 0, or export the model with an open batch dimension.',
    },
  ]
}

function checkEntries(
  kind: 'input' | 'output',
  entries: readonly TensorEntry[],
  tensors: readonly ServedTensor[],
  isBatched: boolean,
): Problem[] {
  return entries.flatMap((entry, i) => {
    const tensor = tensors.find(({ name }) => name === entry.name)
    return tensor ? checkTensor(entry, tensor, isBatched, `${kind}[${i}]`) : []
  })
}

function checkOptional({ input }: ModelConfig, tensors: readonly ServedTensor[]): Problem[] {
  return input.flatMap(({ name, optional }, i) => {
    const tensor = tensors.find((candidate) => candidate.name === name)
    if (!optional || !tensor || tensor.optional) return []
    const rule = 'an input may be optional only where the model has a default for it'
    return [{ path: `input[${i}].optional`, rule, got: 'true' }]
  })
}

/** Sets everything that is not given; entries that are missing follow in the order of the graph. */
function fill(name: string, model: ModelConfig, { inputs, outputs }: GraphTensors): void {
  model.name = name
  model.platform ||= 'onnxruntime_onnx'
  model.backend ||= 'onnxruntime'
  model.defaultModelFilename ||= 'model.onnx'
  model.versionPolicy ??= create(ModelVersionPolicySchema)
  if (model.versionPolicy.policyChoice.case === undefined)
    model.versionPolicy = create(ModelVersionPolicySchema, {
      policyChoice: { case: 'latest', value: { numVersions: 1 } },
    })
  const isListed = (entries: readonly TensorEntry[], tensor: ServedTensor) =>
    entries.some((entry) => entry.name === tensor.name)
  for (const tensor of inputs) {
    if (!isListed(model.input, tensor))
      model.input.push(create(ModelInputSchema, { name: tensor.name, optional: tensor.optional }))
  }
  const hidden = suppliedOutputs(model)
  for (const tensor of outputs) {
    if (!isListed(model.output, tensor) && !hidden.has(tensor.name))
      model.output.push(create(ModelOutputSchema, { name: tensor.name }))
  }
  for (const entry of model.input) fillEntry(entry, inputs, model.maxBatchSize > 0)
  for (const entry of model.output) fillEntry(entry, outputs, model.maxBatchSize > 0)
}

function fillEntry(entry: TensorEntry, tensors: readonly ServedTensor[], isBatched: boolean): void {
  const tensor = tensors.find(({ name }) => name === entry.name)!
  entry.dataType = dataTypeOf(tensor.datatype)
  if (entry.dims.length === 0 && !entry.reshape) entry.dims = (graphDims(tensor, isBatched) ?? []).map(BigInt)
}

function serve(
  entries: readonly TensorEntry[],
  tensors: readonly ServedTensor[],
  { maxBatchSize }: ModelConfig,
): ServedTensor[] {
  return entries.map((entry) =>
    servedBy(entry, tensors.find(({ name }) => name === entry.name)!, maxBatchSize > 0),
  )
}
