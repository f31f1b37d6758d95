import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { symbol } from '../base/dim.ts'
import { tensorType } from '../base/value.ts'
import { graphBuilder } from '../ir/builder.ts'
import { f32 } from '../testing/literals.ts'
import { referenceEngine } from './reference-engine.ts'
import { createSession } from './session.ts'

function addGraph() {
  const b = graphBuilder({ name: 'add' })
  const type = tensorType('float32', [symbol('N'), 2])
  const [x, y] = [b.input('x', type), b.input('y', type)]
  b.constant(f32([[10, 20]]), 'y')
  return b.build([b.node('Add', [x, y], {}, { name: 'add', outputs: ['z'] })])
}

describe('createSession', () => {
  it('names inputs and outputs, inferring what is not declared', async () => {
    await using session = await createSession(addGraph())
    expect(session.inputs).toMatchObject([{ name: 'x', type: { dtype: 'float32' }, required: true }])
    expect(session.defaults).toMatchObject([{ name: 'y', required: false }])
    expect(session.outputs).toMatchObject([{ name: 'z', type: { kind: 'tensor', dtype: 'float32' } }])
    expect(session.loadMs).toBeGreaterThan(0)
  })

  it('runs with converted inputs and defaults', async () => {
    await using session = await createSession(addGraph())
    expect(await session.run({ x: [1, 2] })).toEqual({ z: f32([[11, 22]]) })
    expect(await session.run({ x: [1, 2], y: [0, 1] })).toEqual({ z: f32([[1, 3]]) })
  })

  it('keeps the profile of the last profiled run', async () => {
    await using session = await createSession(addGraph())
    await session.run({ x: [1, 2] })
    expect(session.profile).toBeUndefined()
    await session.run({ x: [1, 2] }, { profile: true })
    expect(session.profile).toMatchObject([{ name: 'add', operator: 'Add', outputBytes: 8 }])
  })

  it('reports its memory', async () => {
    await using session = await createSession(addGraph())
    expect(session.memory()).toMatchObject({ weightBytes: 8, workers: 1 })
    expect(session.report().engine).toBe('wasm')
    await using exact = await createSession(addGraph(), { engine: referenceEngine })
    expect(exact.report().engine).toBe('reference')
  })

  it('rejects wrong inputs', async () => {
    await using session = await createSession(addGraph())
    await expect(session.run({ x: [1, 2, 3] })).rejects.toMatchObject({ code: 'SLP-S4' })
  })

  it('is over after dispose', async () => {
    const session = await createSession(addGraph())
    await session.dispose()
    await expect(session.run({ x: [1, 2] })).rejects.toMatchObject({ code: 'SLP-S6' })
  })

  it('refuses bytes that are no model', async () => {
    await expect(createSession(Uint8Array.of(255, 255))).rejects.toMatchObject({ code: 'SLP-F2' })
  })
})

const built = fileURLToPath(new URL('../../dist/index.js', import.meta.url))

/** Runs a module of its own in a fresh process, with the built package. */
async function inProcess(code: string): Promise<string> {
  const header = `import { createSession, graphBuilder } from ${JSON.stringify(`file://${built}`)}
    import { readdirSync } from 'node:fs'
    const b = graphBuilder({ name: 'add' })
    const x = b.input('x', { kind: 'tensor', dtype: 'float32' })
    const graph = b.build([b.node('Add', [x, x], {}, { outputs: ['y'] })])
  `
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', header + code])
  return stdout.trim()
}

describe('a process with sessions', () => {
  const threads = (() => {
    try {
      return readdirSync('/proc/self/task').length > 0
    } catch {
      return false
    }
  })()

  it.skipIf(!threads)('has no worker left after 10 times load, run, dispose', async () => {
    const out = await inProcess(`
      const threads = () => readdirSync('/proc/self/task').length
      // The system lists a thread for a moment after it has been joined.
      const settled = async () => {
        let count = threads()
        for (let calm = 0; calm < 5; calm++) {
          await new Promise((resolve) => setTimeout(resolve, 20))
          const now = threads()
          if (now !== count) calm = 0
          count = now
        }
        return count
      }
      const cycle = async () => {
        const session = await createSession(graph, { workers: 2 })
        await Promise.all([session.run({ x: [1] }), session.run({ x: [2] })])
        const during = threads()
        await session.dispose()
        return during
      }
      await cycle()
      const before = await settled()
      let most = 0
      for (let i = 0; i < 10; i++) most = Math.max(most, await cycle())
      console.log(JSON.stringify({ before, most, after: await settled() }))
    `)
    const { before, most, after } = JSON.parse(out)
    expect(most).toBeGreaterThan(before)
    expect(after).toBeLessThanOrEqual(before)
  })

  it('ends by itself though a session was left open', async () => {
    expect(
      await inProcess(`console.log((await (await createSession(graph)).run({ x: [1] })).y.data[0])`),
    ).toBe('2')
  })
})
