import { existsSync } from 'node:fs'
import { writeOnnx } from '@slipway/core'
import { readModelFile } from '@slipway/core/node'
import { expect, it } from 'vitest'
import { pairGraph } from '../testing/fixture.ts'
import { memorySource } from './memory-source.ts'

const model = writeOnnx(pairGraph('Add'))

it('serves the files of a load call, and leaves none behind', async () => {
  const source = memorySource(
    'm',
    new Map([
      ['7/model.onnx', model],
      ['7/w/data.bin', Uint8Array.of(1)],
    ]),
  )
  expect(await source.list()).toMatchObject([
    { name: 'm', problem: undefined, versions: [{ version: '7', settled: true, problem: undefined }] },
  ])
  const opened = await source.open('m', '7')
  expect(readModelFile(opened.path).graph.inputs).toEqual(['a', 'b'])
  expect(opened.sizeBytes).toBe(model.length + 1)
  await opened[Symbol.asyncDispose]()
  expect(existsSync(opened.path)).toBe(false)
})

it.each(['../model.onnx', '/etc/model.onnx', '1/../../model.onnx', 'C:/model.onnx', '1\\model.onnx'])(
  'refuses %s',
  (path) => expect(() => memorySource('m', new Map([[path, model]]))).toThrow('SLP-R8'),
)

it('refuses an impossible name', () => expect(() => memorySource('../m', new Map())).toThrow('SLP-R4'))
