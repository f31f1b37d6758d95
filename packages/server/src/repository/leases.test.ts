/** What becomes of leases whose versions end. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { anonymous } from '../contract/principal.ts'
import { openExecutor } from '../executor/open-executor.ts'
import { fakeStore } from '../testing/fake-store.ts'
import { pairGraph } from '../testing/fixture.ts'
import { caught, put, runPair, subFile, subtracted, withRepository } from '../testing/open-repository.ts'
import type { Repository } from './repository.ts'
import { openSessions } from './sessions.ts'

const mode = 'explicit'
const startup = ['*']

async function leaseOn(repository: Repository) {
  const sessions = await openSessions({ models: repository, store: fakeStore() })
  repository.onRelease(sessions.releaseModel)
  const request = { model: 'pair', version: undefined, device: '', leaseMs: undefined }
  const { handle } = await sessions.open(request, anonymous)
  return { sessions, use: () => sessions.use(handle, anonymous).served }
}

it('a model that must go before its successor comes does not wait for them', async () => {
  const files = { 'pair/1/model.onnx': pairGraph('Add'), 'pair/slipway.yaml': 'reload: resource\n' }
  await withRepository(files, { mode, startup }, async (repository, { fixture }) => {
    const { sessions, use } = await leaseOn(repository)
    put(fixture, 'pair/1/model.onnx', subFile)
    await repository.load('pair')
    expect(await runPair(use())).toEqual(subtracted)
    await sessions.end()
  })
})

it('a version whose executor is dead is closed in spite of them', async () => {
  const kills: ((reason: string) => void)[] = []
  const options = {
    mode,
    startup,
    openExecutor: (given: Parameters<typeof openExecutor>[0]) => {
      kills.push(given.onBroken!)
      return openExecutor(given)
    },
  } as const
  const files = { 'pair/1/model.onnx': pairGraph('Add') }
  await withRepository(files, options, async (repository, { ofKind }) => {
    const { sessions, use } = await leaseOn(repository)
    kills[0]!('a test said so')
    while (ofKind('unload').length === 0) await sleep(1)
    expect(caught(use)).toMatchObject({ code: 'SLP-R3' })
    await sessions.end()
  })
})
