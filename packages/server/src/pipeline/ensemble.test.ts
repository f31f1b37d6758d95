import { create } from '@bufbuild/protobuf'
import { type Tensor, tensor } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import type { Job } from '../contract/job.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import { ModelConfigSchema } from '../proto/model_config_pb.ts'
import { fakeModels, fakeServed } from '../testing/fake-served.ts'
import { createEnsemble } from './ensemble.ts'

const floats = (...values: number[]) => tensor('float32', [values.length], Float32Array.from(values))
const valuesOf = (given: Tensor | undefined) => Array.from(given?.data as Float32Array)
const mapped = (act: (x: number) => number) => (job: Job) => {
  const x = job.inputs.get('x')!.data as Float32Array
  const y = floats(...x.map(act))
  x.fill(Number.NaN)
  return new Map([['y', y]])
}
const sum = (job: Job) => {
  const [a, b] = ['a', 'b'].map((name) => valuesOf(job.inputs.get(name)))
  return new Map([['y', floats(...a!.map((value, i) => value + b![i]!))]])
}
const step = (modelName: string, inputMap: Record<string, string>, y: string, modelVersion = -1n) => ({
  modelName,
  modelVersion,
  inputMap,
  outputMap: { y },
})
/** 2x + (x + 1), where both parts read the same input. */
const diamond = [
  step('add', { a: 'doubled', b: 'raised' }, 'OUT'),
  step('twice', { x: 'IN' }, 'doubled'),
  step('raise', { x: 'IN' }, 'raised', 1n),
]

function setUp(versions: readonly ServedVersion[], steps = diamond) {
  const config = create(ModelConfigSchema, {
    name: 'e',
    schedulingChoice: { case: 'ensembleScheduling', value: { step: steps } },
  })
  return createEnsemble({ model: 'e', config, find: fakeModels(versions).find })
}
const models = () => [
  fakeServed('1', { model: 'add', answer: sum }),
  fakeServed('1', { model: 'twice', answer: mapped((x) => 2 * x) }),
  fakeServed('1', { model: 'raise', answer: mapped((x) => x + 1) }),
  fakeServed('2', { model: 'raise', answer: mapped(() => 1000) }),
]
const job = (signal = new AbortController().signal): Job => ({
  inputs: new Map([['IN', floats(1, 2)]]),
  outputs: ['OUT'],
  parameters: new Map(),
  signal,
  deadlineMs: undefined,
})

describe('createEnsemble', () => {
  it('runs each step when what it reads is there, and hands no memory to two of them', async () => {
    const versions = models()
    const { outputs } = await setUp(versions).submit(job())
    expect(valuesOf(outputs.get('OUT'))).toEqual([4, 7])
    expect(versions.map(({ held }) => held)).toEqual([0, 0, 0, 0])
  })

  it('returns tensors between the steps too', async () => {
    const { outputs } = await setUp(models()).submit({ ...job(), outputs: ['doubled'] })
    expect(valuesOf(outputs.get('doubled'))).toEqual([2, 4])
  })

  it('fails with its step, which stops the others and lets go of all', async () => {
    let stopped = false
    const endless = ({ signal }: Job) =>
      new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => {
          stopped = true
          reject(new Error('stopped'))
        })
      })
    const versions = [
      fakeServed('1', { model: 'twice', answer: endless }),
      fakeServed('1', { model: 'raise', answer: () => Promise.reject(new Error('broken')) }),
      fakeServed('1', { model: 'add' }),
    ]
    await expect(setUp(versions).submit(job())).rejects.toThrow('broken')
    expect(stopped).toBe(true)
    await new Promise((resolve) => setImmediate(resolve))
    expect(versions.map(({ held }) => held)).toEqual([0, 0, 0])
  })

  it('says which model a step misses', async () => {
    await expect(setUp(models().slice(0, 2)).submit(job())).rejects.toMatchObject({ code: 'SLP-R1' })
  })

  it('says what no step gives', async () => {
    const loop = [step('twice', { x: 'later' }, 'OUT')]
    await expect(setUp(models(), loop).submit(job())).rejects.toMatchObject({ code: 'SLP-S8' })
  })

  it('drains: what runs ends, and nothing begins', async () => {
    const ensemble = setUp(models())
    const last = ensemble.submit(job())
    const drained = ensemble.drain()
    await expect(ensemble.submit(job())).rejects.toMatchObject({ code: 'SLP-R7' })
    await drained
    expect(valuesOf((await last).outputs.get('OUT'))).toEqual([4, 7])
  })
})
