import { describe, expect, it } from 'vitest'
import { ModelConfigSchema, ModelInput_Format, ModelInstanceGroup_Kind } from '../../proto/model_config_pb.ts'
import { modelConfigToJson } from '../model-config-json.ts'
import { parseTextFormat } from './parse.ts'

const parse = (text: string) => parseTextFormat(ModelConfigSchema, text, 'config.pbtxt')
const refused = (text: string) => {
  try {
    parse(text)
  } catch (error) {
    return (error as Error).message // SlipwayError
  }
  throw new Error(`${JSON.stringify(text)} was read`)
}

const full = `
# A configuration as people write it.
name: "resnet" platform: 'onnxruntime_onnx'
max_batch_size: 8;
input [
  { name: "data" data_type: TYPE_FP32 format: FORMAT_NCHW dims: [ 3, 224, 224 ] },
  { name: "mask", data_type: 1, dims: 1 dims: -1, optional: true }
]
output < name: "prob" data_type: TYPE_FP32 dims: [1000] label_filename: "labels.txt" reshape { shape: [] } >
version_policy: { specific: { versions: 1, versions: 3 } }
instance_group { count: 0x2 kind: KIND_CPU }
dynamic_batching {
  preferred_batch_size: [ 4, 010 ]
  max_queue_delay_microseconds: 100
  priority_levels: 2 default_priority_level: 2
  priority_queue_policy { key: 1 value { timeout_action: DELAY max_queue_size: 5 } }
  priority_queue_policy: [{ key: 2, value: < allow_timeout_override: true > }]
}
parameters: { key: "note" value: { string_value: "a" 'b\\n' "\\x41\\102\\u00e4" } }
model_warmup { name: "zeros" batch_size: 1 inputs { key: "data" value: { data_type: TYPE_FP32 dims: [3,224,224] zero_data: true } } }
model_metrics { metric_control { metric_identifier { family: "x" } histogram_options { buckets: [ .5, 1e3f, -2., inf ] } } }
metric_tags { key: "team"; value: "vision" }`

