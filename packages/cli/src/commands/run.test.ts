import { readFile } from 'node:fs/promises'
import { readNpy, tensor, writeNpy } from '@slipway/core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { echoModel, meanModel, twiceModel, type Workspace, workspace } from '../testing.ts'

let at: Workspace
let path: string
let picture: string

beforeAll(async () => {
  at = await workspace()
  path = await at.write('twice.onnx', twiceModel())
  picture = await at.write('mean.onnx', meanModel())
})
afterAll(() => at[Symbol.asyncDispose]())

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

  it.each(['uint8', 'float16'] as const)('reads pictures for inputs of %s', async (dtype) => {
    const background = { r: 200, g: 100, b: 0 }
    const png = await sharp({ create: { width: 2, height: 2, channels: 3, background } })
      .png()
      .toBuffer()
    const image = await at.write('small.png', png)
    const model = await at.write(`${dtype}.onnx`, echoModel(dtype))
    const read = (steps: string) =>
      at.slipway('run', model, '-i', `image=@${image}`, '--preprocess', steps, '--json')
    const pixel = [200, 100, 0]
    const row = [pixel, pixel]
    expect(JSON.parse((await read('layout=nhwc')).out)).toEqual({ y: [[row, row]] })
    // What is no integer is not rounded to one.
    const scaled = await read('layout=nhwc scale=255')
    expect(scaled).toMatchObject(dtype === 'uint8' ? { code: 2, err: /integers from 0 to 255/ } : { code: 0 })
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

  it.each(['wasm', 'reference'])('runs on the engine %s', async (engine) => {
    expect(
      await at.slipway('run', path, '-i', 'x=[[1, 2]]', '--engine', engine, '--threads', '1'),
    ).toMatchObject({ code: 0, out: 'y: float32[1,2] [[2, 4]]' })
  })

  it('says where vectors are not joined though that was asked for', async () => {
    const asked = ['run', path, '-i', 'x=[[1, 2]]', '--engine', 'reference', '--revectorize']
    expect(await at.slipway(...asked)).toMatchObject({
      code: 0,
      out: 'y: float32[1,2] [[2, 4]]',
      err: 'not revectorized: reference has no vectors',
    })
  })

  it('answers an unknown engine with the nearest one', async () => {
    expect(await at.slipway('run', path, '--engine', 'wsam')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Did you mean "wasm"?'),
    })
    expect(await at.slipway('run', path, '--threads', '0')).toMatchObject({
      code: 2,
      err: /--threads.*integer/,
    })
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
