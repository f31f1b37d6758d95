import type { DescMethodUnary } from '@bufbuild/protobuf'
import { status } from '@grpc/grpc-js'
import { SlipwayError } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import type { Policy } from '../contract/policy.ts'
import { anonymous } from '../contract/principal.ts'
import { GRPCInferenceService } from '../proto/grpc_service_pb.ts'
import { Health } from '../proto/health_pb.ts'
import { SessionService } from '../proto/sessions_pb.ts'
import { grpcFixture, inferInit } from '../testing/grpc-fixture.ts'
import { grpcMethods } from './methods.ts'

const { method } = GRPCInferenceService

/** Asks for the key `k`, and writes down what was asked for. */
function recording(allow: (asked: string) => boolean) {
  const asked: string[] = []
  const policy: Policy = {
    async authenticate({ header }) {
      if (header('authorization') === 'Bearer k') return { ...anonymous, subject: 'key:k' }
      throw new SlipwayError('SLP-R13', 'Cannot authenticate caller: a key must be given, got none')
    },
    authorize(principal, group, access, model = '') {
      const what = [group, access, model].join(' ').trim()
      asked.push(`${principal.subject} ${what}`)
      if (!allow(what)) throw new SlipwayError('SLP-R14', 'Cannot allow call: a role must allow it, got none')
    },
  }
  return { asked, policy }
}

const metadata = { authorization: 'Bearer k' }

describe('the policy', () => {
  const calls: readonly (readonly [string, DescMethodUnary, Record<string, unknown>])[] = [
    ['health read', method.serverLive, {}],
    ['health read', method.serverReady, {}],
    ['health read m', method.modelReady, { name: 'm' }],
    ['metadata read', method.serverMetadata, {}],
    ['metadata read m', method.modelMetadata, { name: 'm' }],
    ['inference write m', method.modelInfer, inferInit([1])],
    ['model-config read m', method.modelConfig, { name: 'm' }],
    ['statistics read m', method.modelStatistics, { name: 'm' }],
    ['statistics read', method.modelStatistics, {}],
    ['model-repository read', method.repositoryIndex, {}],
    ['model-repository write m', method.repositoryModelLoad, { modelName: 'm' }],
    ['model-repository write m', method.repositoryModelUnload, { repositoryName: 'm' }],
    ['trace read', method.traceSetting, {}],
    ['trace write m', method.traceSetting, { modelName: 'm', settings: { trace_rate: { value: ['1'] } } }],
    ['logging read', method.logSettings, {}],
    ['inference write m', SessionService.method.loadModel, { modelId: 'm' }],
    ['inference write', SessionService.method.listSessions, {}],
    ['health read m', Health.method.check, { service: 'm' }],
    ['health read', Health.method.list, {}],
  ]

  it('is asked by every method, for its group, and forbids it', async () => {
    const { asked, policy } = recording(() => false)
    await using given = await grpcFixture({}, { policy })
    for (const [what, called, request] of calls) {
      const refused = given.peer.call(called, request, { metadata })
      await expect(refused, `${called.name}`).rejects.toMatchObject({ code: status.PERMISSION_DENIED })
      expect(asked.splice(0), called.name).toEqual([`key:k ${what}`])
    }
    expect(given.services.changes).toEqual([])
  })

  it('lets through what it allows', async () => {
    const { policy } = recording((what) => what === 'inference write m')
    await using given = await grpcFixture({}, { policy })
    await given.peer.call(method.modelInfer, inferInit([1]), { metadata })
    expect(given.caller.principal.subject).toBe('key:k')
    const other = given.peer.call(method.modelInfer, inferInit([1], { modelName: 'other' }), { metadata })
    await expect(other).rejects.toMatchObject({ code: status.PERMISSION_DENIED })
  })

  it('turns away who gives no proof, before their message is read', async () => {
    const { asked, policy } = recording(() => true)
    await using given = await grpcFixture({}, { policy })
    for (const [, called] of calls) {
      const refused = given.peer.call(called, {})
      await expect(refused).rejects.toMatchObject({ code: status.UNAUTHENTICATED })
    }
    const stream = given.peer.stream(method.modelStreamInfer)
    const error = await new Promise((resolve) => stream.on('data', () => {}).on('error', resolve))
    expect(error).toMatchObject({ code: status.UNAUTHENTICATED })
    expect(asked).toEqual([])
  })

  it('is asked for each request of a stream', async () => {
    const { policy } = recording((what) => what.endsWith(' m'))
    await using given = await grpcFixture({}, { policy })
    const stream = given.peer.stream(method.modelStreamInfer, { metadata })
    const texts: string[] = []
    const ended = new Promise((resolve) => stream.on('end', resolve))
    stream.on('data', ({ errorMessage }) => texts.push(errorMessage.slice(0, 9)))
    for (const modelName of ['m', 'other', 'm']) stream.write(inferInit([1], { modelName }))
    stream.end()
    await ended
    expect(texts).toEqual(['', '[SLP-R14]', ''])
  })

  it('is told of everything that there is', () => {
    const paths = grpcMethods({ streamFlavour: 'triton', healthPollMs: 1 }).flatMap((one) => one.paths)
    const described = [GRPCInferenceService, SessionService, Health].flatMap((service) =>
      service.methods.map(({ name }) => `/${service.typeName}/${name}`),
    )
    expect(described.filter((path) => !paths.includes(path))).toEqual([])
  })
})
