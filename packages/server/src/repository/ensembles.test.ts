/** Models that are made of other models, as far as loading goes. */
import { describe, expect, it } from 'vitest'
import { pairGraph } from '../testing/fixture.ts'
import { put, statesOf, withRepository } from '../testing/open-repository.ts'
import type { RepositoryOptions } from './repository-options.ts'

const ensembleOf = (step: string) => `
  platform: "ensemble"
  input [ { name: "a" data_type: TYPE_FP32 dims: [ -1, 2 ] } ]
  output [ { name: "sum" data_type: TYPE_FP32 dims: [ -1, 2 ] } ]
  ensemble_scheduling { step [ { model_name: "${step}" model_version: -1
    input_map { key: "a" value: "a" } output_map { key: "sum" value: "sum" } } ] }`

const createEnsemble: RepositoryOptions['createEnsemble'] = () => ({
  pending: 0,
  running: 0,
  submit: () => Promise.reject(new Error('not run here')),
  drain: () => Promise.resolve(),
})
const explicit = { mode: 'explicit', createEnsemble } as const

describe('ensembles', () => {
  it('are unloaded with their models where that is asked for', async () => {
    const files = { 'pair/1/model.onnx': pairGraph('Add'), 'both/config.pbtxt': ensembleOf('pair') }
    await withRepository({ ...files, 'both/1/.keep': '' }, explicit, async (repository) => {
      await repository.load('both')
      expect(statesOf(repository)).toEqual(['both/1 READY', 'pair/1 READY'])
      await repository.unload('both')
      expect(repository.find('pair').version).toBe('1')
      await repository.load('both')
      await repository.unload('both', { dependents: true })
      expect(statesOf(repository)).toEqual(['both/1 UNAVAILABLE unloaded', 'pair/1 UNAVAILABLE unloaded'])
    })
  })

  const ring = {
    'one/config.pbtxt': ensembleOf('two'),
    'two/config.pbtxt': ensembleOf('three'),
    'three/config.pbtxt': ensembleOf('one'),
  }
  const leadsBack = { code: 'SLP-R19', message: /steps must not lead back/ }

  it('that lead back to themselves are refused: one after the other', async () => {
    const files = { ...ring, 'self/config.pbtxt': ensembleOf('self') }
    await withRepository(files, explicit, async (repository) => {
      await expect(repository.load('one')).rejects.toMatchObject(leadsBack)
      await expect(repository.load('self')).rejects.toMatchObject(leadsBack)
    })
  })

  it('that lead back to themselves are refused: all at once', async () => {
    await withRepository(ring, { ...explicit, startup: ['*'] }, async (repository) => {
      for (const state of statesOf(repository)) expect(state).toMatch(/UNAVAILABLE .*must not lead back/)
    })
  })

  it('that lead back to themselves are refused: through a model that serves', async () => {
    const files = { 'pair/1/model.onnx': pairGraph('Add'), 'both/config.pbtxt': ensembleOf('pair') }
    await withRepository(files, { ...explicit, startup: ['*'] }, async (repository, { fixture }) => {
      put(fixture, 'pair/config.pbtxt', ensembleOf('both'))
      await expect(repository.load('pair')).rejects.toMatchObject(leadsBack)
      expect(statesOf(repository)[0]).toBe('both/1 READY')
    })
  })

  it('leave nothing of a step that does not exist', async () => {
    await withRepository({ 'one/config.pbtxt': ensembleOf('nope') }, explicit, async (repository) => {
      await expect(repository.load('one')).rejects.toMatchObject({ code: 'SLP-R1' })
      expect(repository.index().map(({ name }) => name)).toEqual(['one'])
    })
  })
})
