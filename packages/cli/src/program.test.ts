import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { graphBuilder, readNpy, symbol, tensor, writeNpy, writeOnnx } from '@slipway/core'
import { writeOnnxFile } from '@slipway/core/node'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commands } from './commands/index.ts'
import { type Workspace, workspace } from './testing.ts'

/** y = x + x over [N, 2], and the sum of y. */
function model(): Uint8Array {
  const b = graphBuilder({ name: 'twice' })
  const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [symbol('N'), 2] })
  const [y] = b.nodes('Add', [x, x], {}, { outputs: ['y'], name: 'double' })
  return writeOnnx(b.build([y!]))
}

/** Mean colour of a picture [1, 3, 2, 2]. */
function pictureModel(): Uint8Array {
  const b = graphBuilder({ name: 'mean' })
  const x = b.input('image', { kind: 'tensor', dtype: 'float32', shape: [1, 3, 2, 2] })
  const [y] = b.nodes('ReduceMean', [x, b.literal('int64', [2, 3])], { keepdims: 0 }, { outputs: ['y'] })
  return writeOnnx(b.build([y!], new Map([['y', { kind: 'tensor', dtype: 'float32', shape: [1, 3] }]])))
}

let at: Workspace
let path: string
let picture: string

beforeAll(async () => {
  at = await workspace()
  path = await at.write('twice.onnx', model())
  picture = await at.write('mean.onnx', pictureModel())
})
afterAll(() => at[Symbol.asyncDispose]())

describe('slipway', () => {
  it('lists its commands', async () => {
    const { code, out } = await at.slipway('--help')
    expect(code).toBe(0)
    for (const { name } of commands) expect(out).toContain(name)
  })

  it.each(commands.map(({ name }) => name))('%s explains itself with an example', async (name) => {
    const { code, out } = await at.slipway(name, '--help')
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
    const broken = await at.write('broken.onnx', model().slice(0, 40))
    expect(await at.slipway('run', broken)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/\[SLP-F2\].*byte \d+/),
    })
  })
})