describe('parseTextFormat', () => {
  it('reads every construct that configurations use', () => {
    const config = parse(full)
    expect(config).toMatchObject({ name: 'resnet', platform: 'onnxruntime_onnx', maxBatchSize: 8 })
    expect(
      config.input.map(({ name, dims, format, optional }) => ({ name, dims, format, optional })),
    ).toEqual([
      { name: 'data', dims: [3n, 224n, 224n], format: ModelInput_Format.NCHW, optional: false },
      { name: 'mask', dims: [1n, -1n], format: ModelInput_Format.NONE, optional: true },
    ])
    expect(config.output[0]).toMatchObject({
      labelFilename: 'labels.txt',
      dims: [1000n],
      reshape: { shape: [] },
    })
    expect(config.versionPolicy?.policyChoice).toMatchObject({
      case: 'specific',
      value: { versions: [1n, 3n] },
    })
    expect(config.instanceGroup[0]).toMatchObject({ count: 2, kind: ModelInstanceGroup_Kind.CPU })
    expect(modelConfigToJson(config)['dynamic_batching']).toMatchObject({
      preferred_batch_size: [4, 8],
      max_queue_delay_microseconds: 100,
      priority_queue_policy: {
        '1': { timeout_action: 'DELAY', max_queue_size: 5 },
        '2': { timeout_action: 'REJECT', allow_timeout_override: true },
      },
    })
    expect(config.parameters['note']?.stringValue).toBe('ab\nABä')
    expect(config.modelWarmup[0]?.inputs['data']?.inputDataType).toEqual({ case: 'zeroData', value: true })
    expect(config.modelMetrics?.metricControl[0]?.metricOptions.value?.buckets).toEqual([
      0.5,
      1000,
      -2,
      Number.POSITIVE_INFINITY,
    ])
    expect(config.metricTags).toEqual({ team: 'vision' })
  })

  it('reads an empty file, comments and a byte order mark', () => {
    expect(parse('').name).toBe('')
    expect(parse('# only words').name).toBe('')
    expect(parse('\uFEFFname: "m"').name).toBe('m')
  })

  it.each([
    ['name: "a"\n  max_batchsize: 4', '2:3', 'Did you mean "max_batch_size"?'],
    ['input { dim: 3 }', '1:9', 'Did you mean "dims"?'],
    ['max_batch_size: "4"', '1:17', 'an integer must stand here'],
    ['max_batch_size: 4.0', '1:17', 'an integer must stand here'],
    ['max_batch_size: 2147483648', '1:17', 'from -2147483648 to 2147483647'],
    ['max_batch_size: -\n2147483649', '1:17', '-2147483649'],
    ['max_batch_size: 08', '1:17', 'an integer'],
    ['max_batch_size 4', '1:16', '":" must stand between'],
    ['max_batch_size: [4]', '1:17', 'one value'],
    ['max_batch_size: 4 max_batch_size: 4', '1:19', 'must stand once'],
    ['input { name: "x" ', '1:9', '"}" must close'],
    ['input { name: "x" >', '1:19', 'the name of a field'],
    ['name: x', '1:7', 'a string in quotes'],
    ['name: "x\n"', '1:7', 'end with " on its line'],
    ['name: "\\q"', '1:7', 'escape'],
    ['name: "\\777"', '1:7', 'below 256'],
    ['name: "\\xff"', '1:7', 'UTF-8'],
    ['name: "\\ud800"', '1:7', 'must exist'],
    ['input { data_type: TYPE_FLOAT }', '1:20', 'a value of the enum'],
    ['input { data_type: 99 }', '1:20', 'a value of the enum'],
    ['input { optional: 2 }', '1:19', 'true or false'],
    ['input { optional: "true" }', '1:19', 'true or false'],
    ['input { dims: [1, 2 }', '1:21', '"," or "]"'],
    ['input { dims [1] }', '1:14', '":" must stand'],
    ['input { dims: 1x }', '1:15', 'a value or a mark'],
    ['dynamic_batching {} sequence_batching {}', '1:21', 'only one of'],
    ['metric_tags { key: "a" }', '1:13', 'a key and a value'],
    ['metric_tags { key: "a" value: "b" } metric_tags { key: "a" value: "c" }', '1:49', 'must stand once'],
    ['metric_tags { key: "__proto__" value: "b" }', '1:13', 'any other text'],
    ['metric_tags { name: "a" }', '1:15', 'a key and a value'],
    ['[type.googleapis.com/x]: {}', '1:1', 'the name of a field'],
    ['name: "a" }', '1:11', 'the name of a field'],
    ['sequence_batching { direct { minimum_slot_utilization: 1e39 } }', '1:56', 'larger than its type'],
    ['name: "a" @', '1:11', 'a value or a mark'],
  ])('refuses %j', (text, place, words) => {
    const message = refused(text)
    expect(message).toContain('SLP-R19')
    expect(message).toContain(`(at ${place})`)
    expect(message).toContain(words)
  })

  it('keeps its limits', () => {
    expect(() => parseTextFormat(ModelConfigSchema, 'name: "abc"', 'x', { characters: 5, depth: 9 })).toThrow(
      'SLP-L1',
    )
    expect(() =>
      parseTextFormat(ModelConfigSchema, 'input { reshape { } }', 'x', { characters: 99, depth: 2 }),
    ).toThrow('SLP-L2')
  })

  it('never throws anything but its own errors, however a file is cut off or damaged', () => {
    for (let i = 0; i < full.length; i += 5) {
      for (const text of [
        full.slice(0, i),
        `${full.slice(0, i)}${full.slice(i + 1)}`,
        `${full.slice(0, i)}<${full.slice(i)}`,
      ]) {
        try {
          parse(text)
        } catch (error) {
          expect(error).toMatchObject({ name: 'SlipwayError' })
        }
      }
    }
  })
})
