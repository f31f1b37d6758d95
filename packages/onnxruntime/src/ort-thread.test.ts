/** What happens when the runtime misbehaves, with a package in its place that does. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tensor } from '@slipway/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ortEngine } from './ort-engine.ts'
import { smallGraph } from './testing.ts'

let folder: string

/** The first element of x decides: 1 ends the thread, 2 throws a number, 3 returns a map, else y is x. */
const source = `
exports.Tensor = class { constructor(type, data, dims) { Object.assign(this, { type, data, dims }) } }
exports.InferenceSession = {
  create: async () => ({
    outputNames: ['y'],
    release: async () => {},
    run: async ({ x }) => {
      if (x.data[0] === 1) process.exit(3)
      if (x.data[0] === 2) throw 6119816
      if (x.data[0] === 3) return { y: new Map() }
      return { y: x }
    },
  }),
}`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-ort-'))
  const own = join(folder, 'node_modules/onnxruntime-node')
  await mkdir(own, { recursive: true })
  await writeFile(
    join(own, 'package.json'),
    JSON.stringify({ name: 'onnxruntime-node', version: '9.9.9', main: 'index.js' }),
  )
  await writeFile(join(own, 'index.js'), source)
})
afterAll(() => rm(folder, { recursive: true }))

const x = (first: number) => new Map([['x', tensor('float32', [1, 3], Float32Array.of(first, 0, 0))]])

describe('a runtime that misbehaves', () => {
  it('is replaced where its thread ends, and the next run goes on', async () => {
    await using program = await ortEngine({ searchFrom: [folder] }).prepare(smallGraph())
    await expect(program.run(x(1))).rejects.toMatchObject({ code: 'SLP-S8' })
    expect((await program.run(x(9))).outputs.get('y')).toMatchObject({ shape: [1, 3] })
    expect(program.report()).toMatchObject({ restarts: 1, running: 0, memory: { workers: 1 } })
  })

  it('throws numbers that become errors, and values that are no tensors', async () => {
    await using program = await ortEngine({ searchFrom: [folder] }).prepare(smallGraph())
    await expect(program.run(x(2))).rejects.toMatchObject({
      code: 'SLP-S8',
      message: expect.stringContaining('it threw a number'),
    })
    await expect(program.run(x(3))).rejects.toMatchObject({
      code: 'SLP-S8',
      message: expect.stringContaining('no tensor'),
    })
    expect((await program.run(x(9))).outputs.size).toBe(1)
  })
})
