import { create } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { ModelConfigSchema } from '../proto/model_config_pb.ts'
import { modelConfigFromJson, modelConfigToJson } from './model-config-json.ts'

const text = JSON.stringify({
  name: 'm',
  max_batch_size: 8,
  version_policy: { specific: { versions: ['1', 3] } },
  input: [{ name: 'x', data_type: 'TYPE_FP32', dims: [3, '-1'] }],
  sequence_batching: { max_sequence_idle_microseconds: '5000000', oldest: { max_candidate_sequences: 4 } },
  model_warmup: [{ name: 'w', inputs: { x: { data_type: 'TYPE_FP32', dims: [3, 2], zero_data: true } } }],
})

describe('a model configuration as JSON', () => {
  it('has integers as numbers, names of the schema, and every field that is no message', () => {
    const json = modelConfigToJson(modelConfigFromJson(text))
    expect(json).toMatchObject({
      name: 'm',
      platform: '',
      max_batch_size: 8,
      version_policy: { specific: { versions: [1, 3] } },
      input: [{ name: 'x', data_type: 'TYPE_FP32', format: 'FORMAT_NONE', dims: [3, -1], optional: false }],
      output: [],
      metric_tags: {},
      sequence_batching: {
        max_sequence_idle_microseconds: 5_000_000,
        oldest: { max_queue_delay_microseconds: 0 },
      },
      model_warmup: [{ inputs: { x: { dims: [3, 2], zero_data: true } } }],
    })
    expect(json).not.toHaveProperty('dynamic_batching')
    expect(json).not.toHaveProperty('optimization')
  })

  it('reads what it wrote', () => {
    const config = modelConfigFromJson(text)
    expect(modelConfigFromJson(JSON.stringify(modelConfigToJson(config)))).toEqual(config)
    expect(modelConfigFromJson('{"maxBatchSize":2,"input":null}')).toEqual(
      create(ModelConfigSchema, { maxBatchSize: 2 }),
    )
  })

  it('keeps integers exact that numbers cannot hold', () => {
    const config = create(ModelConfigSchema, {
      versionPolicy: { policyChoice: { case: 'specific', value: { versions: [2n ** 60n] } } },
    })
    expect(modelConfigToJson(config)).toMatchObject({
      version_policy: { specific: { versions: [String(2n ** 60n)] } },
    })
  })

  it.each([
    ['{', 'must be JSON'],
    ['[]', 'a JSON object'],
    ['{"nam":"m"}', 'Did you mean "name"?'],
    ['{"input":[{"dims":[1.5]}]}', '(at input[0].dims[0])'],
    ['{"input":[{"dims":[1e30]}]}', 'an integer'],
    ['{"max_batch_size":1,"maxBatchSize":1}', 'must stand once'],
    ['{"__proto__":{"name":"x"}}', 'must exist'],
    ['{"metric_tags":{"__proto__":"x"}}', 'any other text'],
    ['{"dynamic_batching":{},"ensemble_scheduling":{}}', 'only one of'],
  ])('refuses %s', (bad, words) => {
    expect(() => modelConfigFromJson(bad)).toThrow('SLP-R19')
    expect(() => modelConfigFromJson(bad)).toThrow(words)
  })

  it('refuses what is too long', () =>
    expect(() => modelConfigFromJson(' '.repeat(2 ** 20 + 1))).toThrow('SLP-L1'))
})
