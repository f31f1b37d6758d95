/** What is added to the inputs of a step, and taken from its outputs, for the sake of its sequence. */
import type { Tensor } from '@slipway/core'
import type { ServedDType } from '../oip/datatype.ts'
import type { ControlInput, StepFlags } from './sequence-controls.ts'
import type { SequenceRequest } from './sequence-request.ts'
import type { SequenceState } from './sequence-states.ts'
import { copyTensor, emptyTensor } from './tensor-rows.ts'

type Tensors = ReadonlyMap<string, Tensor>

export interface StepTensors {
  initial(): Tensors
  inputs(given: Tensors, request: SequenceRequest, state: Tensors): Tensors
  /** Inputs of a row without a step. */
  fill(like: Tensors): Tensors
  /** What the model has to give out: what was asked for, and the state. */
  outputNames(asked: readonly string[]): readonly string[]
  outputs(asked: readonly string[], all: Tensors): Tensors
  /** The inputs that the next step gets. */
  state(asked: readonly string[], all: Tensors): Tensors
}

export function stepTensors(
  controls: readonly ControlInput[],
  states: readonly SequenceState[],
): StepTensors {
  const stateOutputs = states.map(({ output }) => output)
  const controlInputs = (flags: StepFlags) =>
    controls.map(({ name, tensor }) => [name, tensor(flags)] as const)
  return {
    initial: () => new Map(states.map(({ input, initial }) => [input, initial()])),
    inputs: (given, { id, start, end }, state) =>
      new Map([...given, ...state, ...controlInputs({ id, start, end, ready: true })]),
    fill: (like) => {
      const zeros = [...like].map(([name, { dtype, shape }]) => {
        return [name, emptyTensor(dtype as ServedDType, shape)] as const // only such tensors come in requests
      })
      return new Map([...zeros, ...controlInputs({ id: undefined, start: false, end: false, ready: false })])
    },
    outputNames: (asked) => [...new Set([...asked, ...stateOutputs])],
    outputs: (asked, all) => new Map(asked.map((name) => [name, all.get(name)!])),
    // The next step takes the memory of its inputs, which must not be what a client is still sent.
    state: (asked, all) =>
      new Map(
        states.map(({ input, output }) => {
          const next = all.get(output)!
          return [input, asked.includes(output) ? copyTensor(next) : next]
        }),
      ),
  }
}