describe('slipway run', () => {
  it('takes JSON and prints values', async () => {
    const { code, out } = await at.slipway('run', path, '--input', 'x=[[1, 2], [3, 4]]')
    expect({ code, out }).toEqual({ code: 0, out: 'y: float32[2,2] [[2, 4], [6, 8]]' })
  })

  it('reads and writes npy files', async () => {
    const x = await at.write('x.npy', writeNpy(tensor('float32', [1, 2], Float32Array.of(1, Number.NaN))))
    const y = `${at.folder}/y.npy`
    expect(await at.slipway('run', path, '-i', `x=@${x}`, '--save', `y=${y}`, '--json')).toMatchObject({
      code: 0,
      out: '{"y": [[2, "NaN"]]}',
    })
    expect(readNpy(await readFile(y)).data).toEqual(Float32Array.of(2, Number.NaN))
  })

  it('reads pictures, scaled and normalised per channel', async () => {
    const rgb = { r: 255, g: 127.5, b: 0 }
    const png = await sharp({ create: { width: 6, height: 4, channels: 3, background: rgb } })
      .png()
      .toBuffer()
    const image = await at.write('image.png', png)
    const steps = 'resize=4 crop=2 scale=255 mean=0.5,0.5,0 std=0.5 channels=bgr'
    const { out } = await at.slipway('run', picture, '-i', `image=@${image}`, '--preprocess', steps, '--json')
    const [[b, g, r]] = JSON.parse(out).y
    expect(b).toBeCloseTo(-1)
    expect(g).toBeCloseTo(0, 1)
    expect(r).toBeCloseTo(2)
  })

  it('prints the names of the best classes', async () => {
    const labels = await at.write('labels.txt', 'cat\ndog\n')
    const { out } = await at.slipway('run', path, '-i', 'x=[[1, 2]]', '--labels', labels, '--top', '1')
    expect(out).toBe('y:\n  4.0000  1  dog')
  })

  it('times every node', async () => {
    const { out } = await at.slipway('run', path, '-i', 'x=[[1, 2]]', '--profile')
    expect(out).toMatch(/profile: 1 nodes[\s\S]*Add +double/)
  })

  it('takes NaN as a text for numbers', async () => {
    expect(await at.slipway('run', path, '-i', 'x=[["NaN", "-Infinity"]]', '--json')).toMatchObject({
      code: 0,
      out: '{"y": [["NaN", "-Infinity"]]}',
    })
  })

  it('refuses a seed that is no number', async () => {
    expect(await at.slipway('run', path, '--seed', 'x')).toMatchObject({ code: 2, err: /--seed.*integer/ })
  })

  it('answers an unknown input with the nearest one', async () => {
    expect(await at.slipway('run', path, '-i', 'X=[[1, 2]]')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Did you mean "x"?'),
    })
  })

  it('says what was expected and what was found', async () => {
    const { code, err } = await at.slipway('run', path, '-i', 'x=[[1, 2, 3]]')
    expect(code).toBe(2)
    expect(err).toMatch(/\[SLP-S4\].*\[N,2\].*\[1,3\]/)
  })

  it.each([
    ['resize=0', 'resize must be a positive number'],
    ['colour=red', 'parts are resize'],
    ['channels=cmyk', 'channels must be one of rgb, bgr, gray'],
    ['mean=1,2', 'mean must be 1 or 3 numbers'],
  ])('refuses --preprocess %s', async (steps, rule) => {
    const outcome = await at.slipway('run', path, '-i', 'x=[[1, 2]]', '--preprocess', steps)
    expect(outcome).toMatchObject({ code: 2, err: expect.stringContaining(rule) })
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

describe('slipway serve', () => {
  it('answers until it is stopped, then exits with 0', async () => {
    await at.write('models/twice/1/model.onnx', model())
    let answer: Promise<unknown> | undefined
    const { code, out } = await at.slipwayUntil(
      (text, stop) => {
        const url = /listening on (\S+)/.exec(text)?.[1]
        if (!url || !text.includes('READY') || answer) return
        const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }]
        answer = fetch(`${url}/v2/models/twice/infer`, { method: 'POST', body: JSON.stringify({ inputs }) })
          .then((response) => response.json())
          .finally(stop)
      },
      'serve',
      `${at.folder}/models`,
      '--port',
      '0',
    )
    expect(await answer).toMatchObject({ outputs: [{ name: 'y', data: [2, 4] }] })
    expect(out).toContain('twice 1: READY')
    expect(code).toBe(0)
  })

  it.each([
    ['--port', 'x'],
    ['--port', ''],
    ['--body-limit', '0'],
  ])('refuses %s "%s"', async (flag, value) => {
    const { code, err } = await at.slipway('serve', at.folder, flag, value)
    expect(err).toContain(`Cannot read ${flag}: it must be an integer`)
    expect(code).toBe(2)
  })
})

describe('slipway inspect', () => {
  it('shows what a model is made of', async () => {
    const { code, out } = await at.slipway('inspect', path)
    expect(code).toBe(0)
    for (const line of ['twice', 'x  float32[N,2]', 'Add  1', '1 nodes, 0 parameters'])
      expect(out).toContain(line)
  })

  it('prints JSON', async () => {
    const { out } = await at.slipway('inspect', path, '--json')
    expect(JSON.parse(out)).toMatchObject({ graphName: 'twice', operators: [['Add', 1]] })
  })
})

describe('slipway check with external data', () => {
  it('looks at the file beside the model', async () => {
    const data = { kind: 'tensor', dtype: 'float32', shape: [1000], data: new Float32Array(1000) } as const
    const b = graphBuilder({ name: 'outside' })
    const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [1000] })
    const graph = b.build([b.node('Add', [x, b.constant(data, 'w')])])
    writeOnnxFile(join(at.folder, 'outside.onnx'), graph, { external: { fileName: 'weights.bin' } })
    expect(await at.slipway('check', join(at.folder, 'outside.onnx'))).toMatchObject({ code: 0 })
    await at.write('weights.bin', new Uint8Array(100))
    expect(await at.slipway('check', join(at.folder, 'outside.onnx'))).toMatchObject({
      code: 1,
      out: /SLP-T9 graph\.initializer\[0\]\.external_data/,
    })
  })
})

describe('slipway check', () => {
  it('passes a sound model', async () => {
    expect(await at.slipway('check', path)).toMatchObject({
      code: 0,
      out: expect.stringContaining('0 errors, 0 warnings'),
    })
  })

  it('lists findings with code, path and hint, and exits with 1', async () => {
    const b = graphBuilder({ name: 'bad' })
    const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [2] })
    const graph = b.build(
      [b.node('Add', [x, 'nowhere'])],
      new Map([['Add', { kind: 'tensor', dtype: 'float32', shape: [2] }]]),
    )
    const bad = await at.write('bad.onnx', writeOnnx(graph))
    const { code, out } = await at.slipway('check', bad)
    expect(code).toBe(1)
    expect(out).toContain(
      'error SLP-G6 graph.node[0].input[1]: node Add reads "nowhere", which nothing defines\n  hint:',
    )
    const { findings } = JSON.parse((await at.slipway('check', bad, '--json')).out)
    expect(findings).toMatchObject([{ code: 'SLP-G6', severity: 'error', path: 'graph.node[0].input[1]' }])
  })
})

describe('slipway explain', () => {
  it('prints the graph after each stage', async () => {
    const { code, out } = await at.slipway('explain', path)
    expect(code).toBe(0)
    expect(out.match(/^# \w+/gm)).toEqual(['# read', '# upgrade', '# infer'])
  })

  it('prints one stage, or only what changed', async () => {
    expect((await at.slipway('explain', path, '--after', 'infer')).out).toContain('Add')
    expect((await at.slipway('explain', path, '--diff', '--after', 'upgrade')).out).toContain('no change')
  })

  it('refuses an unknown stage', async () => {
    expect(await at.slipway('explain', path, '--after', 'magic')).toMatchObject({
      code: 2,
      err: expect.stringContaining('read, upgrade, infer'),
    })
  })
})
