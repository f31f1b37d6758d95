/** A request against the inputs and outputs of the version that will answer it. */
import { SlipwayError, type Tensor } from '@slipway/core'
import { tensorOfBytes } from './binary-tensor.ts'
import { elementBytes } from './datatype.ts'
import type { InferenceInput, InferenceRequest } from './inference.ts'
import { refuseRequest } from './refuse-request.ts'
import type { ServedTensor } from './served-tensor.ts'

/** What a version takes and gives. */
export interface Interface {
  readonly inputs: readonly ServedTensor[]
  readonly outputs: readonly ServedTensor[]
}

export interface BoundRequest {
  readonly inputs: ReadonlyMap<string, Tensor>
  /** Names in the order in which they were asked for. */
  readonly outputs: readonly string[]
}

/**
 * Checks a request and makes its tensors.
 *
 * @throws SLP-S1 to SLP-S5 for what does not fit the version, SLP-R4 for data that does not fit its own description.
 */
export function bindRequest(request: InferenceRequest, model: Interface): BoundRequest {
  assertOutputs(request, model)
  const names = request.outputs.length > 0 ? request.outputs : model.outputs
  const outputs = names.map(({ name }) => name)
  if (request.inputs instanceof Uint8Array) return { inputs: bindRaw(request.inputs, model), outputs }
  assertInputs(request.inputs, model)
  const inputs = new Map(request.inputs.map((input) => [input.name, input.tensor()]))
  assertComplete(request.inputs, model)
  return { inputs, outputs }
}

/** Why a request cannot be answered by a version, without making its tensors; undefined where it can. */
export function misfit(request: InferenceRequest, model: Interface): SlipwayError | undefined {
  try {
    assertOutputs(request, model)
    if (!(request.inputs instanceof Uint8Array)) {
      assertInputs(request.inputs, model)
      assertComplete(request.inputs, model)
    }
    return undefined
  } catch (error) {
    if (error instanceof SlipwayError) return error
    throw error
  }
}

function assertOutputs({ outputs }: InferenceRequest, model: Interface): void {
  for (const { name } of outputs) {
    if (!model.outputs.some((one) => one.name === name))
      throw unknown('SLP-S5', 'output', name, model.outputs)
  }
}

function assertInputs(inputs: readonly InferenceInput[], model: Interface): void {
  for (const input of inputs) {
    const served = model.inputs.find((one) => one.name === input.name)
    if (!served) throw unknown('SLP-S1', 'input', input.name, model.inputs)
    assertFits(served, input)
  }
}

function assertComplete(inputs: readonly InferenceInput[], model: Interface): void {
  for (const { name, optional } of model.inputs) {
    if (optional || inputs.some((input) => input.name === name)) continue
    throw new SlipwayError('SLP-S2', `Cannot run model: input "${name}" must be given, got nothing`)
  }
}

/** Requests say type and shape themselves, so nothing is converted or completed as a session would do. */
function assertFits(served: ServedTensor, { datatype, shape }: InferenceInput): void {
  const { name } = served
  if (datatype !== served.datatype) {
    const message = `Cannot use input "${name}": its datatype must be ${served.datatype}, got ${datatype}`
    throw new SlipwayError('SLP-S3', message, { expected: served.datatype, got: datatype })
  }
  const fits =
    !served.ranked ||
    (shape.length === served.shape.length &&
      served.shape.every((size, i) => size === -1 || size === shape[i]))
  if (fits) return
  const [expected, got] = [`[${served.shape}]`, `[${shape}]`]
  throw new SlipwayError('SLP-S4', `Cannot use input "${name}": its shape must be ${expected}, got ${got}`, {
    expected,
    got,
  })
}

/** A body that is nothing but the tensor of the only input; a leading size that is open is then 1. */
function bindRaw(body: Uint8Array, { inputs }: Interface): ReadonlyMap<string, Tensor> {
  const [input] = inputs
  if (!input || inputs.length > 1) {
    return refuseRequest('a raw binary request needs a model with one input', `${inputs.length} inputs`)
  }
  const shape = rawShape(input, body.length)
  const data = input.datatype === 'BYTES' ? withLength(body) : body
  return new Map([[input.name, tensorOfBytes(input.name, input.datatype, shape, data)]])
}

function rawShape({ name, datatype, shape, ranked }: ServedTensor, bytes: number): number[] {
  const several = shape.filter((size) => size === -1).length > 1
  const sizes = several && shape[0] === -1 ? [1, ...shape.slice(1)] : [...shape]
  const open = sizes.filter((size) => size === -1).length
  if (!ranked || open > 1)
    refuseRequest(`a raw binary request needs at most one open size of "${name}"`, `[${shape}]`)
  const known = sizes.reduce((product, size) => (size === -1 ? product : product * size), 1)
  const count = datatype === 'BYTES' ? 1 : bytes / elementBytes(datatype)
  return sizes.map((size) => (size === -1 ? Math.floor(count / (known || 1)) : size))
}

/** The one element of a raw request comes without its length. */
function withLength(body: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(body.length)
  return Buffer.concat([length, body])
}

function unknown(
  code: 'SLP-S1' | 'SLP-S5',
  what: string,
  name: string,
  known: readonly ServedTensor[],
): SlipwayError {
  const names = known.map((one) => `"${one.name}"`).join(', ')
  const remedy = `The model has ${names}.`
  return new SlipwayError(
    code,
    `Cannot run model: it has no such ${what}, got ${JSON.stringify(name.slice(0, 200))}`,
    { remedy },
  )
}
