import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { pairGraph, repositoryWith } from '../testing/fixture.ts'
import { repositoryAt, runPair } from '../testing/open-repository.ts'

const mebibyte = 2 ** 20

interface Memory {
  readonly rss: number
  readonly external: number
}

/** After the garbage of earlier cycles has had a chance to go. */
async function memory(): Promise<Memory> {
  globalThis.gc?.()
  await sleep(20)
  const { rss, external, arrayBuffers } = process.memoryUsage()
  return { rss, external: external + arrayBuffers }
}

/**
 * The first half shows where memory settles, the second that it stays there. A model has one mebibyte of WebAssembly
 * and a thread has some tens, so one that were kept each time would add more than the bounds.
 */
it.each([
  ['inline', 20, 100, 40],
  ['worker', 100, 400, 40],
  ['process', 8, 100, 40],
] as const)(
  'gives memory back when a model is unloaded: %s',
  { timeout: 600_000 },
  async (mode, rounds, rssMiB, externalMiB) => {
    using fixture = repositoryWith({ 'pair/1/model.onnx': pairGraph('Add') })
    const { repository } = await repositoryAt(fixture.root, {
      mode: 'explicit',
      execution: { mode, threads: 1 },
    })
    let middle: Memory | undefined
    for (let round = 0; round < rounds; round++) {
      await repository.load('pair')
      expect(await runPair(repository.find('pair'))).toEqual([11, 22])
      await repository.unload('pair')
      if (round === rounds / 2) middle = await memory()
    }
    const end = await memory()
    expect((end.external - middle!.external) / mebibyte).toBeLessThan(externalMiB)
    expect((end.rss - middle!.rss) / mebibyte).toBeLessThan(rssMiB)
    await repository.close()
  },
)
