import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { OpenedExecutor } from '../executor/open-executor.ts'
import { pairGraph, repositoryWith } from '../testing/fixture.ts'
import {
  added,
  addFile,
  caught,
  put,
  repositoryAt,
  runPair,
  statesOf,
  subFile,
  subtracted,
  versionsOf,
  withRepository,
} from '../testing/open-repository.ts'

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
      expect(statesOf(repository)).toEqual([
        expect.stringMatching(/^empty\/undefined UNAVAILABLE .*no folder of a version/),
        'mixed/1 READY',
        expect.stringMatching(/^mixed\/2 UNAVAILABLE \[SLP-F/),
        'pair/1 READY',
        'pair/2 READY',
        'pair/10 READY',
      ])
      expect(statesOf(repository).join()).not.toContain(fixture.root)
      expect(repository.find('pair').version).toBe('10')
      expect(await runPair(repository.find('pair', '2'))).toEqual(subtracted)
      expect(versionsOf(repository, 'pair')).toEqual(['1', '2', '10'])
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
      for (const content of [subFile, addFile, subFile]) {
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
      expect(statesOf(repository)[1]).toMatch(/^pair\/2 UNAVAILABLE .*dead/)
      expect(await runPair(repository.find('pair'))).toEqual(added)
      expect(repository.ready).toBe(true)
    })
  })
})
