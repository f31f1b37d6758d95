import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { graphBuilder, tensor, writeOnnx } from '@slipway/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commands } from './commands/index.ts'
import { twiceModel, type Workspace, workspace } from './testing.ts'

let at: Workspace
let path: string

beforeAll(async () => {
  at = await workspace()
  path = await at.write('twice.onnx', twiceModel())
})
afterAll(() => at[Symbol.asyncDispose]())

describe('slipway', () => {
  it('lists its commands', async () => {
    const { code, out } = await at.slipway('--help')
    expect(code).toBe(0)
    for (const { name } of commands) expect(out).toContain(name.split(' ')[0])
  })

  it.each(commands.map(({ name }) => name))('%s explains itself with an example', async (name) => {
    const { code, out } = await at.slipway(...name.split(' '), '--help')
    expect(code).toBe(0)
    expect(out).toContain('Examples:')
  })

  it('answers an unknown command with the nearest one', async () => {
    const { code, err } = await at.slipway('inspekt', path)
    expect(code).toBe(2)
    expect(err).toContain('Did you mean inspect?')
  })

  it('answers an unknown option with the nearest one', async () => {
    expect(await at.slipway('run', path, '--imput', 'x=1')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--input'),
    })
  })

  it('names a file that cannot be read', async () => {
    expect(await at.slipway('inspect', 'nowhere.onnx')).toMatchObject({
      code: 2,
      err: expect.stringContaining('[SLP-C2]'),
    })
  })

  it('names the byte where a file is broken', async () => {
    const broken = await at.write('broken.onnx', twiceModel().slice(0, 40))
    expect(await at.slipway('run', broken)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/\[SLP-F2\].*byte \d+/),
    })
  })
})

describe('a process', () => {
  it('ends with its own exit code where nobody reads to the end', async () => {
    const bin = fileURLToPath(new URL('../bin/slipway.js', import.meta.url))
    const child = spawn(process.execPath, [bin, 'check', path, '--json'])
    let err = ''
    child.stderr.on('data', (text) => {
      err += text
    })
    child.stdout.destroy()
    const [code] = await once(child, 'close')
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })
})

describe('files that are no models', () => {
  it.each([
    ['weights.tflite', 'TFL3 and more', /must be an ONNX model, got a file that ends in "\.tflite".*Export/],
    ['weights.gguf', 'GGUF', /This is a GGUF file/],
    ['empty.bin', '', /got an empty file/],
    ['empty.onnx', '', /SLP-F2.*got 0 bytes/],
  ])('%s', async (name, content, message) => {
    const { code, err } = await at.slipway('inspect', await at.write(name, content))
    expect(err).toMatch(message)
    expect(code).toBe(2)
  })

  it('a folder', async () => {
    expect(await at.slipway('check', at.folder)).toMatchObject({
      code: 2,
      err: /must be a readable file, got a folder/,
    })
  })
})

describe('texts from strangers', () => {
  const evil = 'a\u001b]0;owned\u0007\u001b[2J\nerror SLP-M1 forged\u202e'

  function evilModel(): Uint8Array {
    const b = graphBuilder({ name: evil })
    const x = b.input(evil, { kind: 'tensor', dtype: 'float32', shape: [1] })
    b.constant(tensor('float32', [1], Float32Array.of(1)), `unused${evil}`)
    return writeOnnx(b.build(b.nodes('Neg', [x], {}, { outputs: ['y'], name: evil })))
  }

  it.each([
    ['inspect', []],
    ['check', []],
    ['explain', []],
    ['run', ['-i', '[1]', '-o', 'y', '-o', evil, '--profile']],
    ['run', ['-i', '[1, 2, 3]']],
    ['run', ['-i', '[1]', '-o', evil, '--json']],
  ])('%s %j prints no control characters', async (command, options) => {
    const { out, err } = await at.slipway(command, await at.write('evil.onnx', evilModel()), ...options)
    const printed = `${out}\n${err}`
    expect(printed).toContain('owned')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must be gone
    expect(printed).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/)
    expect(printed).not.toMatch(/^error SLP-M1/m)
  })
})
