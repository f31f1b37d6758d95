import {
  appendFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { readModelFile } from '@slipway/core/node'
import { describe, expect, it } from 'vitest'
import { pairGraph, repositoryWith } from '../testing/fixture.ts'
import { folderSource } from './folder-source.ts'
import { sourceOf } from './source-of.ts'

const graph = pairGraph('Add')

/** Time that stands still until it is moved on. */
function clock(startMs: number) {
  const at = { ms: startMs }
  return { at, nowMs: () => at.ms }
}

/** Far enough ahead that no file looks new. */
const later = () => Date.now() + 3_600_000

describe('a source in a folder', () => {
  it('finds versions in ascending order, and leaves out what has no name of a model or version', async () => {
    using fixture = repositoryWith({
      'b/1/model.onnx': graph,
      'a/2/model.onnx': graph,
      'a/10/model.onnx': graph,
      'a/03/model.onnx': graph,
      'a/0/model.onnx': graph,
      'a/latest/model.onnx': graph,
      'a/4.tmp/model.onnx': graph,
      '.hidden/1/model.onnx': graph,
      'sp ace/1/model.onnx': graph,
      'file.txt': '',
    })
    const source = await folderSource(fixture.root, { nowMs: later })
    const found = await source.list()
    expect(found.map(({ name, versions }) => [name, versions.map(({ version }) => version)])).toEqual([
      ['a', ['2', '10']],
      ['b', ['1']],
    ])
    expect(
      found.flatMap(({ versions }) => versions).every(({ settled, problem }) => settled && !problem),
    ).toBe(true)
  })

  it('says what cannot be loaded, in words without paths', async () => {
    using fixture = repositoryWith({ 'a/1/model.onnx': graph, 'empty/readme.txt': '' })
    mkdirSync(join(fixture.root, 'a', '2'))
    const source = await folderSource(fixture.root)
    const [a, empty] = await source.list()
    expect(a!.versions.map(({ problem }) => problem)).toEqual([
      undefined,
      'the folder of the version has no files',
    ])
    expect(empty!.problem).toContain('no folder of a version')
    const opening = source.open('a', '2')
    await expect(opening).rejects.toMatchObject({ code: 'SLP-R8' })
    await expect(opening).rejects.not.toThrow(fixture.root)
    await expect(source.open('a', '3')).rejects.toMatchObject({ code: 'SLP-R2' })
    await expect(source.open('b', '1')).rejects.toMatchObject({ code: 'SLP-R1' })
    await expect(source.open('..', '1')).rejects.toMatchObject({ code: 'SLP-R4' })
    await expect(folderSource(join(fixture.root, 'none'))).rejects.toMatchObject({ code: 'SLP-R8' })
  })

  it('settles what has not changed for a while, or what two looks saw unchanged', async () => {
    using fixture = repositoryWith({ 'a/1/model.onnx': graph })
    // A clock far behind the times of the files: only looks can tell.
    const { at, nowMs } = clock(1_000_000)
    const source = await folderSource(fixture.root, { settleMs: 500, nowMs })
    const settled = async () => (await source.find('a'))!.versions[0]!.settled
    expect(await settled()).toBe(false)
    at.ms += 499
    expect(await settled()).toBe(false)
    at.ms += 1
    expect(await settled()).toBe(true)
    appendFileSync(join(fixture.root, 'a/1/model.onnx'), 'more')
    expect(await settled()).toBe(false)
    at.ms += 500
    expect(await settled()).toBe(true)
    // Times that are old enough need one look.
    const fresh = await folderSource(fixture.root, { settleMs: 500, nowMs: later })
    expect((await fresh.find('a'))!.versions[0]!.settled).toBe(true)
  })

  it('is not deceived by copies that keep the times of the original', async () => {
    using fixture = repositoryWith({ 'a/1/model.onnx': graph, 'a/config.pbtxt': '' })
    const source = await folderSource(fixture.root, { settleMs: 60_000 })
    const path = join(fixture.root, 'a/2')
    cpSync(join(fixture.root, 'a/1'), path, { recursive: true, preserveTimestamps: true })
    utimesSync(join(path, 'model.onnx'), 1000, 1000)
    utimesSync(path, 1000, 1000)
    expect((await source.find('a'))!.versions[1]!.settled).toBe(false)
  })

  it('takes no notice of unfinished files, until they get their name', async () => {
    using fixture = repositoryWith({ 'a/1/model.onnx': graph })
    const source = await folderSource(fixture.root, { nowMs: later })
    const look = async () => (await source.find('a'))!.versions[0]!.fingerprint
    const before = await look()
    for (const name of ['model.onnx.tmp', '.model.onnx.Xy12', 'model.onnx.part', 'model.onnx~'])
      writeFileSync(join(fixture.root, 'a/1', name), 'half')
    expect(await look()).toBe(before)
    renameSync(join(fixture.root, 'a/1/model.onnx.tmp'), join(fixture.root, 'a/1/model.onnx'))
    expect(await look()).not.toBe(before)
  })

  it('tells a change of configuration from one of a version', async () => {
    using fixture = repositoryWith({ 'a/1/model.onnx': graph, 'a/config.pbtxt': 'name: "a"' })
    const source = await folderSource(fixture.root)
    const before = (await source.find('a'))!
    writeFileSync(join(fixture.root, 'a/labels.txt'), 'cat')
    const after = (await source.find('a'))!
    expect(after.configFingerprint).not.toBe(before.configFingerprint)
    expect(after.versions).toMatchObject([{ fingerprint: before.versions[0]!.fingerprint }])
  })

  it('follows links inside the repository, and none out of it', async () => {
    using other = repositoryWith({ '1/model.onnx': graph, 'labels.txt': 'secret' })
    using fixture = repositoryWith({ 'a/1/model.onnx': graph, 'b/readme.txt': '', 'd/1/x.bin': '' })
    const at = (path: string) => join(fixture.root, path)
    symlinkSync(at('a/1'), at('b/1'))
    symlinkSync(join(other.root), at('c'))
    symlinkSync(join(other.root, '1/model.onnx'), at('d/1/model.onnx'))
    symlinkSync(join(other.root, 'labels.txt'), at('a/labels.txt'))
    symlinkSync(at('a'), at('a/1/round'))
    symlinkSync(at('nowhere'), at('a/broken.txt'))
    const source = await folderSource(fixture.root)
    const found = Object.fromEntries((await source.list()).map((model) => [model.name, model]))
    expect(found['b']!.versions[0]!.problem ?? '').not.toContain('out of the repository')
    expect(found['c']!.problem).toContain('out of the repository')
    expect(found['d']!.versions[0]!.problem).toContain('out of the repository')
    await expect(source.open('d', '1')).rejects.toMatchObject({ code: 'SLP-R8' })
    await expect(source.readFile('a', 'labels.txt')).rejects.toThrow('link out of it')
    await expect(source.readFile('a', '../../etc/passwd')).rejects.toMatchObject({ code: 'SLP-R8' })
  })

  it('opens model.onnx, a folder of that name, another name, and the only file there is', async () => {
    using fixture = repositoryWith({
      'a/1/model.onnx': graph,
      'a/2/model.onnx/model.onnx': graph,
      'a/2/model.onnx/weights.bin': '',
      'a/3/net.onnx': graph,
      'a/4/one.onnx': graph,
      'a/4/two.onnx': graph,
    })
    const source = await folderSource(fixture.root)
    for (const [version, fileName] of [['1'], ['2'], ['3'], ['4', 'two.onnx']] as const) {
      await using opened = await source.open('a', version, { fileName })
      expect(readModelFile(opened.path).graph.inputs).toEqual(['a', 'b'])
    }
    await expect(source.open('a', '4')).rejects.toThrow('"one.onnx", "two.onnx"')
    await expect(source.open('a', '1', { fileName: '../2/model.onnx/model.onnx' })).rejects.toMatchObject({
      code: 'SLP-R8',
    })
  })

  it.each([
    ['a file alone', { 'model.onnx': graph, 'config.pbtxt': '' }, '1'],
    ['a file of another name', { 'squeezenet.onnx': graph }, '1'],
    ['a folder with external data', { 'model.onnx/model.onnx': graph, 'model.onnx/w.bin': '' }, '1'],
    ['versions', { '3/model.onnx': graph, 'slipway.yaml': '' }, '3'],
    ['a repository', { 'net/2/model.onnx': graph }, '2'],
  ])('takes %s under the name that is given', async (_, files, version) => {
    using fixture = repositoryWith(files)
    await using source = await sourceOf(fixture.root, {}, { modelName: 'net' })
    expect(
      (await source.list()).map(({ name, versions }) => [name, versions.map((one) => one.version)]),
    ).toEqual([['net', [version]]])
    expect((await source.find('net'))!.versions).toHaveLength(1)
    expect(await source.find('other')).toBeUndefined()
    await using opened = await source.open('net', version)
    expect(readModelFile(opened.path).graph.nodes.length).toBe(1)
  })

  it('reads a hard link as the file it is', async () => {
    using fixture = repositoryWith({ 'a/1/model.onnx': graph })
    mkdirSync(join(fixture.root, 'a/2'))
    linkSync(join(fixture.root, 'a/1/model.onnx'), join(fixture.root, 'a/2/model.onnx'))
    const source = await folderSource(fixture.root)
    await using opened = await source.open('a', '2')
    expect(readModelFile(opened.path).graph.nodes.length).toBe(1)
  })
})
