import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GRPCInferenceService } from '../proto/grpc_service_pb.ts'
import { type GrpcFixture, grpcFixture } from '../testing/grpc-fixture.ts'

const { method } = GRPCInferenceService

let given: GrpcFixture
beforeAll(async () => {
  given = await grpcFixture()
})
afterAll(() => given[Symbol.asyncDispose]())

describe('the other methods', () => {
  it('tell of server and models', async () => {
    expect(await given.peer.call(method.serverLive, {})).toMatchObject({ live: true })
    expect(await given.peer.call(method.serverReady, {})).toMatchObject({ ready: true })
    expect(await given.peer.call(method.modelReady, { name: 'm' })).toMatchObject({ ready: true })
    expect(await given.peer.call(method.modelReady, { name: 'nobody' })).toMatchObject({ ready: false })
    expect(await given.peer.call(method.modelReady, { name: 'm', version: '9' })).toMatchObject({
      ready: false,
    })
    expect(await given.peer.call(method.serverMetadata, {})).toMatchObject({
      name: 'slipway',
      version: '1.2.3',
      extensions: ['statistics', 'binary_tensor_data'],
    })
    expect(await given.peer.call(method.modelMetadata, { name: 'm' })).toMatchObject({
      name: 'm',
      versions: ['1', '2'],
      platform: 'onnxruntime_onnx',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1n] }],
      outputs: [{ name: 'y' }],
    })
    expect(await given.peer.call(method.modelConfig, { name: 'm' })).toMatchObject({ config: { name: 'm' } })
    const unknown = given.peer.call(method.modelConfig, { name: 'nobody' })
    await expect(unknown).rejects.toMatchObject({ code: status.NOT_FOUND })
  })

  it('are not ready while the server stops', async () => {
    given.services.draining = true
    expect(await given.peer.call(method.serverReady, {})).toMatchObject({ ready: false })
    expect(await given.peer.call(method.modelReady, { name: 'm' })).toMatchObject({ ready: false })
    given.services.draining = false
  })

  it('tell statistics', async () => {
    const { modelStats } = await given.peer.call(method.modelStatistics, { name: 'm' })
    expect(modelStats.map(({ version }) => version)).toEqual(['1', '2'])
    expect(modelStats[0]).toMatchObject({
      lastInference: 5n,
      inferenceCount: 6n,
      executionCount: 3n,
      inferenceStats: { success: { count: 6n, ns: 1000n }, computeInfer: { ns: 900n } },
      responseStats: { 0: { success: { count: 6n, ns: 1000n }, cancel: { count: 0n } } },
      batchStats: [{ batchSize: 2n }],
      memoryUsage: [{ type: 'CPU', byteSize: 1000n }],
    })
    const unknown = given.peer.call(method.modelStatistics, { name: 'nobody' })
    await expect(unknown).rejects.toMatchObject({ code: status.NOT_FOUND })
  })

  it('read and change settings', async () => {
    expect((await given.peer.call(method.traceSetting, {})).settings['trace_rate']).toMatchObject({
      value: ['1000'],
    })
    const changed = await given.peer.call(method.traceSetting, {
      settings: { trace_level: { value: ['TIMESTAMPS'] }, trace_rate: { value: ['5'] }, trace_count: {} },
    })
    expect(changed.settings['trace_level']).toMatchObject({ value: ['TIMESTAMPS'] })
    expect(changed.settings['trace_rate']).toMatchObject({ value: ['5'] })
    const log = await given.peer.call(method.logSettings, {
      settings: { log_verbose_level: { parameterChoice: { case: 'uint32Param', value: 2 } } },
    })
    expect(log.settings['log_verbose_level']?.parameterChoice).toEqual({ case: 'uint32Param', value: 2 })
    expect(log.settings['log_info']?.parameterChoice).toEqual({ case: 'boolParam', value: true })
    expect(log.settings['log_format']?.parameterChoice).toEqual({ case: 'stringParam', value: 'default' })
    expect(given.services.events.at(-1)).toMatchObject({ kind: 'audit', action: 'log.setting', ok: true })
  })
})

describe('the repository', () => {
  const parameters = {
    config: { parameterChoice: { case: 'stringParam' as const, value: '{}' } },
    'file:1/model.onnx': { parameterChoice: { case: 'bytesParam' as const, value: Uint8Array.of(1, 2) } },
  }

  it('is listed', async () => {
    const all = await given.peer.call(method.repositoryIndex, {})
    expect(all.models.map(({ name, version, state, reason }) => [name, version, state, reason])).toEqual([
      ['m', '1', 'READY', ''],
      ['m', '2', 'READY', ''],
      ['broken', '1', 'UNAVAILABLE', 'it is corrupt'],
    ])
    expect((await given.peer.call(method.repositoryIndex, { ready: true })).models).toHaveLength(2)
  })

  it('loads and unloads, with overrides and dependents', async () => {
    const loaded = await given.peer.call(method.repositoryModelLoad, { modelName: 'm', parameters })
    expect(loaded).toMatchObject({ modelName: 'm', isLoaded: true })
    const dependents = { unload_dependents: { parameterChoice: { case: 'boolParam' as const, value: true } } }
    const unloaded = await given.peer.call(method.repositoryModelUnload, {
      modelName: 'm',
      parameters: dependents,
    })
    expect(unloaded).toMatchObject({ modelName: 'm', isUnloaded: true })
    expect(given.services.changes.splice(0)).toEqual(['load m {} 1/model.onnx:2', 'unload m dependents'])
  })

  it("takes KServe's layout, in which the model is field 1", async () => {
    expect(await given.peer.call(method.repositoryModelLoad, { repositoryName: 'm' })).toMatchObject({
      modelName: 'm',
    })
    expect(given.services.changes.splice(0)).toEqual(['load m'])
    const both = given.peer.call(method.repositoryModelLoad, { repositoryName: 'r', modelName: 'm' })
    await expect(both).rejects.toMatchObject({ code: status.UNIMPLEMENTED })
    const listed = given.peer.call(method.repositoryIndex, { repositoryName: 'r' })
    await expect(listed).rejects.toMatchObject({ code: status.UNIMPLEMENTED })
  })

  it("answers MLServer's service too", async () => {
    const path = (name: string) => ({ path: `/inference.model_repository.ModelRepositoryService/${name}` })
    await given.peer.call(method.repositoryModelLoad, { modelName: 'm' }, path('RepositoryModelLoad'))
    expect(given.services.changes.splice(0)).toEqual(['load m'])
    const { models } = await given.peer.call(method.repositoryIndex, {}, path('RepositoryIndex'))
    expect(models).toHaveLength(3)
  })

  it('says why a load fails, and who tried', async () => {
    const failed = given.peer.call(method.repositoryModelLoad, { modelName: 'broken' })
    await expect(failed).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
    expect(given.services.events.at(-1)).toMatchObject({
      kind: 'audit',
      subject: 'anonymous',
      action: 'model.load',
      target: 'broken',
      ok: false,
    })
  })

  it('refuses parameters of another type', async () => {
    const wrong = { config: { parameterChoice: { case: 'boolParam' as const, value: true } } }
    const refused = given.peer.call(method.repositoryModelLoad, { modelName: 'm', parameters: wrong })
    await expect(refused).rejects.toMatchObject({ code: status.INVALID_ARGUMENT })
  })
})
