/** What a repository does with versions whose executors are dead for good. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type ExecutorOptions, openExecutor } from '../executor/open-executor.ts'
import { pairGraph } from '../testing/fixture.ts'
import {
  added,
  put,
  runPair,
  statesOf,
  subFile,
  subtracted,
  withRepository,
} from '../testing/open-repository.ts'
import type { RepositoryOptions } from './repository-options.ts'

/** Executors in the order in which they are opened, each of which can be told to be dead. */
function mortals(onOpen: (index: number) => void = () => {}) {
  const opened: ExecutorOptions[] = []
  const options: Partial<RepositoryOptions> = {
    mode: 'explicit',
    startup: ['*'],
    openExecutor: async (given) => {
      onOpen(opened.push(given) - 1)
      return openExecutor(given)
    },
  }
  return { options, kill: (index: number) => opened[index]!.onBroken!('a test said so') }
}

describe('an executor that is dead for good', () => {
  const files = { 'pair/1/model.onnx': pairGraph('Add') }
  const both = { ...files, 'pair/2/model.onnx': pairGraph('Sub') }

  it('does not take out the version that has replaced its own', async () => {
    const { options, kill } = mortals()
    await withRepository(files, options, async (repository, { fixture, ofKind }) => {
      const release = repository.find('pair').hold()
      put(fixture, 'pair/1/model.onnx', subFile)
      await repository.load('pair')
      kill(0)
      expect(statesOf(repository)).toEqual(['pair/1 READY'])
      expect(await runPair(repository.find('pair'))).toEqual(subtracted)
      release()
      while (ofKind('unload').length === 0) await sleep(1)
      expect(ofKind('alert')).toEqual([])
      kill(1)
      expect(statesOf(repository)).toEqual([expect.stringMatching(/^pair\/1 UNAVAILABLE .*a test said so/)])
    })
  })

  it('fails the load where it dies before its version serves', async () => {
    const { options, kill } = mortals((index) => index === 1 && kill(0))
    await withRepository(both, { ...options, defaultVersions: 'all' }, async (repository, { ofKind }) => {
      expect(statesOf(repository)).toEqual([
        expect.stringMatching(/^pair\/1 UNAVAILABLE .*a test said so/),
        'pair/2 READY',
      ])
      expect(ofKind('load').map(({ version, ok }) => [version, ok])).toEqual([
        ['1', false],
        ['2', true],
      ])
    })
  })

  it('leaves the old version where the one that was to replace it dies before that', async () => {
    const { options, kill } = mortals((index) => index === 3 && kill(2))
    await withRepository(both, { ...options, defaultVersions: 'all' }, async (repository, { fixture }) => {
      put(fixture, 'pair/1/model.onnx', subFile)
      await expect(repository.load('pair')).rejects.toMatchObject({ code: 'SLP-R8', message: /version 1/ })
      expect(await runPair(repository.find('pair', '1'))).toEqual(added)
      expect(repository.find('pair').version).toBe('2')
    })
  })
})

describe('an executor that cannot be closed', () => {
  it('is told of, and keeps nothing else open', async () => {
    const options: Partial<RepositoryOptions> = {
      mode: 'explicit',
      startup: ['*'],
      openExecutor: async (given) => {
        const opened = await openExecutor(given)
        return { ...opened, dispose: () => Promise.reject(new Error(`the test failed in ${given.path}`)) }
      },
    }
    const files = { 'pair/1/model.onnx': pairGraph('Add') }
    await withRepository(files, options, async (repository, { fixture, ofKind }) => {
      put(fixture, 'pair/1/model.onnx', subFile)
      await repository.load('pair')
      while (ofKind('unload').length === 0) await sleep(1)
      await repository.unload('pair')
      expect(statesOf(repository)).toEqual(['pair/1 UNAVAILABLE unloaded'])
      const messages = ofKind('alert').map(({ message }) => message)
      expect(messages).toEqual(Array(2).fill(expect.stringContaining('was not closed as it should be')))
      expect(messages.join()).not.toContain(fixture.root)
      await repository.close()
    })
  })
})
