import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { pairGraph } from '../testing/fixture.ts'
import {
  added,
  addFile,
  put,
  runPair,
  statesOf,
  subFile,
  subtracted,
  withRepository,
} from '../testing/open-repository.ts'

describe('polling', () => {
  const mode = 'poll'

  it('adds, changes and removes versions and models, and tries a failure once', async () => {
    const files = { 'pair/1/model.onnx': pairGraph('Add'), 'gone/1/model.onnx': pairGraph('Add') }
    await withRepository(files, { mode }, async (repository, { fixture, ofKind }) => {
      await repository.poll()
      expect(ofKind('load').length).toBe(2)
      put(fixture, 'pair/2/model.onnx', subFile)
      put(fixture, 'new/1/model.onnx', addFile)
      rmSync(join(fixture.root, 'gone'), { recursive: true })
      await repository.poll()
      expect(statesOf(repository)).toEqual([
        'new/1 READY',
        expect.stringMatching(/^pair\/1 U/),
        'pair/2 READY',
      ])
      expect(await runPair(repository.find('pair'))).toEqual(subtracted)
      put(fixture, 'pair/3/model.onnx', 'nothing')
      await repository.poll()
      await repository.poll()
      expect(repository.find('pair').version).toBe('2')
      expect(ofKind('load').filter(({ ok }) => !ok).length).toBe(1)
      put(fixture, 'pair/3/model.onnx', addFile)
      await repository.poll()
      expect(repository.find('pair').version).toBe('3')
      rmSync(join(fixture.root, 'pair/3'), { recursive: true })
      await repository.poll()
      expect(repository.find('pair').version).toBe('2')
    })
  })

  it('stays ready where a new model is broken, and waits for one that was there from the start', async () => {
    const files = { 'pair/1/model.onnx': pairGraph('Add'), 'broken/1/model.onnx': 'nothing' }
    await withRepository(files, { mode }, async (repository, { fixture }) => {
      expect(repository.ready).toBe(false)
      rmSync(join(fixture.root, 'broken'), { recursive: true })
      await repository.poll()
      expect(statesOf(repository)).toEqual(['pair/1 READY'])
      expect(repository.ready).toBe(true)
      put(fixture, 'new/1/model.onnx', 'nothing')
      await repository.poll()
      expect(statesOf(repository)).toEqual([expect.stringMatching(/^new\/1 UNAVAILABLE/), 'pair/1 READY'])
      expect(repository.ready).toBe(true)
      put(fixture, 'new/1/model.onnx', addFile)
      await repository.poll()
      expect(statesOf(repository)).toEqual(['new/1 READY', 'pair/1 READY'])
      expect(repository.ready).toBe(true)
      rmSync(join(fixture.root, 'new'), { recursive: true })
      await repository.poll()
      expect(statesOf(repository)).toEqual(['pair/1 READY'])
      expect(repository.ready).toBe(true)
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
      put(fixture, 'pair/2/model.onnx', subFile)
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
