import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pairGraph, repositoryWith } from '../testing/fixture.ts'
import { type ModelRepository, openRepository, type RepositoryOptions } from './model-repository.ts'

const files = {
  'pair/1/model.onnx': pairGraph('Add'),
  'pair/2/model.onnx': pairGraph('Sub'),
  'pair/10/model.onnx': pairGraph('Add'),
  'pair/010/model.onnx': pairGraph('Add'),
  'pair/notes/readme.txt': 'not a version',
  'mixed/1/model.onnx': pairGraph('Add'),
  'mixed/2/model.onnx': 'not a model',
  'gone/3/readme.txt': 'no model here',
  'empty/readme.txt': 'no version here',
  'bad name/1/model.onnx': pairGraph('Add'),
  '.git/1/model.onnx': 'hidden',
  'readme.txt': 'a file',
}

async function open(root: string, options: Partial<RepositoryOptions> = {}) {
  const failed: string[] = []
  const onLoadError: RepositoryOptions['onLoadError'] = ({ name, version }) =>
    failed.push(`${name}/${version}`)
  const repository = await openRepository({ root, versions: 'all', session: {}, onLoadError, ...options })
  return { repository, failed }
}

const caught = (run: () => unknown): unknown => {
  try {
    return run()
  } catch (error) {
    return error
  }
}

describe('openRepository', () => {
  const fixture = repositoryWith(files)
  let repository: ModelRepository
  let failed: readonly string[]

  beforeAll(async () => {
    const opened = await open(fixture.root)
    repository = opened.repository
    failed = opened.failed
    await repository.loaded
  })
  afterAll(async () => {
    await repository.close()
    fixture[Symbol.dispose]()
  })

  it('loads every version and says what failed, model by model', () => {
    const states = repository.statuses().map(({ name, version, state }) => `${name}/${version} ${state}`)
    expect(states).toEqual([
      'empty/undefined UNAVAILABLE',
      'gone/3 UNAVAILABLE',
      'mixed/1 READY',
      'mixed/2 UNAVAILABLE',
      'pair/1 READY',
      'pair/2 READY',
      'pair/10 READY',
    ])
    expect(failed).toEqual(['gone/3', 'mixed/2'])
    expect(repository.ready).toBe(false)
    const reasons = new Map(
      repository.statuses().map(({ name, version, reason }) => [`${name}/${version}`, reason]),
    )
    expect(reasons.get('mixed/2')).toMatch(/SLP-F/)
    expect(reasons.get('gone/3')).toMatch(/SLP-C2.*gone\/3\/model\.onnx/)
    expect([...reasons.values()].join()).not.toContain(fixture.root)
  })

  it('serves the highest version that is ready', () => {
    expect(repository.find('pair').version).toBe('10')
    expect(repository.find('pair', '2').version).toBe('2')
    expect(repository.find('mixed').version).toBe('1')
    expect(repository.versions('pair')).toEqual(['1', '2', '10'])
  })

  it.each([
    ['an unknown model', 'nope', undefined, 'SLP-R1'],
    ['an unknown version', 'pair', '3', 'SLP-R2'],
    ['a version with a leading zero', 'pair', '010', 'SLP-R2'],
    ['a version that failed', 'mixed', '2', 'SLP-R3'],
    ['a model without versions', 'empty', undefined, 'SLP-R3'],
    ['a name that leads elsewhere', '../pair', undefined, 'SLP-R4'],
  ])('refuses %s', (_, name, version, code) => {
    expect(caught(() => repository.find(name, version))).toMatchObject({ code })
  })

  it('loads only the highest version where that is wanted', async () => {
    const { repository: latest } = await open(fixture.root, { versions: 'latest' })
    await latest.loaded
    expect(latest.versions('pair')).toEqual(['10'])
    expect(caught(() => latest.find('pair', '1'))).toMatchObject({ code: 'SLP-R2' })
    expect(caught(() => latest.find('mixed'))).toMatchObject({ code: 'SLP-R3' })
    await latest.close()
  })

  it('is not ready while it loads, nor after close', async () => {
    using small = repositoryWith({ 'pair/1/model.onnx': pairGraph('Add') })
    const { repository: own } = await open(small.root)
    expect(own.ready).toBe(false)
    expect(caught(() => own.find('pair'))).toMatchObject({ code: 'SLP-R3', message: /being loaded/ })
    await own.loaded
    expect(own.ready).toBe(true)
    const { session } = own.find('pair')
    await Promise.all([own.close(), own.close()])
    expect(own.ready).toBe(false)
    expect(session.memory().workers).toBe(0)
  })

  it('refuses a folder that cannot be read', async () => {
    await expect(open('/nonexistent/models')).rejects.toMatchObject({ code: 'SLP-R8' })
  })
})
