import { create } from '@bufbuild/protobuf'
import { SlipwayError, type Tensor } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { plainRollout } from '../config/plain-rollout.ts'
import type { RequestEvent, ServerEvent } from '../contract/event.ts'
import type { Job } from '../contract/job.ts'
import type { Rollout } from '../contract/rollout.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import { ModelConfigSchema } from '../proto/model_config_pb.ts'
import { createBreakers } from '../router/breaker.ts'
import { compileRollout } from '../router/compile-rollout.ts'
import { createRouter } from '../router/router.ts'
import { createShadows } from '../router/shadow.ts'
import { createRateLimits } from '../scheduler/rate-limits.ts'
import { createResponseCache } from '../scheduler/response-cache.ts'
import { fakeCaller, fakeModels, fakeRequest, fakeServed } from '../testing/fake-served.ts'
import { createPipeline } from './infer.ts'

const canary = {
  labels: { stable: '1', canary: '2' },
  splits: [{ target: { label: 'canary' }, percent: 100 }],
}
const valuesOf = (tensor: Tensor | undefined) => Array.from(tensor?.data as Float32Array)
const settled = () => new Promise((resolve) => setImmediate(resolve))
const broken = () => Promise.reject(new SlipwayError('SLP-S8', 'Cannot run: the engine is out of order'))

function setUp(versions: readonly ServedVersion[], change?: Partial<Rollout>) {
  const events: ServerEvent[] = []
  const observe = (event: ServerEvent) => void events.push(event)
  const compiled = change && compileRollout({ ...plainRollout('m'), ...change })
  const rates = { rate: { perSecond: 0.001, burst: 100 }, tenantRate: undefined }
  const state = { stopping: false }
  const breakers = createBreakers({ observe })
  const pipeline = createPipeline({
    router: createRouter({ models: fakeModels(versions), rollout: () => compiled, breakers, observe }),
    shadows: createShadows({ observe }),
    rollout: () => compiled?.rollout,
    limits: createRateLimits({ rules: () => rates }),
    cache: createResponseCache({ maxBytes: 10_000 }),
    observe,
    isKnown: (model) => model === 'm',
    stopping: () => state.stopping,
    random: () => 0,
  })
  const requests = () => events.filter((event): event is RequestEvent => event.kind === 'request')
  return {
    pipeline,
    events,
    requests,
    breakers,
    state,
    infer: () => pipeline.infer(fakeRequest(), fakeCaller()),
  }
}

