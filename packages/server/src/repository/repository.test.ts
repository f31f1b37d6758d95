import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeOnnx } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import type { OpenedExecutor } from '../executor/open-executor.ts'
import { type Fixture, pairGraph, repositoryWith, slowGraph } from '../testing/fixture.ts'
import { repositoryAt, runPair } from '../testing/open-repository.ts'
import type { Repository } from './repository.ts'
import type { RepositoryOptions } from './repository-options.ts'

const [added, subtracted] = [
  [11, 22],
  [9, 18],
]
const add = writeOnnx(pairGraph('Add'))
const sub = writeOnnx(pairGraph('Sub'))

function put({ root }: Fixture, path: string, content: Uint8Array | string): void {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

async function withRepository(
  files: Parameters<typeof repositoryWith>[0],
  options: Partial<RepositoryOptions>,
  use: (
    repository: Repository,
    context: { fixture: Fixture } & Awaited<ReturnType<typeof repositoryAt>>,
  ) => Promise<void>,
) {
  using fixture = repositoryWith(files)
  const opened = await repositoryAt(fixture.root, options)
  try {
    await opened.repository.loaded
    await use(opened.repository, { fixture, ...opened })
  } finally {
    await opened.repository.close()
  }
}

const states = (repository: Repository) =>
  repository.index().map(({ name, version, state, reason }) => `${name}/${version} ${state} ${reason}`.trim())
const versions = (repository: Repository, name: string) =>
  repository.versions(name).map(({ version }) => version)
const caught = (act: () => unknown): unknown => {
  try {
    return act()
  } catch (error) {
    return error
  }
}
const latest = (count: number) => `version_policy { latest { num_versions: ${count} } }`

describe('a repository that is loaded once', () => {
  const files = {
    'pair/1/model.onnx': pairGraph('Add'),
    'pair/2/model.onnx': pairGraph('Sub'),
    'pair/10/model.onnx': pairGraph('Add'),
    'pair/010/model.onnx': pairGraph('Add'),
    'mixed/1/model.onnx': pairGraph('Add'),
    'mixed/2/model.onnx': 'not a model',
    'empty/readme.txt': 'no version here',
  }

  it('serves what can be loaded, and says of the rest why it cannot', async () => {
    await withRepository(files, { defaultVersions: 'all' }, async (repository, { fixture, ofKind }) => {
      expect(states(repository)).toEqual([
        expect.stringMatching(/^empty\/undefined UNAVAILABLE .*no folder of a version/),
        'mixed/1 READY',
        expect.stringMatching(/^mixed\/2 UNAVAILABLE \[SLP-F/),
        'pair/1 READY',
        'pair/2 READY',
        'pair/10 READY',
      ])
      expect(states(repository).join()).not.toContain(fixture.root)
      expect(repository.find('pair').version).toBe('10')
      expect(await runPair(repository.find('pair', '2'))).toEqual(subtracted)
      expect(versions(repository, 'pair')).toEqual(['1', '2', '10'])
      expect(repository.find('pair').signatures?.strict).toMatch(/^[0-9a-f]{64}$/)
      expect(
        ofKind('load')
          .filter(({ ok }) => ok)
          .map(({ version }) => version)
          .sort(),
      ).toEqual(['1', '1', '10', '2'])
      expect(repository.ready).toBe(false)
    })
  })

  it.each([
    ['an unknown model', 'nope', undefined, 'SLP-R1'],
    ['an unknown version', 'pair', '3', 'SLP-R2'],
    ['a version that is not chosen', 'pair', '1', 'SLP-R2'],
    ['a version with a leading zero', 'pair', '010', 'SLP-R2'],
    ['a version that failed', 'mixed', '2', 'SLP-R3'],
    ['a model without versions', 'empty', undefined, 'SLP-R3'],
    ['a name that leads elsewhere', '../pair', undefined, 'SLP-R4'],
  ])('refuses %s', async (_, name, version, code) => {
    await withRepository(files, {}, async (repository) => {
      expect(caught(() => repository.find(name, version))).toMatchObject({ code })
    })
  })

  it('is ready once each model has a version that is, and at once where readiness is not strict', async () => {
    const broken = { 'pair/1/model.onnx': pairGraph('Add'), 'broken/1/model.onnx': 'nothing' }
    await withRepository(broken, {}, async (repository) => expect(repository.ready).toBe(false))
    await withRepository(broken, { strictReadiness: false }, async (repository) =>
      expect(repository.ready).toBe(true),
    )
    using fixture = repositoryWith({ 'pair/1/model.onnx': pairGraph('Add') })
    const { repository } = await repositoryAt(fixture.root)
    expect(repository.ready).toBe(false)
    expect(caught(() => repository.find('pair'))).toMatchObject({ code: 'SLP-R3' })
    await repository.loaded
    expect(repository.ready).toBe(true)
    await Promise.all([repository.close(), repository.close()])
    expect(repository.ready).toBe(false)
    expect(caught(() => repository.find('pair'))).toMatchObject({ code: 'SLP-R3' })
  })

  it.each([
    ['none', 'explicit model load / unload is not allowed'],
    ['poll', 'explicit model load / unload is not allowed if polling is enabled'],
  ] as const)('takes no calls in the mode %s', async (mode, text) => {
    await withRepository({}, { mode }, async (repository) => {
      await expect(repository.load('pair')).rejects.toMatchObject({ code: 'SLP-R15', summary: text })
      await expect(repository.unload('pair')).rejects.toMatchObject({ code: 'SLP-R15', summary: text })
    })
  })

  it('refuses a folder that cannot be read', async () => {
    await expect(repositoryAt('/nonexistent/models')).rejects.toMatchObject({ code: 'SLP-R8' })
  })
})

describe('loading and unloading by call', () => {
  const explicit = { mode: 'explicit' } as const

  it('loads what is asked for, and a background load does not change that the server is ready', async () => {
    const files = { 'pair/1/model.onnx': pairGraph('Add'), 'other/1/model.onnx': 'nothing' }
    await withRepository(files, explicit, async (repository) => {
      expect(repository.ready).toBe(true)
      expect(states(repository)).toEqual(['other/1 UNKNOWN', 'pair/1 UNKNOWN'])
      const loading = repository.load('pair')
      expect(repository.ready).toBe(true)
      await loading
      expect(await runPair(repository.find('pair'))).toEqual(added)
      await expect(repository.load('other')).rejects.toMatchObject({ code: 'SLP-R8', message: /version 1/ })
      expect(repository.ready).toBe(true)
      await expect(repository.load('nope')).rejects.toMatchObject({ code: 'SLP-R1' })
      await expect(repository.unload('nope')).rejects.toMatchObject({ code: 'SLP-R1' })
      expect(states(repository)).toEqual([
        expect.stringMatching(/^other\/1 UNAVAILABLE \[SLP/),
        'pair/1 READY',
      ])
    })
  })

  it('swaps at once, and closes the old version when its last request ends', async () => {
    const files = { 'pair/1/model.onnx': pairGraph('Add') }
    await withRepository(files, { ...explicit, startup: ['*'] }, async (repository, { fixture, ofKind }) => {
      const old = repository.find('pair')
      const release = old.hold()
      put(fixture, 'pair/1/model.onnx', sub)
      await repository.load('pair')
      const swaps = ofKind('swap')
      expect(swaps.map(({ model, version }) => `${model}/${version}`)).toEqual(['pair/1'])
      expect(swaps[0]!.pauseMs).toBeLessThan(10)
      expect(await runPair(repository.find('pair'))).toEqual(subtracted)
      expect(await runPair(old)).toEqual(added)
      expect(ofKind('unload')).toEqual([])
      release()
      while (ofKind('unload').length === 0) await sleep(1)
      expect(caught(() => old.hold())).toMatchObject({ code: 'SLP-R3' })
      await expect(runPair(old)).rejects.toMatchObject({ code: 'SLP-R7' })
    })
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
        expect(states(repository)[0]).toMatch(/^pair\/1 READY \[SLP-R19/)
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
      expect(versions(repository, 'pair')).toEqual(['1', '2'])
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
      expect(states(repository)).toEqual(['slow/1 UNLOADING unloaded'])
      expect(repository.ready).toBe(true)
      expect(isDone).toBe(false)
      release()
      await unloading
      expect(states(repository)).toEqual(['slow/1 UNAVAILABLE unloaded'])
      await repository.load('slow')
      expect(states(repository)).toEqual(['slow/1 READY'])
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
      expect(versions(repository, 'pair')).toEqual(['2', '3'])
      await repository.load('pair', { config: '{"version_policy":{"specific":{"versions":[1]}}}' })
      expect(versions(repository, 'pair')).toEqual(['1'])
      await expect(
        repository.load('pair', { config: '{"version_policy":{"specific":{"versions":[1,7]}}}' }),
      ).rejects.toMatchObject({ code: 'SLP-R8', message: /version 7.*policy/ })
      await expect(repository.load('pair', { config: '{"no_such_field":1}' })).rejects.toMatchObject({
        code: 'SLP-R19',
      })
      expect(versions(repository, 'pair')).toEqual(['1'])
      await repository.load('pair')
      expect(versions(repository, 'pair')).toEqual(['2', '3'])
    })
  })

  it('unloads the models of an ensemble where that is asked for', async () => {
    const ensemble = `
      platform: "ensemble"
      input [ { name: "a" data_type: TYPE_FP32 dims: [ -1, 2 ] } ]
      output [ { name: "sum" data_type: TYPE_FP32 dims: [ -1, 2 ] } ]
      ensemble_scheduling { step [ { model_name: "pair" model_version: -1
        input_map { key: "a" value: "a" } output_map { key: "sum" value: "sum" } } ] }`
    const files = { 'pair/1/model.onnx': pairGraph('Add'), 'both/config.pbtxt': ensemble, 'both/1/.keep': '' }
    const createEnsemble: RepositoryOptions['createEnsemble'] = () => ({
      pending: 0,
      running: 0,
      submit: () => Promise.reject(new Error('not run here')),
      drain: () => Promise.resolve(),
    })
    await withRepository(files, { ...explicit, createEnsemble }, async (repository) => {
      await repository.load('both')
      expect(states(repository)).toEqual(['both/1 READY', 'pair/1 READY'])
      await repository.unload('both')
      expect(repository.find('pair').version).toBe('1')
      await repository.load('both')
      await repository.unload('both', { dependents: true })
      expect(states(repository)).toEqual(['both/1 UNAVAILABLE unloaded', 'pair/1 UNAVAILABLE unloaded'])
    })
  })

  it('never has two copies of a model where its configuration says so', async () => {
    const files = { 'pair/1/model.onnx': pairGraph('Add'), 'pair/slipway.yaml': 'reload: resource\n' }
    await withRepository(files, { ...explicit, startup: ['*'] }, async (repository, { events, fixture }) => {
      put(fixture, 'pair/2/model.onnx', sub)
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
      const given = new Map([['1/model.onnx', sub]])
      await expect(repository.load('pair', { files: given })).rejects.toMatchObject({ code: 'SLP-R15' })
    })
  })

  it('take the place of those of the repository until the next load', async () => {
    await withRepository(files, { mode, allowFileOverrides: true }, async (repository) => {
      await repository.load('pair')
      await repository.load('pair', { files: new Map([['7/model.onnx', sub]]) })
      expect(versions(repository, 'pair')).toEqual(['7'])
      expect(await runPair(repository.find('pair'))).toEqual(subtracted)
      await repository.load('pair')
      expect(versions(repository, 'pair')).toEqual(['1'])
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
      await expect(repository.load('pair', { files: new Map([[path, add]]) })).rejects.toMatchObject({
        code: 'SLP-R4',
      })
    })
  })
})

describe('polling', () => {
  const mode = 'poll'

  it('adds, changes and removes versions and models, and tries a failure once', async () => {
    const files = { 'pair/1/model.onnx': pairGraph('Add'), 'gone/1/model.onnx': pairGraph('Add') }
    await withRepository(files, { mode }, async (repository, { fixture, ofKind }) => {
      await repository.poll()
      expect(ofKind('load').length).toBe(2)
      put(fixture, 'pair/2/model.onnx', sub)
      put(fixture, 'new/1/model.onnx', add)
      rmSync(join(fixture.root, 'gone'), { recursive: true })
      await repository.poll()
      expect(states(repository)).toEqual(['new/1 READY', expect.stringMatching(/^pair\/1 U/), 'pair/2 READY'])
      expect(await runPair(repository.find('pair'))).toEqual(subtracted)
      put(fixture, 'pair/3/model.onnx', 'nothing')
      await repository.poll()
      await repository.poll()
      expect(repository.find('pair').version).toBe('2')
      expect(ofKind('load').filter(({ ok }) => !ok).length).toBe(1)
      put(fixture, 'pair/3/model.onnx', add)
      await repository.poll()
      expect(repository.find('pair').version).toBe('3')
      rmSync(join(fixture.root, 'pair/3'), { recursive: true })
      await repository.poll()
      expect(repository.find('pair').version).toBe('2')
    })
  })

  it('looks again after its interval, until the repository is closed', async () => {
    const waits: number[] = []
    const acts: (() => void)[] = []
    const clock = {
      nowMs: () => performance.now(),
      setTimer(delayMs: number, act: () => void) {
        if (delayMs < 1000) {
          const timer = setTimeout(act, delayMs)
          return () => clearTimeout(timer)
        }
        waits.push(delayMs)
        acts.push(act)
        return () => void acts.splice(0)
      },
    }
    const files = { 'pair/1/model.onnx': pairGraph('Add') }
    await withRepository(files, { mode, pollMs: 5000, clock }, async (repository, { fixture }) => {
      await sleep(0)
      expect(waits).toEqual([5000])
      put(fixture, 'pair/2/model.onnx', sub)
      acts.shift()!()
      while (repository.find('pair').version !== '2') await sleep(1)
      while (waits.length < 2) await sleep(1)
      await repository.close()
      expect(acts).toEqual([])
    })
  })

  it('keeps everything while the repository cannot be read', async () => {
    const files = { 'pair/1/model.onnx': pairGraph('Add') }
    await withRepository(files, { mode }, async (repository, { fixture, ofKind }) => {
      rmSync(fixture.root, { recursive: true })
      await repository.poll()
      expect(await runPair(repository.find('pair'))).toEqual(added)
      expect(ofKind('alert').length).toBe(1)
    })
  })
})

describe('reloading under load', () => {
  it.each(['inline', 'worker'] as const)('fails no request: %s', async (mode) => {
    const files = { 'pair/1/model.onnx': pairGraph('Add') }
    const options = { mode: 'explicit', startup: ['*'], execution: { mode, threads: 1 } } as const
    await withRepository(files, options, async (repository, { fixture, ofKind }) => {
      let isOver = false
      let count = 0
      const results = new Set<string>()
      const client = async () => {
        while (!isOver) {
          const served = repository.find('pair')
          const release = served.hold()
          try {
            results.add(String(await runPair(served)))
            count += 1
          } finally {
            release()
          }
          await sleep(0)
        }
      }
      const clients = Promise.all([client(), client()])
      for (const content of [sub, add, sub]) {
        put(fixture, 'pair/1/model.onnx', content)
        await repository.load('pair')
      }
      isOver = true
      await clients
      expect(results).toEqual(new Set([String(added), String(subtracted)]))
      expect(count).toBeGreaterThan(3)
      expect(ofKind('swap').length).toBe(3)
    })
  })
})

describe('an executor that is dead for good', () => {
  it('makes its version unavailable, with the reason, and an older one answers', async () => {
    const files = { 'pair/1/model.onnx': pairGraph('Add'), 'pair/2/model.onnx': pairGraph('Sub') }
    const options = { defaultVersions: 'all', execution: { mode: 'process', threads: 1 } } as const
    await withRepository(files, options, async (repository, { fixture, ofKind }) => {
      const { executor } = repository.find('pair', '2')
      // What it would be replaced by is not the same model any more.
      writeFileSync(join(fixture.root, 'pair/2/model.onnx'), 'nothing')
      const { processId } = executor as OpenedExecutor // those of repositories are
      process.kill(processId!, 'SIGKILL')
      while (ofKind('alert').length === 0) await sleep(20)
      expect(states(repository)[1]).toMatch(/^pair\/2 UNAVAILABLE .*dead/)
      expect(await runPair(repository.find('pair'))).toEqual(added)
      expect(repository.ready).toBe(true)
    })
  })
})
