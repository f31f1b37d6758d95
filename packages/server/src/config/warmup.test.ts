import { describe, expect, it } from 'vitest'
import type { ServedTensor } from '../oip/served-tensor.ts'
import { completeConfig } from './complete-config.ts'
import { executionOf } from './execution.ts'
import { parseLabels, readLabels } from './labels.ts'
import { readServingConfig } from './read-config.ts'
import { chosenVersions, missingVersions } from './version-policy.ts'
import { warmupRuns } from './warmup.ts'

const x: ServedTensor = { name: 'x', datatype: 'FP32', shape: [-1, 2, -1], ranked: true, optional: false }
const s: ServedTensor = { name: 's', datatype: 'BYTES', shape: [-1, 1], ranked: true, optional: false }
const graph = { inputs: [x, s], outputs: [{ ...x, name: 'y' }] }

async function runs(pbtxt: string, files: Readonly<Record<string, Uint8Array>> = {}, yaml?: string) {
  const completed = completeConfig({ name: 'm', config: readServingConfig({ pbtxt, yaml }), graph })
  const readFile = async (path: string) => files[path]!
  return warmupRuns({ completed, graphInputs: graph.inputs, readFile })
}

describe('warmupRuns', () => {
  it('runs zeros of the declared shapes, as a batch of one and as the largest', async () => {
    const found = await runs('max_batch_size: 4 input { name: "x" dims: [2, 5] }')
    expect(
      found.map(({ inputs, isRequired }) => [inputs.get('x')?.shape, inputs.get('s')?.data, isRequired]),
    ).toEqual([
      [[1, 2, 5], [''], false],
      [[4, 2, 5], ['', '', '', ''], false],
    ])
    expect((await runs('')).map(({ inputs }) => inputs.get('x')?.shape)).toEqual([[1, 2, 1]])
    expect(await runs('', {}, 'warmup: false')).toEqual([])
  })

  it('runs the samples of the configuration instead', async () => {
    const text = `max_batch_size: 4
      model_warmup { name: "zero" batch_size: 2 count: 3 inputs { key: "x" value { data_type: TYPE_FP32 dims: [2, 1] zero_data: true } } }
      model_warmup { name: "file" batch_size: 2 inputs { key: "x" value { dims: [2, 1] input_data_file: "x.bin" } } }
      model_warmup { name: "random" inputs { key: "x" value { dims: [2, 3] random_data: true } } }`
    const bytes = new Uint8Array(Float32Array.of(1.5, -2).buffer)
    const [zero, file, random] = await runs(text, { 'x.bin': bytes })
    expect(zero).toMatchObject({ name: 'zero', count: 3, isRequired: true })
    expect(zero!.inputs.get('s')?.shape).toEqual([2, 1])
    expect([...(file!.inputs.get('x')!.data as Float32Array)]).toEqual([1.5, -2, 1.5, -2])
    const values = [...(random!.inputs.get('x')!.data as Float32Array)]
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true)
    expect(new Set(values).size).toBe(6)
    const [, , again] = await runs(text, { 'x.bin': bytes })
    expect([...(again!.inputs.get('x')!.data as Float32Array)]).toEqual(values)
  })

  it.each([
    ['inputs { key: "z" value { zero_data: true } }', 'an input of this name'],
    [
      'inputs { key: "x" value { data_type: TYPE_INT8 dims: [2, 1] zero_data: true } }',
      "the model's type is FP32",
    ],
    ['inputs { key: "x" value { dims: [3, 1] zero_data: true } }', "the model's shape is [-1, 2, -1]"],
    ['inputs { key: "x" value { dims: [2, 1] input_data_file: "x.bin" } }', 'must have 8 bytes'],
  ])('refuses %s', async (sample, words) => {
    const promise = runs(`max_batch_size: 2 model_warmup { ${sample} }`, { 'x.bin': new Uint8Array(7) })
    await expect(promise).rejects.toMatchObject({ code: 'SLP-R19' })
    await expect(promise).rejects.toThrow(words)
  })

  it('gives every type random values that it can have', async () => {
    for (const datatype of ['BOOL', 'INT64', 'UINT8', 'FP16', 'BF16', 'FP64', 'BYTES'] as const) {
      const own = { inputs: [{ ...x, datatype }], outputs: [] }
      const pbtxt = 'model_warmup { inputs { key: "x" value { dims: [3, 2, 2] random_data: true } } }'
      const completed = completeConfig({
        name: 'm',
        config: readServingConfig({ pbtxt, yaml: undefined }),
        graph: own,
      })
      const [run] = await warmupRuns({
        completed,
        graphInputs: own.inputs,
        readFile: async () => new Uint8Array(),
      })
      const data = [...run!.inputs.get('x')!.data]
      expect(data).toHaveLength(12)
      if (datatype === 'INT64') expect(data.every((value) => value === 0n || value === 1n)).toBe(true)
      if (datatype === 'FP16') expect(data.every((value) => Number(value) >> 10 === 0x3800 >> 10)).toBe(true)
    }
  })

  it('hands a sample of reshaped dims to the graph in its own shape', async () => {
    const own = { inputs: [{ ...x, shape: [-1, 6] }], outputs: [] }
    const pbtxt = `max_batch_size: 2 input { name: "x" dims: [2, 3] reshape { shape: 6 } }
      model_warmup { batch_size: 2 inputs { key: "x" value { dims: [2, 3] zero_data: true } } }`
    const completed = completeConfig({
      name: 'm',
      config: readServingConfig({ pbtxt, yaml: undefined }),
      graph: own,
    })
    const [run] = await warmupRuns({
      completed,
      graphInputs: own.inputs,
      readFile: async () => new Uint8Array(),
    })
    expect(run!.inputs.get('x')?.shape).toEqual([2, 6])
  })
})

describe('the version policy', () => {
  const policy = (text: string) => readServingConfig({ pbtxt: text, yaml: undefined }).model.versionPolicy
  it.each([
    ['', ['10']],
    ['version_policy { latest { num_versions: 2 } }', ['3', '10']],
    ['version_policy { all { } }', ['2', '3', '10']],
    ['version_policy { specific { versions: [2, 7, 10] } }', ['2', '10']],
  ])('%s', (text, versions) => expect(chosenVersions(policy(text), ['10', '2', '3'])).toEqual(versions))

  it('knows what is missing', () => {
    expect(missingVersions(policy('version_policy { specific { versions: [2, 7] } }'), ['2'])).toEqual(['7'])
    expect(missingVersions(undefined, [])).toEqual([])
  })
})

describe('labels', () => {
  it('are lines', async () => {
    const { model } = readServingConfig({
      pbtxt: 'output { name: "y" label_filename: "l" } output { name: "z" }',
      yaml: undefined,
    })
    const found = await readLabels(model, async () => Buffer.from('\uFEFFcat\r\n\r\ndog, big \n\n'))
    expect([...found]).toEqual([['y', ['cat', '', 'dog, big']]])
    expect(parseLabels(Buffer.from('\n'), 'l')).toEqual([])
    expect(() => parseLabels(Uint8Array.of(0xff), 'l')).toThrow('SLP-R19')
  })
})

describe('executionOf', () => {
  it.each([
    ['', '', undefined],
    ['instance_group [{ count: 2 }, { kind: KIND_CPU }]', '', 3],
    ['instance_group { count: 2 }', 'execution: { instances: 5 }', 5],
  ])('%s %s', (pbtxt, yaml, instances) =>
    expect(executionOf(readServingConfig({ pbtxt, yaml })).instances).toBe(instances),
  )
})
