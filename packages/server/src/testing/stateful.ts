/** A model that adds up its inputs: configuration, stand-in and graph. */
import type { MessageInitShape } from '@bufbuild/protobuf'
import { type Graph, graphBuilder, symbol, type Tensor, type ValueType } from '@slipway/core'
import type { ServedTensor } from '../oip/served-tensor.ts'
import {
  DataType,
  type ModelConfigSchema,
  type ModelSequenceBatchingSchema,
} from '../proto/model_config_pb.ts'
import type { FakeModel } from './fake-executor.ts'
import { column } from './scheduler-bench.ts'

type Batching = MessageInitShape<typeof ModelSequenceBatchingSchema>

export const sumState = {
  inputName: 'sum',
  outputName: 'next',
  dataType: DataType.TYPE_FP32,
  dims: [1n],
  initialState: [
    { dims: [1n], dataType: DataType.TYPE_FP32, stateData: { case: 'zeroData' as const, value: true } },
  ],
}

export function statefulConfig(
  maxBatchSize: number,
  value: Batching,
): MessageInitShape<typeof ModelConfigSchema> {
  return {
    maxBatchSize,
    schedulingChoice: { case: 'sequenceBatching', value: { state: [sumState], ...value } },
  }
}

export const direct = (value = {}) => ({ strategyChoice: { case: 'direct' as const, value } })
export const oldest = (maxCandidateSequences: number, value = {}) => ({
  strategyChoice: { case: 'oldest' as const, value: { maxCandidateSequences, ...value } },
})

/** y = next = x + sum. */
export const adder: FakeModel = (inputs) => {
  const dataOf = (name: string) => inputs.get(name)!.data as Float32Array // jobs of tests are float32
  const total = column(Array.from(dataOf('x'), (value, i) => value + dataOf('sum')[i]!))
  return new Map<string, Tensor>([
    ['y', total],
    ['next', column([...total.data])],
  ])
}

export const control = (name: string, shape: readonly number[] = [-1, 1]): ServedTensor => ({
  name,
  datatype: 'FP32',
  shape,
  ranked: true,
  optional: false,
})

/** The same as a graph; y is next times one, so that both are outputs of a node. */
export function adderGraph(): Graph {
  const b = graphBuilder({ name: 'adder' })
  const type: ValueType = { kind: 'tensor', dtype: 'float32', shape: [symbol('N'), 1] }
  const names = [b.input('x', type), b.input('sum', type)]
  const next = b.node('Add', names, {}, { outputs: ['next'] })
  const y = b.node('Identity', [next], {}, { outputs: ['y'] })
  return b.build(
    [y, next],
    new Map([
      ['y', type],
      ['next', type],
    ]),
  )
}
