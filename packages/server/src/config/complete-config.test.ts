import { describe, expect, it } from 'vitest'
import type { Datatype } from '../oip/datatype.ts'
import type { ServedTensor } from '../oip/served-tensor.ts'
import { completeConfig, type GraphTensors } from './complete-config.ts'
import { completeEnsemble, isEnsemble } from './complete-ensemble.ts'
import { modelConfigToJson } from './model-config-json.ts'
import { readServingConfig } from './read-config.ts'

const tensor = (
  name: string,
  shape: readonly number[] | undefined,
  datatype: Datatype = 'FP32',
): ServedTensor => ({
  name,
  datatype,
  shape: shape ?? [-1],
  ranked: shape !== undefined,
  optional: false,
})

const image: GraphTensors = {
  inputs: [tensor('data', [-1, 3, 224, 224])],
  outputs: [tensor('prob', [-1, 1000])],
}

const complete = (pbtxt: string | undefined, graph = image, defaultMaxBatchSize?: number) =>
  completeConfig({
    name: 'net',
    config: readServingConfig({ pbtxt, yaml: undefined }),
    graph,
    defaultMaxBatchSize,
  })
const json = (...given: Parameters<typeof complete>) => modelConfigToJson(complete(...given).config.model)

describe('completeConfig', () => {
  it('makes everything from the graph where there is no file, and leaves the batch to requests', () => {
    expect(json(undefined)).toMatchObject({
      name: 'net',
      platform: 'onnxruntime_onnx',
      backend: 'onnxruntime',
      max_batch_size: 0,
      version_policy: { latest: { num_versions: 1 } },
      default_model_filename: 'model.onnx',
      input: [{ name: 'data', data_type: 'TYPE_FP32', dims: [-1, 3, 224, 224] }],
      output: [{ name: 'prob', data_type: 'TYPE_FP32', dims: [-1, 1000] }],
    })
    expect(json(undefined)).not.toHaveProperty('dynamic_batching')
    const { inputs, outputs } = complete(undefined)
    expect({ inputs, outputs }).toEqual(image)
  })

  it('needs one line for batches: the rest is known', () => {
    expect(json('max_batch_size: 8')).toMatchObject({
      input: [{ dims: [3, 224, 224] }],
      output: [{ dims: [1000] }],
      dynamic_batching: { preferred_batch_size: [] },
    })
    expect(complete('max_batch_size: 8').inputs).toEqual(image.inputs)
    expect(json('max_batch_size: 1')).not.toHaveProperty('dynamic_batching')
  })

  it('batches without being told where the server says so, and only where every tensor allows it', () => {
    expect(json(undefined, image, 4)).toMatchObject({ max_batch_size: 4, dynamic_batching: {} })
    const fixed = { inputs: image.inputs, outputs: [tensor('prob', [1, 1000])] }
    expect(json(undefined, fixed, 4)).toMatchObject({ max_batch_size: 0 })
    expect(json(undefined, { inputs: [tensor('x', undefined)], outputs: [] }, 4)).toMatchObject({
      max_batch_size: 0,
    })
  })

  it('keeps what the file says, and adds the rest', () => {
    const graph = {
      inputs: [tensor('a', [-1, -1]), tensor('b', [-1], 'INT64')],
      outputs: [tensor('y', [-1, -1])],
    }
    const text = 'max_batch_size: 2 input { name: "a" dims: 16 } output { name: "y" label_filename: "l.txt" }'
    expect(json(text, graph)).toMatchObject({
      input: [
        { name: 'a', data_type: 'TYPE_FP32', dims: [16] },
        { name: 'b', data_type: 'TYPE_INT64', dims: [] },
      ],
      output: [{ name: 'y', dims: [-1], label_filename: 'l.txt' }],
    })
    const { inputs } = complete(text, graph)
    expect(inputs.map(({ shape }) => shape)).toEqual([[-1, 16], [-1]])
  })

  it('knows the shapes behind a reshape', () => {
    const graph = { inputs: [tensor('x', [-1, 4])], outputs: [tensor('y', [-1])] }
    const text =
      'max_batch_size: 2 input { name: "x" dims: [2, 2] reshape { shape: 4 } } output { name: "y" dims: 1 reshape { } }'
    const { inputs, outputs, reshapes } = complete(text, graph)
    expect([inputs[0]!.shape, outputs[0]!.shape]).toEqual([
      [-1, 2, 2],
      [-1, 1],
    ])
    expect([...reshapes]).toEqual([
      ['x', [4]],
      ['y', []],
    ])
  })

  it('leaves out what sequence batching supplies', () => {
    const graph = {
      inputs: [tensor('input', [-1, -1]), tensor('state', [2, -1, 128]), tensor('sr', [], 'INT64')],
      outputs: [tensor('output', [-1, 1]), tensor('stateN', [2, -1, 128])],
    }
    const text =
      'sequence_batching { state { input_name: "state" output_name: "stateN" data_type: TYPE_FP32 dims: [2, 1, 128] } }'
    const { inputs, outputs } = complete(text, graph)
    expect([inputs, outputs].map((list) => list.map(({ name }) => name))).toEqual([
      ['input', 'sr'],
      ['output'],
    ])
    expect(inputs[1]!.shape).toEqual([])
    expect(() => complete(text.replace('"stateN"', '"statN"'), graph)).toThrow('Did you mean "stateN"?')
  })

  it.each([
    [
      'max_batch_size: 8 input { name: "data" dims: [-1, 3, 224, 224] }',
      'it must be [3, 224, 224], got [-1, 3, 224, 224]',
      'take the first size away',
    ],
    [
      'input { name: "data" dims: [3, 224, 224] }',
      'got [3, 224, 224]',
      'Set max_batch_size above 0, or list the batch dimension too: [-1, 3, 224, 224]',
    ],
    [
      'max_batch_size: 8 input { name: "data" dims: [3, 224, 225] }',
      'input[0].dims',
      'Write [3, 224, 224], or leave it out',
    ],
    ['max_batch_size: 8 input { name: "data" dims: [3, -1, 224] }', 'got [3, -1, 224]'],
    [
      'input { name: "data" data_type: TYPE_FP16 }',
      "the model's type is TYPE_FP32, got TYPE_FP16",
      'Write data_type: TYPE_FP32',
    ],
    ['input { name: "dat" }', 'input[0].name', 'Did you mean "data"?'],
    ['input { name: "data" } input { name: "data" }', 'listed once'],
    ['output { name: "data" }', 'an output of this name', 'Known names: "prob"'],
    ['input { name: "data" dims: [-1, 3, 0, 224] }', '-1 or at least 1'],
    ['input { name: "data" optional: true }', 'has a default'],
    [
      'max_batch_size: 8 input { name: "data" dims: [3, 50176] reshape { shape: [3, 224, 225] } }',
      'as many elements',
    ],
    ['name: "other"', 'that of the folder, "net", got "other"', 'Write name: "net"'],
    ['max_batch_size: -1', 'must not be negative'],
    ['platform: "tensorrt_plan"', 'onnxruntime_onnx or ensemble'],
    ['backend: "onxruntime"', 'Did you mean "onnxruntime"?'],
    ['dynamic_batching { }', 'max_batch_size must be above 0'],
    [
      'max_batch_size: 4 dynamic_batching { preferred_batch_size: [4, 8] }',
      'preferred_batch_size[1]',
      'from 1 to 4',
    ],
    ['max_batch_size: 4 dynamic_batching { priority_levels: 2 }', 'default_priority_level', 'from 1 to 2'],
    [
      'max_batch_size: 4 dynamic_batching { priority_levels: 2 default_priority_level: 1 priority_queue_policy { key: 3 value { } } }',
      'a key must be a priority',
    ],
    ['instance_group { kind: KIND_GPU }', 'KIND_CPU'],
    ['instance_group { count: -1 }', 'instance_group[0].count'],
    ['version_policy { specific { } }', 'must have a version'],
    ['version_policy { latest { } }', 'at least 1'],
    ['model_warmup { batch_size: 2 }', 'at most max_batch_size'],
    [
      'model_warmup { inputs { key: "data" value { dims: 1 } } }',
      'zero_data, random_data or input_data_file',
    ],
    ['model_transaction_policy { decoupled: true }', 'does not support it'],
    ['input { name: "data" allow_ragged_batch: true }', 'allow_ragged_batch'],
  ])('refuses %s', (text, ...words) => {
    const message = (() => {
      try {
        complete(text)
        return 'it was taken'
      } catch (error) {
        return (error as Error).message // SlipwayError
      }
    })()
    for (const word of ['SLP-R19', 'model "net"', ...words]) expect(message).toContain(word)
  })

  it('says that a model with a fixed first size has no batches', () => {
    const fixed = { inputs: [tensor('x', [1, 3])], outputs: [tensor('y', [-1, 3])] }
    expect(() => complete('max_batch_size: 4', fixed)).toThrow(
      /"x" has \[1, 3\]; it must be 0, got 4.*Write max_batch_size: 0/,
    )
  })

  it('says everything that is wrong at once', () => {
    const text = 'name: "a" input { name: "data" data_type: TYPE_INT8 dims: [3] } output { name: "p" }'
    const error = (() => {
      try {
        return complete(text)
      } catch (reason) {
        return reason
      }
    })()
    expect(String(error)).toContain('breaks 4 rules')
    expect(String(error).split('\n- ')).toHaveLength(5)
  })
})

