/** What a version runs before it is ready. */
import { randomStream, SlipwayError, type Tensor } from '@slipway/core'
import type { ServedTensor } from '../oip/served-tensor.ts'
import type { ModelWarmup, ModelWarmup_Input } from '../proto/model_config_pb.ts'
import type { CompletedConfig } from './complete-config.ts'
import { configError, type Place } from './config-error.ts'
import { tryDatatypeOfConfig } from './data-type.ts'
import { reshapedDims } from './reshape.ts'
import { randomTensor, tensorOfFile, zeros } from './warmup-data.ts'

export interface WarmupRun {
  readonly name: string
  readonly count: number
  /** For the graph itself: with the batch dimension, and with what the scheduler supplies otherwise. */
  readonly inputs: ReadonlyMap<string, Tensor>
  /** False for a run that nobody asked for: sizes that requests choose are guessed, so its failure means nothing. */
  readonly isRequired: boolean
}

export interface WarmupOptions {
  readonly completed: CompletedConfig
  /** All inputs of the graph. */
  readonly graphInputs: readonly ServedTensor[]
  /** A file of the model's folder `warmup`. */
  readonly readFile: (path: string) => Promise<Uint8Array>
  readonly seed?: number | undefined
}

/**
 * The samples of the configuration; without any, zeros of the declared shapes as a batch of one and as the largest
 * batch, unless the configuration turns that off.
 *
 * @throws SLP-R19 for samples that do not fit the model, and what `readFile` throws.
 */
export async function warmupRuns(options: WarmupOptions): Promise<readonly WarmupRun[]> {
  const { model, slipway } = options.completed.config
  if (model.modelWarmup.length > 0)
    return Promise.all(model.modelWarmup.map((sample, i) => sampleRun(options, sample, i)))
  if (!slipway.warmup) return []
  const sizes = model.maxBatchSize > 1 ? [1, model.maxBatchSize] : [1]
  return sizes.map((batchSize) => ({
    name: `zeros, batch of ${batchSize}`,
    count: 1,
    inputs: new Map(defaultInputs(options, batchSize).map((tensor) => [tensor.name, tensor.data])),
    isRequired: false,
  }))
}

interface Named {
  readonly name: string
  readonly data: Tensor
}

function defaultInputs(options: WarmupOptions, batchSize: number): Named[] {
  return options.graphInputs
    .filter(({ optional }) => !optional)
    .map((tensor) => ({
      name: tensor.name,
      data: zeros(tensor.name, tensor.datatype, declaredShape(options, tensor, batchSize)),
    }))
}

/** The graph's shape, narrowed by the configuration, with 1 for what is open. */
function declaredShape(options: WarmupOptions, tensor: ServedTensor, batchSize: number): number[] {
  const { reshapes, config } = options.completed
  const { input, maxBatchSize } = config.model
  const entry = input.find(({ name }) => name === tensor.name)
  const dims = reshapes.get(tensor.name) ?? entry?.dims.map(Number)
  const known = dims && (dims.length > 0 || tensor.ranked) ? dims : undefined
  const inner = known ?? (maxBatchSize > 0 ? tensor.shape.slice(1) : tensor.shape)
  const closed = inner.map((size) => (size === -1 ? 1 : size))
  return maxBatchSize > 0 ? [batchSize, ...closed] : closed
}

async function sampleRun(options: WarmupOptions, sample: ModelWarmup, i: number): Promise<WarmupRun> {
  const batchSize = Math.max(1, sample.batchSize)
  const inputs = new Map(defaultInputs(options, batchSize).map(({ name, data }) => [name, data]))
  for (const [name, input] of Object.entries(sample.inputs)) {
    const place = { what: 'the warm-up', path: `model_warmup[${i}].inputs.${name}` }
    const tensor = options.graphInputs.find((candidate) => candidate.name === name)
    if (!tensor) throw configError(place, 'the model must have an input of this name', JSON.stringify(name))
    inputs.set(name, await sampleTensor(options, { tensor, input, batchSize, place }))
  }
  return { name: sample.name, count: Math.max(1, sample.count), inputs, isRequired: true }
}

interface Sample {
  readonly tensor: ServedTensor
  readonly input: ModelWarmup_Input
  readonly batchSize: number
  readonly place: Place
}

async function sampleTensor(options: WarmupOptions, sample: Sample): Promise<Tensor> {
  const { tensor, input, batchSize, place } = sample
  const { name, datatype } = tensor
  const own = tryDatatypeOfConfig(input.dataType)
  if (own !== undefined && own !== datatype)
    throw configError({ ...place, path: `${place.path}.data_type` }, `the model's type is ${datatype}`, own)
  const shape = sampleShape(options.completed, sample)
  const { inputDataType: data } = input
  if (data.case === 'inputDataFile') {
    const bytes = await options.readFile(data.value)
    try {
      return tensorOfFile(name, datatype, shape, { bytes, batchSize })
    } catch (error) {
      if (!(error instanceof SlipwayError)) throw error
      throw configError(place, 'the file must have the data of its tensor', error.summary)
    }
  }
  if (data.case === 'zeroData') return zeros(name, datatype, shape)
  return randomTensor(name, datatype, shape, randomStream(options.seed ?? 1))
}

/** Dims of a sample are those that clients use: a reshape applies to them. */
function sampleShape(
  { config, reshapes }: CompletedConfig,
  { tensor, input, batchSize, place }: Sample,
): number[] {
  const dims = input.dims.map(Number)
  const reshape = reshapes.get(tensor.name)
  const entry = config.model.input.find(({ name }) => name === tensor.name)
  const fits = entry?.dims.length === dims.length
  const inner = reshape && fits ? reshapedDims(dims, entry.dims.map(Number), reshape) : dims
  const shape = config.model.maxBatchSize > 0 ? [batchSize, ...inner] : inner
  const { shape: wanted, ranked } = tensor
  if (
    ranked &&
    (wanted.length !== shape.length || wanted.some((size, i) => size !== -1 && size !== shape[i]))
  ) {
    const rule = `the model's shape is [${wanted.join(', ')}]`
    throw configError({ ...place, path: `${place.path}.dims` }, rule, `[${shape.join(', ')}]`)
  }
  return shape
}
