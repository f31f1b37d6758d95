/** State that a model gives out after a step and takes back with the next one; clients never see it. */
import { elementCount, type Tensor } from '@slipway/core'
import { tryDtypeOfConfig } from '../config/data-type.ts'
import type { ModelSequenceBatching, ModelSequenceBatching_State } from '../proto/model_config_pb.ts'
import { badConfig } from './refusals.ts'
import { copyTensor, emptyTensor } from './tensor-rows.ts'

export interface SequenceState {
  readonly input: string
  readonly output: string
  /** What the first step is given. */
  readonly initial: () => Tensor
}

export type StateFiles = ReadonlyMap<string, Tensor>

/** Throws SLP-R19 for a state without a type, or with a file that is not there or does not fit. */
export function toStates(
  model: string,
  { state }: ModelSequenceBatching,
  maxBatchSize: number,
  files: StateFiles,
): SequenceState[] {
  return state.map((one) => ({
    input: one.inputName,
    output: one.outputName,
    initial: toInitial(model, one, maxBatchSize > 0, files),
  }))
}

function toInitial(
  model: string,
  { inputName, dataType, dims, initialState }: ModelSequenceBatching_State,
  batched: boolean,
  files: StateFiles,
): () => Tensor {
  const [initial] = initialState
  const dtype = tryDtypeOfConfig(initial?.dataType || dataType)
  if (!dtype) throw badConfig(model, `state "${inputName}" must have a data_type`, 'none')
  const own = initial && initial.dims.length > 0 ? initial.dims : dims
  const sizes = own.map((size) => (size < 0n ? 1 : Number(size)))
  const shape = batched ? [1, ...sizes] : sizes
  if (initial?.stateData.case !== 'dataFile') return () => emptyTensor(dtype, shape)
  const content = files.get(initial.stateData.value)
  if (!content) throw badConfig(model, `the data_file of state "${inputName}" must be there`, 'none')
  if (content.dtype !== dtype || elementCount(content.shape) !== elementCount(shape)) {
    const got = `${content.dtype}[${content.shape}]`
    throw badConfig(model, `the data_file of state "${inputName}" must hold ${dtype}[${shape}]`, got)
  }
  return () => copyTensor({ ...content, shape })
}
