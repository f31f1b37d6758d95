import { createHash } from 'node:crypto'
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../base/errors.ts'
import { defaultLimits } from '../../base/limits.ts'
import { type Tensor, tensor } from '../../base/tensor.ts'
import { tensorType } from '../../base/value.ts'
import { graphBuilder } from '../../ir/builder.ts'
import type { Graph } from '../../ir/graph.ts'
import { bytesOf, nodeInit } from '../../testing/onnx-protos.ts'
import { refusalOf } from '../../testing/refusal.ts'
import { folderResolver } from './external-data.node.ts'
import { readOnnx } from './read.ts'
import { readModelFile, readOnnxFile } from './read-file.node.ts'
import { writeOnnx } from './write.ts'
import { writeOnnxFile } from './write-file.node.ts'

let root = ''
let folder = ''

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-'))
  folder = join(root, 'model')
  mkdirSync(join(folder, 'sub', 'deep'), { recursive: true })
  mkdirSync(join(folder, 'dir.bin'))
  const weights = new Uint8Array(Float32Array.of(9, 9, 1, 2, 3, 4).buffer)
  for (const name of [
    'model/w.bin',
    'model/sub/deep/w.bin',
    'secret.bin',
    'model/linked.bin',
    'model/first.bin',
  ])
    writeFileSync(join(root, name), weights)
  symlinkSync('../secret.bin', join(folder, 'out.bin'))
  symlinkSync('w.bin', join(folder, 'in.bin'))
  symlinkSync('sub', join(folder, 'way'))
  symlinkSync('/', join(folder, 'slash'))
  symlinkSync('nowhere', join(folder, 'dangling.bin'))
  linkSync(join(folder, 'first.bin'), join(folder, 'second.bin'))
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

type Entries = readonly (readonly [key: string, value: string])[]

const modelWith = (entries: Entries) =>
  bytesOf({
    node: [nodeInit('Add', 'x w', 'y')],
    initializer: [
      {
        name: 'w',
        dataType: 1,
        dims: [2n],
        dataLocation: 1,
        externalData: entries.map(([key, value]) => ({ key, value })),
      },
    ],
  })

const read = (entries: Entries) => readOnnx(modelWith(entries), { resolveExternal: folderResolver(folder) })

describe('external data', () => {
  it.each<[string, Entries, number[]]>([
    [
      'at an offset',
      [
        ['location', 'w.bin'],
        ['offset', '8'],
        ['length', '8'],
      ],
      [1, 2],
    ],
    ['without offset and length', [['location', 'w.bin']], [9, 9]],
    [
      'in a folder below',
      [
        ['location', 'sub/deep/w.bin'],
        ['offset', '16'],
        ['checksum', 'x'],
        ['basepath', '/etc'],
      ],
      [3, 4],
    ],
  ])('is read %s', (_, entries, values) => {
    expect([...read(entries).constants.get('w')!.data]).toEqual(values)
  })

  const at = (location: string, offset = '0', length = '8'): Entries => [
    ['location', location],
    ['offset', offset],
    ['length', length],
  ]
  const refused: readonly [name: string, entries: Entries, code: ErrorCode, message: string][] = [
    ['a parent folder', at('../secret.bin'), 'SLP-X2', '"../secret.bin"'],
    ['a parent folder further on', at('sub/../../secret.bin'), 'SLP-X2', 'relative path'],
    ['an absolute path', at('/etc/passwd'), 'SLP-X2', 'relative path'],
    ['a drive letter', at('C:w.bin'), 'SLP-X2', 'relative path'],
    ['a backslash', at('..\\secret.bin'), 'SLP-X2', 'relative path'],
    ['a NUL', at('w.bin\0'), 'SLP-X2', 'relative path'],
    ['a dot', at('./w.bin'), 'SLP-X2', 'relative path'],
    ['an empty name', at(''), 'SLP-X2', 'relative path'],
    ['a symbolic link to the outside', at('out.bin'), 'SLP-X3', 'a symbolic link'],
    ['a symbolic link to the inside', at('in.bin'), 'SLP-X3', 'a symbolic link'],
    ['a symbolic link to nothing', at('dangling.bin'), 'SLP-X3', 'a symbolic link'],
    ['a parent that is a symbolic link', at('way/deep/w.bin'), 'SLP-X3', 'every folder on the way'],
    ['a parent that links to the root', at('slash/etc/passwd'), 'SLP-X3', 'every folder on the way'],
    ['a hard link', at('second.bin'), 'SLP-X3', '2 hard links'],
    ['a folder', at('dir.bin'), 'SLP-X3', 'a regular one'],
    ['a file as a folder', at('w.bin/x'), 'SLP-X3', 'a file'],
    ['a file that does not exist', at('none.bin'), 'SLP-C2', 'ENOENT'],
    ['an offset beyond the file', at('w.bin', '24'), 'SLP-X4', 'offset 24 and length 8 in 24 bytes'],
    ['a range that ends beyond the file', at('w.bin', '20'), 'SLP-X4', 'inside the file'],
    ['a length of 1e15', at('w.bin', '0', '1000000000000000'), 'SLP-X4', 'got 1000000000000000'],
    ['a length of -1', at('w.bin', '0', '-1'), 'SLP-X5', '"-1"'],
    ['an offset of -8', at('w.bin', '-8'), 'SLP-X5', '"-8"'],
    ['a length with an exponent', at('w.bin', '0', '1e15'), 'SLP-X5', '"1e15"'],
    ['an offset over 2^53', at('w.bin', '9999999999999999'), 'SLP-X5', '2^53'],
    ['a length that is not the tensor’s', at('w.bin', '0', '12'), 'SLP-X4', 'the 8 bytes'],
    ['no location', [['offset', '0']], 'SLP-X5', 'location must be given'],
    ['an unknown key', [...at('w.bin'), ['__class__', 'x']], 'SLP-X5', '"__class__"'],
    ['a key that stands twice', [...at('w.bin'), ['location', 'w.bin']], 'SLP-X5', 'location twice'],
  ]
  it.each(refused)('refuses %s', (_, entries, code, message) => {
    expect(refusalOf(() => read(entries), code).message).toContain(message)
  })

  it('is bounded in all', () => {
    const limits = { ...defaultLimits, externalBytes: 7 }
    const open = () => readOnnx(modelWith(at('w.bin')), { limits, resolveExternal: folderResolver(folder) })
    expect(refusalOf(open, 'SLP-L4').message).toContain('external data may take 7 bytes')
  })

  it('refuses data in both places, and strings', () => {
    const both = bytesOf({
      initializer: [{ name: 'w', dataType: 1, dims: [1n], dataLocation: 1, floatData: [1] }],
    })
    expect(refusalOf(() => readOnnx(both), 'SLP-F5').message).toContain(
      'external data excludes data in the file',
    )
    const text = bytesOf({ initializer: [{ name: 'w', dataType: 8, dims: [1n], dataLocation: 1 }] })
    expect(
      refusalOf(() => readOnnx(text, { resolveExternal: () => new Uint8Array() }), 'SLP-F5').message,
    ).toContain('strings')
  })

  it('is checked against the SHA-256 of its file where that is given', () => {
    const good = createHash('sha256')
      .update(readFileSync(join(folder, 'w.bin')))
      .digest('hex')
    const open = (sha256: ReadonlyMap<string, string>) =>
      readOnnx(modelWith(at('w.bin', '8')), { resolveExternal: folderResolver(folder, { sha256 }) })
    expect([...open(new Map([['w.bin', good]])).constants.get('w')!.data]).toEqual([1, 2])
    expect(refusalOf(() => open(new Map([['w.bin', 'ab']])), 'SLP-X5').message).toContain('must be ab')
    expect(refusalOf(() => open(new Map()), 'SLP-X5').message).toContain('must be known')
  })
})

