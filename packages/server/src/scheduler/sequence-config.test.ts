import { create } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { suppliedInputs, suppliedOutputs } from '../config/sequence-tensors.ts'
import type { Parameter } from '../oip/parameters.ts'
import {
  DataType,
  ModelSequenceBatching_Control_Kind as Kind,
  ModelConfigSchema,
} from '../proto/model_config_pb.ts'
import { turn } from '../testing/fake-clock.ts'
import { column, watch } from '../testing/scheduler-bench.ts'
import { finishAll, setup, step } from '../testing/sequence-bench.ts'
import { control, direct, statefulConfig, sumState } from '../testing/stateful.ts'

describe('configuration', () => {
  it('bounds what waits', async () => {
    const { scheduler } = setup(1, direct(), 1, { maxQueueSize: 2 })
    const jobs = [1, 2, 3, 4].map((id) => watch(scheduler.submit(step(id, id, 's'))))
    await turn()
    expect(jobs.map(({ outcome }) => outcome())).toEqual(['open', 'open', 'open', 'SLP-R11'])
  })

  it('gives the first state', async () => {
    const dataFile = { case: 'dataFile' as const, value: 'start.bin' }
    const state = [
      { ...sumState, initialState: [{ dims: [1n], dataType: DataType.TYPE_FP32, stateData: dataFile }] },
    ]
    const stateFiles = new Map([['start.bin', { ...column([40]), shape: [1] }]])
    const { scheduler, executor } = setup(1, { ...direct(), state }, 1, { stateFiles })
    const jobs = [step(1, 2, 'se'), step(2, 3, 'se')].map((job) => watch(scheduler.submit(job)))
    await finishAll(executor)
    expect(jobs.map(({ outcome }) => outcome())).toEqual([[42], [43]])
    expect(() => setup(1, { ...direct(), state })).toThrow('SLP-R19')
    const wrong = new Map([['start.bin', column([1, 2])]])
    expect(() => setup(1, { ...direct(), state }, 1, { stateFiles: wrong })).toThrow('SLP-R19')
  })

  it('gives ids as the type that the model takes', async () => {
    const idOf = async (dataType: DataType, id: Parameter) => {
      const controlInput = [{ name: 'id', control: [{ kind: Kind.CONTROL_SEQUENCE_CORRID, dataType }] }]
      const { scheduler, executor } = setup(0, { ...direct(), controlInput }, 1, {
        inputs: [control('id', [1])],
      })
      const job = watch(scheduler.submit(step(id, 1, 's')))
      await turn()
      return executor.runs[0]?.inputs.get('id') ?? job.outcome()
    }
    const tensor = (dtype: string, data: unknown) => ({ kind: 'tensor', dtype, shape: [1], data })
    const big = 2n ** 64n - 2n
    expect(await idOf(DataType.TYPE_UINT64, big)).toEqual(tensor('uint64', BigUint64Array.of(big)))
    expect(await idOf(DataType.TYPE_INT64, big)).toEqual(tensor('int64', BigInt64Array.of(-2n)))
    expect(await idOf(DataType.TYPE_UINT32, big)).toEqual(tensor('uint32', Uint32Array.of(2 ** 32 - 2)))
    expect(await idOf(DataType.TYPE_INT32, 7)).toEqual(tensor('int32', Int32Array.of(7)))
    expect(await idOf(DataType.TYPE_STRING, 'a')).toEqual(tensor('string', ['a']))
    expect(await idOf(DataType.TYPE_STRING, 7)).toEqual(tensor('string', ['7']))
    expect(await idOf(DataType.TYPE_INT32, 'a')).toBe('SLP-R4')
  })

  it.each([
    [
      'a control that is no input',
      [{ name: 'other', control: [{ kind: Kind.CONTROL_SEQUENCE_START, fp32FalseTrue: [0, 1] }] }],
    ],
    ['a control without values', [{ name: 'c', control: [{ kind: Kind.CONTROL_SEQUENCE_START }] }]],
    [
      'a control with two kinds of values',
      [
        {
          name: 'c',
          control: [{ kind: Kind.CONTROL_SEQUENCE_START, fp32FalseTrue: [0, 1], int32FalseTrue: [0, 1] }],
        },
      ],
    ],
    [
      'ids as floats',
      [{ name: 'c', control: [{ kind: Kind.CONTROL_SEQUENCE_CORRID, dataType: DataType.TYPE_FP32 }] }],
    ],
  ])('with %s is refused', (_, controlInput) => {
    expect(() => setup(1, { ...direct(), controlInput }, 1, { inputs: [control('c')] })).toThrow('SLP-R19')
  })

  it('that needs several responses for a request is refused', () => {
    expect(() => setup(1, { ...direct(), iterativeSequence: true })).toThrow('SLP-R19')
  })

  it('names the inputs and outputs that clients never see', () => {
    const controlInput = [{ name: 'c', control: [] }]
    const config = create(ModelConfigSchema, statefulConfig(1, { ...direct(), controlInput }))
    expect(suppliedInputs(config)).toEqual(new Set(['c', 'sum']))
    expect(suppliedOutputs(config)).toEqual(new Set(['next']))
  })
})