describe('createPipeline', () => {
  it('answers, lets go of the version, and tells it in one event', async () => {
    const served = fakeServed('1')
    const { pipeline, requests } = setUp([served])
    const result = await pipeline.infer(fakeRequest({ id: 'a' }), fakeCaller())
    expect(result).toMatchObject({ model: 'm', version: '1', id: 'a' })
    expect(valuesOf(result.outputs[0]?.tensor)).toEqual([1, 2])
    expect(served.held).toBe(0)
    expect(requests()).toMatchObject([{ outcome: 'SUCCESS', route: 'default', model: 'm', version: '1' }])
  })

  it('lets go of the version and counts a failure where a run fails', async () => {
    const served = fakeServed('1', { answer: broken })
    const { infer, requests } = setUp([served])
    await expect(infer()).rejects.toMatchObject({ code: 'SLP-S8' })
    expect(served.held).toBe(0)
    expect(requests()).toMatchObject([{ outcome: 'BACKEND', error: 'SLP-S8' }])
  })

  it('answers from another version where the chosen one breaks, and opens its breaker', async () => {
    const { infer, events, requests, breakers } = setUp(
      [fakeServed('1'), fakeServed('2', { answer: broken })],
      canary,
    )
    for (const _ of [1, 2, 3]) expect((await infer()).version).toBe('1')
    expect(breakers.list()).toMatchObject([{ version: '2', state: 'open' }])
    expect(requests().map(({ route }) => route)).toEqual(['fallback', 'fallback', 'fallback'])
    expect(events.filter(({ kind }) => kind === 'fallback')).toHaveLength(3)
  })

  it('lets no other version answer for one that was named, nor for a request that is wrong', async () => {
    const { pipeline } = setUp([fakeServed('1'), fakeServed('2', { answer: broken })], canary)
    await expect(pipeline.infer(fakeRequest({ version: '2' }), fakeCaller())).rejects.toMatchObject({
      code: 'SLP-S8',
    })
    const refused = () => Promise.reject(new SlipwayError('SLP-O4', 'Cannot run: the values must fit'))
    const other = setUp([fakeServed('1'), fakeServed('2', { answer: refused })], canary)
    await expect(other.infer()).rejects.toMatchObject({ code: 'SLP-O4' })
    expect(other.breakers.list()).toEqual([])
  })

  it('answers from the cache where the model asks for one', async () => {
    const cached = {
      ...fakeServed('1'),
      config: create(ModelConfigSchema, { responseCache: { enable: true } }),
    }
    const { infer, requests } = setUp([cached])
    const results = [await infer(), await infer()]
    expect(requests().map(({ cache }) => cache)).toEqual(['miss', 'hit'])
    expect(results.map(({ outputs }) => valuesOf(outputs[0]?.tensor))).toEqual([
      [1, 2],
      [1, 2],
    ])
  })

  it('learns nothing of a version from an answer that was kept', async () => {
    const state = { works: true }
    const answer = (job: Job) => (state.works ? new Map([['y', job.inputs.get('x')!]]) : broken())
    const config = create(ModelConfigSchema, { responseCache: { enable: true } })
    const { pipeline, breakers } = setUp([{ ...fakeServed('1', { answer }), config }])
    const ask = (value: number) => pipeline.infer(fakeRequest({ values: [value, value] }), fakeCaller())
    await ask(0)
    state.works = false
    for (const value of [1, 2, 3]) {
      await expect(ask(value)).rejects.toMatchObject({ code: 'SLP-S8' })
      await ask(0)
    }
    expect(breakers.list()).toMatchObject([{ state: 'open', consecutiveFallbacks: 3 }])
    await expect(ask(4)).rejects.toMatchObject({ code: 'SLP-S8' })
    state.works = true
    await ask(5)
    expect(breakers.list()).toEqual([])
  })

  it('sends copies to a shadow', async () => {
    const shadow = { target: { version: '2' }, percent: 100 }
    const { infer, events } = setUp([fakeServed('1'), fakeServed('2')], { default: { version: '1' }, shadow })
    await infer()
    await settled()
    expect(events.filter(({ kind }) => kind === 'shadow')).toMatchObject([
      { version: '2', primary: '1', relativeL2: 0 },
    ])
  })

  it('classifies', async () => {
    const { pipeline } = setUp([{ ...fakeServed('1'), labels: new Map([['y', ['cat', 'dog']]]) }])
    const outputs = [{ name: 'y', parameters: new Map([['classification', 1]]) }]
    const result = await pipeline.infer(fakeRequest({ outputs }), fakeCaller())
    expect(result.outputs[0]).toMatchObject({ datatype: 'BYTES', tensor: { data: ['2.000000:1:dog'] } })
  })

  it('refuses over the limit and while stopping, under the name of the model', async () => {
    const { infer, requests, state } = setUp([fakeServed('1')])
    for (let i = 0; i < 100; i++) await infer()
    await expect(infer()).rejects.toMatchObject({ code: 'SLP-R10' })
    state.stopping = true
    await expect(infer()).rejects.toMatchObject({ code: 'SLP-R7' })
    expect(requests().slice(100)).toMatchObject([
      { outcome: 'REJECTED', error: 'SLP-R10', model: 'm', version: undefined },
      { outcome: 'REJECTED', error: 'SLP-R7', model: 'm' },
    ])
  })

  it('keeps names that clients make up out of the events', async () => {
    const { pipeline, requests } = setUp([fakeServed('1')])
    await expect(pipeline.infer(fakeRequest({ model: 'made-up' }), fakeCaller())).rejects.toMatchObject({
      code: 'SLP-R1',
    })
    expect(requests()).toMatchObject([{ outcome: 'OTHER', model: undefined }])
  })

  it('does not blame a version for a client that goes away', async () => {
    const gone = () => Promise.reject(new SlipwayError('SLP-S7', 'Cannot finish run: it was cancelled'))
    const { infer, requests, breakers } = setUp([fakeServed('1'), fakeServed('2', { answer: gone })], canary)
    for (const _ of [1, 2, 3]) await expect(infer()).rejects.toMatchObject({ code: 'SLP-S7' })
    expect(requests().every(({ outcome }) => outcome === 'CANCELED')).toBe(true)
    expect(breakers.list()).toEqual([])
  })
})