function weighted(weights: readonly Tensor[]): Graph {
  const b = graphBuilder({ name: 'weighted' })
  const names = weights.map((value, i) => b.constant(value, `w${i}`))
  const x = b.input('x', tensorType('float32', [2]))
  return b.build(
    [b.node('Add', [x, names[0]], {}, { outputs: ['y'] })],
    new Map([['y', tensorType('float32', [2])]]),
  )
}

describe('files', () => {
  const graph = weighted([
    tensor('float32', [2], Float32Array.of(1, 2)),
    tensor('int8', [3000], new Int8Array(3000).fill(7)),
    tensor('float64', [200], new Float64Array(200).fill(0.5)),
    tensor('string', [1], ['text']),
  ])

  it('hold a model as it was, with weights inside or beside it', () => {
    const path = join(root, 'plain.onnx')
    writeOnnxFile(path, graph)
    expect(readOnnxFile(path)).toEqual(graph)
    expect([...readFileSync(path)]).toEqual([...writeOnnx(graph)])
    const beside = join(root, 'beside.onnx')
    writeOnnxFile(beside, graph, { external: { alignmentBytes: 256 } })
    expect(readModelFile(beside).graph).toEqual(graph)
    expect(readFileSync(`${beside}.data`).length).toBe(3072 + 1600)
    expect(refusalOf(() => readOnnx(readFileSync(beside)), 'SLP-X1').message).toContain('"w1"')
  })

  it('are replaced at the end only, and leave nothing behind', () => {
    const path = join(root, 'kept.onnx')
    writeOnnxFile(path, graph, { external: {} })
    const before = [readFileSync(path), readFileSync(`${path}.data`)]
    const names = readdirSync(root)
    const broken = { ...weighted([tensor('float32', [2000], new Float32Array(2000))]), outputs: ['nobody'] }
    expect(refusalOf(() => writeOnnxFile(path, broken, { external: {} }), 'SLP-F3').message).toContain(
      'nobody',
    )
    expect([readFileSync(path), readFileSync(`${path}.data`)]).toEqual(before)
    expect(readdirSync(root)).toEqual(names)
  })

  it('are not written through links, and data not elsewhere', () => {
    const target = join(root, 'target.txt')
    writeFileSync(target, 'mine')
    const path = join(root, 'link.onnx')
    symlinkSync(target, path)
    writeOnnxFile(path, graph)
    expect(readFileSync(target, 'utf8')).toBe('mine')
    const outside = () => writeOnnxFile(join(root, 'a.onnx'), graph, { external: { fileName: '../a.data' } })
    expect(refusalOf(outside, 'SLP-X2').message).toContain('../a.data')
    expect(refusalOf(() => writeOnnxFile(join(root, 'no', 'a.onnx'), graph), 'SLP-C2').message).toContain(
      'ENOENT',
    )
  })

  it('are refused where they are no files, or too large', () => {
    expect(refusalOf(() => readOnnxFile(folder), 'SLP-C2').message).toContain('regular file')
    expect(refusalOf(() => readOnnxFile('/dev/zero'), 'SLP-C2').message).toContain('regular file')
    expect(refusalOf(() => readOnnxFile(join(root, 'none.onnx')), 'SLP-C2').message).toContain('ENOENT')
    const limits = { ...defaultLimits, fileBytes: 4 }
    expect(refusalOf(() => readOnnxFile(join(root, 'plain.onnx'), { limits }), 'SLP-L1').message).toContain(
      '4 bytes',
    )
  })
})