describe('completeEnsemble', () => {
  const steps =
    'ensemble_scheduling { step { model_name: "a" model_version: -1 input_map { key: "x" value: "in" } output_map { key: "y" value: "out" } } }'
  const io =
    'input { name: "in" data_type: TYPE_STRING dims: 1 } output { name: "out" data_type: TYPE_FP32 dims: -1 }'
  const config = (text: string) => readServingConfig({ pbtxt: text, yaml: undefined })

  it('serves what the configuration describes', () => {
    const given = config(`platform: "ensemble" max_batch_size: 4 ${io} ${steps}`)
    expect(isEnsemble(given.model)).toBe(true)
    const { inputs, outputs, config: done } = completeEnsemble('all', given)
    expect(inputs).toEqual([{ ...tensor('in', [-1, 1], 'BYTES') }])
    expect(outputs[0]!.shape).toEqual([-1, -1])
    expect(done.model).toMatchObject({
      name: 'all',
      platform: 'ensemble',
      schedulingChoice: { case: 'ensembleScheduling' },
    })
  })

  it.each([
    [`platform: "ensemble" ${io}`, 'must stand together'],
    [`${io} ensemble_scheduling { }`, 'must have a step'],
    [steps, 'must list its inputs'],
    [`${io} ensemble_scheduling { step { model_name: "a" } }`, 'step[0].input_map'],
    [`input { name: "in" dims: 1 } ${steps}`, 'data_type'],
  ])('refuses %s', (text, words) => expect(() => completeEnsemble('all', config(text))).toThrow(words))
})
