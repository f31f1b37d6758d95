/** Inputs that tell a stateful model where in its sequence a step is. */
import type { Tensor } from '@slipway/core'
import { tryDtypeOfConfig } from '../config/data-type.ts'
import type { ServedDType } from '../oip/datatype.ts'
import type { ServedTensor } from '../oip/served-tensor.ts'
import {
  ModelSequenceBatching_Control_Kind as Kind,
  type ModelSequenceBatching,
  type ModelSequenceBatching_Control,
} from '../proto/model_config_pb.ts'
import { badConfig, misfit } from './refusals.ts'
import type { SequenceId } from './sequence-request.ts'
import { emptyTensor } from './tensor-rows.ts'

export interface StepFlags {
  readonly start: boolean
  readonly end: boolean
  /** False for a row that stands for no request. */
  readonly ready: boolean
  readonly id: SequenceId | undefined
}

export interface ControlInput {
  readonly name: string
  /** Makes the tensor of one step. Throws SLP-R4 for an id that the model cannot take. */
  readonly tensor: (flags: StepFlags) => Tensor
}

interface Place {
  readonly model: string
  readonly name: string
  readonly shape: readonly number[]
}

/** Throws SLP-R19 for controls without values or of types that no control has. */
export function toControls(
  model: string,
  { controlInput }: ModelSequenceBatching,
  inputs: readonly ServedTensor[],
): ControlInput[] {
  return controlInput.flatMap(({ name, control }) => {
    const served = inputs.find((input) => input.name === name)
    if (!served)
      throw badConfig(model, `control input "${name}" must be an input of the model`, 'another name')
    const place = { model, name, shape: served.shape.map(() => 1) }
    return control.map((one) => ({ name, tensor: toTensor(place, one) }))
  })
}

function toTensor(place: Place, control: ModelSequenceBatching_Control): ControlInput['tensor'] {
  if (control.kind === Kind.CONTROL_SEQUENCE_CORRID) return idTensor(place, control)
  const [falsy, truthy] = toValues(place, control)
  const read = reader(control.kind)
  return (flags) => (read(flags) ? truthy() : falsy())
}

function reader(kind: Exclude<Kind, Kind.CONTROL_SEQUENCE_CORRID>): (flags: StepFlags) => boolean {
  switch (kind) {
    case Kind.CONTROL_SEQUENCE_START:
      return ({ start }) => start
    case Kind.CONTROL_SEQUENCE_END:
      return ({ end }) => end
    case Kind.CONTROL_SEQUENCE_READY:
      return ({ ready }) => ready
    default:
      return kind satisfies never
  }
}

/** The values for false and true; each use makes a tensor, as executors take the memory of their inputs. */
function toValues(
  { model, name, shape }: Place,
  { int32FalseTrue, fp32FalseTrue, boolFalseTrue }: ModelSequenceBatching_Control,
): readonly [() => Tensor, () => Tensor] {
  const lists: readonly (readonly [ServedDType, readonly (number | boolean)[]])[] = [
    ['int32', int32FalseTrue],
    ['float32', fp32FalseTrue],
    ['bool', boolFalseTrue],
  ]
  const given = lists.filter(([, values]) => values.length > 0)
  const [dtype, values] = given[0] ?? ['int32', []]
  if (given.length !== 1 || values.length !== 2) {
    const rule = `control input "${name}" must have one pair of values, for false and true`
    throw badConfig(model, rule, `${given.length} lists, the first with ${values.length} values`)
  }
  const make = (value: number | boolean) => () => filled(dtype, shape, Number(value))
  return [make(values[0]!), make(values[1]!)]
}

function idTensor(
  { model, name, shape }: Place,
  { dataType }: ModelSequenceBatching_Control,
): ControlInput['tensor'] {
  const dtype = tryDtypeOfConfig(dataType)
  switch (dtype) {
    case 'string':
      return ({ id }) => filled(dtype, shape, String(id ?? ''))
    case 'uint64':
    case 'int64':
    case 'uint32':
    case 'int32':
      return ({ id = 0n }) => {
        if (typeof id === 'string')
          throw misfit(model, `its sequence ids must be numbers for "${name}"`, 'a text')
        // Typed arrays keep the low bits, as Triton does.
        return filled(dtype, shape, dtype.endsWith('64') ? id : Number(BigInt.asUintN(32, id)))
      }
    default:
      throw badConfig(
        model,
        `ids for "${name}" must be 32-bit or 64-bit integers or texts`,
        dtype ?? 'no data_type',
      )
  }
}

function filled(dtype: ServedDType, shape: readonly number[], value: number | bigint | string): Tensor {
  const tensor = emptyTensor(dtype, shape)
  const data = tensor.data as { fill(value: unknown): void } // every array has it, and the value is of its kind
  data.fill(value)
  return tensor
}
