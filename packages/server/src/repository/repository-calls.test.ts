import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../contract/clock.ts'
import { pairGraph, slowGraph } from '../testing/fixture.ts'
import {
  added,
  addFile,
  caught,
  put,
  runPair,
  statesOf,
  subFile,
  subtracted,
  versionsOf,
  withRepository,
} from '../testing/open-repository.ts'

const latest = (count: number) => `version_policy { latest { num_versions: ${count} } }`

describe('loading and unloading by call', () => {
  const explicit = { mode: 'explicit' } as const

  it('loads what is asked for, and a background load does not change that the server is ready', async () => {
    const files = { 'pair/1/model.onnx': pairGraph('Add'), 'other/1/model.onnx': 'nothing' }
    await withRepository(files, explicit, async (repository) => {
      expect(repository.ready).toBe(true)
      expect(statesOf(repository)).toEqual(['other/1 UNKNOWN', 'pair/1 UNKNOWN'])
      const loading = repository.load('pair')
      expect(repository.ready).toBe(true)
      await loading
      expect(await runPair(repository.find('pair'))).toEqual(added)
      await expect(repository.load('other')).rejects.toMatchObject({ code: 'SLP-R8', message: /version 1/ })
      expect(repository.ready).toBe(true)
      await expect(repository.load('nope')).rejects.toMatchObject({ code: 'SLP-R1' })
      await expect(repository.unload('nope')).rejects.toMatchObject({ code: 'SLP-R1' })
      expect(statesOf(repository)).toEqual([
        expect.stringMatching(/^other\/1 UNAVAILABLE \[SLP/),
        'pair/1 READY',
      ])
    })
  })

  it.each([
    ['a share for an unknown label', 'splits: [{ target: { label: beta }, percent: 5 }]'],
    [
      'more than all of the traffic',
      'splits: [{ target: { version: 1 }, percent: 60 }, { target: { version: 2 }, percent: 60 }]',
    ],
    [
      'a pattern that is none',
      'rules: [{ name: r, match: [{ source: header, name: h, op: regex, values: "(" }], target: { version: 1 } }]',
    ],
  ])('loads no model whose rollout seed has %s', async (_, rollout) => {
    const files = { 'pair/1/model.onnx': pairGraph('Add'), 'pair/slipway.yaml': `rollout: { ${rollout} }` }
    await withRepository(files, explicit, async (repository) => {
      await expect(repository.load('pair')).rejects.toMatchObject({ code: 'SLP-R19' })
      expect(statesOf(repository)).toEqual([expect.stringMatching(/^pair.* UNAVAILABLE .SLP-R19/)])
    })
  })

  it('swaps at once, and closes the old version when its last request ends', async () => {
    const files = { 'pair/1/model.onnx': pairGraph('Add') }
    // It goes on with each look at it, so that a swap without a pause is one step.
    let looks = 0
    const clock = { ...systemClock, nowMs: () => ++looks }
    await withRepository(
      files,
      { ...explicit, startup: ['*'], clock },
      async (repository, { fixture, ofKind }) => {
        const old = repository.find('pair')
        const release = old.hold()
        put(fixture, 'pair/1/model.onnx', subFile)
        await repository.load('pair')
        const swaps = ofKind('swap')
        expect(swaps.map(({ model, version }) => `${model}/${version}`)).toEqual(['pair/1'])
        expect(swaps[0]!.pauseMs).toBe(1)
        expect(await runPair(repository.find('pair'))).toEqual(subtracted)
        expect(await runPair(old)).toEqual(added)
        expect(ofKind('unload')).toEqual([])
        release()
        while (ofKind('unload').length === 0) await sleep(1)
        expect(caught(() => old.hold())).toMatchObject({ code: 'SLP-R3' })
        await expect(runPair(old)).rejects.toMatchObject({ code: 'SLP-R7' })
      },
    )
  })

  it('keeps the old version where the new one fails, and says why', async () => {
    const files = { 'pair/1/model.onnx': pairGraph('Add') }
    await withRepository(
      files,
      { ...explicit, startup: ['pair'] },
      async (repository, { fixture, ofKind }) => {
        put(fixture, 'pair/2/model.onnx', 'nothing')
        await expect(repository.load('pair')).rejects.toMatchObject({ code: 'SLP-R8' })
        expect(repository.find('pair').version).toBe('1')
        put(fixture, 'pair/1/model.onnx', 'nothing either')
        rmSync(join(fixture.root, 'pair/2'), { recursive: true })
        await expect(repository.load('pair')).rejects.toMatchObject({ code: 'SLP-R8' })
        put(fixture, 'pair/config.pbtxt', 'max_batch_size: "many"')
        await expect(repository.load('pair')).rejects.toMatchObject({ code: 'SLP-R19' })
        expect(await runPair(repository.find('pair'))).toEqual(added)
        expect(statesOf(repository)[0]).toMatch(/^pair\/1 READY \[SLP-R19/)
        expect(repository.ready).toBe(true)
        expect(ofKind('load').map(({ ok }) => ok)).toEqual([true, false, false])
      },
    )
  })

  it('serialises loads of one model, and the last one wins', async () => {
    const files = { 'pair/1/model.onnx': pairGraph('Add'), 'pair/2/model.onnx': pairGraph('Sub') }
    await withRepository(files, explicit, async (repository, { ofKind }) => {
      const load = (count: number) =>
        repository.load('pair', { config: `{"version_policy":{"latest":{"num_versions":${count}}}}` })
      const loads = [load(1)]
      await sleep(0)
      loads.push(load(3), load(2))
      await Promise.all(loads)
      expect(versionsOf(repository, 'pair')).toEqual(['1', '2'])
      // The second gave way to the third, which loads two versions.
      expect(ofKind('load').map(({ version }) => version)).toEqual(['2', '1', '2'])
    })
  })

  it('unloads once the last request has ended, and can load again', async () => {
    const files = { 'slow/1/model.onnx': slowGraph() }
    const options = { ...explicit, startup: ['*'], execution: { mode: 'worker', threads: 1 } } as const
    await withRepository(files, options, async (repository) => {
      const release = repository.find('slow').hold()
      let isDone = false
      const unloading = repository.unload('slow').then(() => {
        isDone = true
      })
      await sleep(1)
      expect(caught(() => repository.find('slow'))).toMatchObject({ code: 'SLP-R3', message: /unloaded/ })
      expect(statesOf(repository)).toEqual(['slow/1 UNLOADING unloaded'])
      expect(repository.ready).toBe(true)
      expect(isDone).toBe(false)
      release()
      await unloading
      expect(statesOf(repository)).toEqual(['slow/1 UNAVAILABLE unloaded'])
      await repository.load('slow')
      expect(statesOf(repository)).toEqual(['slow/1 READY'])
    })
  })

  it('follows the version policy of a configuration that comes with the call', async () => {
    const files = {
      'pair/1/model.onnx': pairGraph('Add'),
      'pair/2/model.onnx': pairGraph('Sub'),
      'pair/3/model.onnx': pairGraph('Add'),
      'pair/config.pbtxt': latest(2),
    }
    await withRepository(files, { ...explicit, startup: ['*'] }, async (repository) => {
      expect(versionsOf(repository, 'pair')).toEqual(['2', '3'])
      await repository.load('pair', { config: '{"version_policy":{"specific":{"versions":[1]}}}' })
      expect(versionsOf(repository, 'pair')).toEqual(['1'])
      await expect(
        repository.load('pair', { config: '{"version_policy":{"specific":{"versions":[1,7]}}}' }),
      ).rejects.toMatchObject({ code: 'SLP-R8', message: /version 7.*policy/ })
      await expect(repository.load('pair', { config: '{"no_such_field":1}' })).rejects.toMatchObject({
        code: 'SLP-R19',
      })
      expect(versionsOf(repository, 'pair')).toEqual(['1'])
      await repository.load('pair')
      expect(versionsOf(repository, 'pair')).toEqual(['2', '3'])
    })
  })

  it('never has two copies of a model where its configuration says so', async () => {
    const files = { 'pair/1/model.onnx': pairGraph('Add'), 'pair/slipway.yaml': 'reload: resource\n' }
    await withRepository(files, { ...explicit, startup: ['*'] }, async (repository, { events, fixture }) => {
      put(fixture, 'pair/2/model.onnx', subFile)
      await repository.load('pair')
      expect(await runPair(repository.find('pair'))).toEqual(subtracted)
      expect(events.map(({ kind }) => kind)).toEqual(['load', 'unload', 'load', 'batch'])
    })
  })

  it('bounds the memory of all models together', async () => {
    const files = { 'pair/1/model.onnx': pairGraph('Add'), 'next/1/model.onnx': pairGraph('Sub') }
    const memoryLimitBytes = 1.5 * 2 ** 20
    await withRepository(files, { ...explicit, memoryLimitBytes }, async (repository) => {
      await repository.load('pair')
      await expect(repository.load('next')).rejects.toMatchObject({
        code: 'SLP-R8',
        message: /1572864 bytes together/,
      })
      await repository.unload('pair')
      await repository.load('next')
      expect(await runPair(repository.find('next'))).toEqual(subtracted)
    })
  })
})

describe('files that come with a call', () => {
  const files = { 'pair/1/model.onnx': pairGraph('Add') }
  const mode = 'explicit'

  it('are refused unless the server is set to take them', async () => {
    await withRepository(files, { mode }, async (repository) => {
      const given = new Map([['1/model.onnx', subFile]])
      await expect(repository.load('pair', { files: given })).rejects.toMatchObject({ code: 'SLP-R15' })
    })
  })

  it('take the place of those of the repository until the next load', async () => {
    await withRepository(files, { mode, allowFileOverrides: true }, async (repository) => {
      await repository.load('pair')
      await repository.load('pair', { files: new Map([['7/model.onnx', subFile]]) })
      expect(versionsOf(repository, 'pair')).toEqual(['7'])
      expect(await runPair(repository.find('pair'))).toEqual(subtracted)
      await repository.load('pair')
      expect(versionsOf(repository, 'pair')).toEqual(['1'])
    })
  })

  it.each([
    '../1/model.onnx',
    '1/../../x.onnx',
    '1/run.sh',
    'x/model.onnx',
    '/1/model.onnx',
    '1/a/b.onnx',
    'labels.txt',
  ])('must be models or configurations: %s', async (path) => {
    await withRepository(files, { mode, allowFileOverrides: true }, async (repository) => {
      await expect(repository.load('pair', { files: new Map([[path, addFile]]) })).rejects.toMatchObject({
        code: 'SLP-R4',
      })
    })
  })
})
