import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { graphBuilder, writeOnnx } from '@slipway/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { examplesOf, runnable } from './examples.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-examples-'))
  const b = graphBuilder({ name: 'twice' })
  const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [1, 3] })
  const [y] = b.nodes('Add', [x, x], {}, { outputs: ['y'] })
  const bytes = writeOnnx(b.build([y!]))
  await writeFile(join(folder, 'model.onnx'), bytes)
  await mkdir(join(folder, 'models/twice/1'), { recursive: true })
  await writeFile(join(folder, 'models/twice/1/model.onnx'), bytes)
})
afterAll(() => rm(folder, { recursive: true }))

it('turns a trailing value into a check', () => {
  expect(runnable('x.shape // [2, 2]')).toBe('check(x.shape, [2, 2])')
  expect(runnable("import { a } from 'b'\nexport const c = 1 // [2]")).toBe('const c = 1 // [2]')
})

it('finds the examples', () => expect(examplesOf(root).length).toBeGreaterThan(8))

it('every example of the documentation runs', async () => {
  const { stdout } = await promisify(execFile)('node', [join(root, 'tools/dist/run-examples.js')], {
    cwd: folder,
  })
  expect(stdout.trim().split('\n').at(-1)).toBe('ok')
})
