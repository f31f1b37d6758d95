import { describe, expect, it } from 'vitest'
import { modelConfigToJson } from './model-config-json.ts'
import { readServingConfig } from './read-config.ts'
import { defaultSlipwayOptions } from './serving-config.ts'

const read = (yaml: string, pbtxt?: string) => readServingConfig({ yaml, pbtxt })

const full = `
max_batch_size: 8
input:
  - { name: data, data_type: FP32, dims: [3, -1, -1] }
dynamic_batching:
  max_queue_delay_microseconds: 200
  priority_queue_policy: { 1: { timeout_action: DELAY } }
instance_group: [{ count: 2, kind: cpu }]
version_policy: { specific: { versions: [1, 3] } }
metric_tags: { team: vision }
labels: { stable: 3, canary: "4" }
rollout:
  rules:
    - name: china
      match: [{ source: header, name: X-Region, op: in, values: [CN, HK] }, { source: claim, name: beta, op: present }]
      target: { label: canary }
  splits: [{ target: { version: 4 }, percent: 12.5 }]
  sticky_key: { source: header, name: X-User }
  default: { label: stable }
  shadow: { target: { label: canary }, percent: 5 }
limits:
  rate: { per_second: 100, burst: 20 }
  tenant_rate: { per_second: 2.5 }
  max_queue_size: 64
execution: { mode: worker, instances: 3, threads: 1 }
warmup: false
reload: resource
padding: preferred
`

describe('slipway.yaml', () => {
  it('has the fields of the model configuration under their own names', () => {
    expect(modelConfigToJson(read(full).model)).toMatchObject({
      max_batch_size: 8,
      input: [{ name: 'data', data_type: 'TYPE_FP32', dims: [3, -1, -1] }],
      dynamic_batching: {
        max_queue_delay_microseconds: 200,
        priority_queue_policy: { '1': { timeout_action: 'DELAY' } },
      },
      instance_group: [{ count: 2, kind: 'KIND_CPU' }],
      version_policy: { specific: { versions: [1, 3] } },
      metric_tags: { team: 'vision' },
    })
  })

  it('has the options of Slipway beside them', () => {
    expect(read(full).slipway).toEqual({
      rollout: {
        labels: { stable: '3', canary: '4' },
        rules: [
          {
            name: 'china',
            match: [
              { source: 'header', name: 'x-region', op: 'in', values: ['CN', 'HK'] },
              { source: 'claim', name: 'beta', op: 'present', values: [] },
            ],
            target: { label: 'canary' },
          },
        ],
        splits: [{ target: { version: '4' }, percent: 12.5 }],
        stickyKey: { source: 'header', name: 'x-user' },
        default: { label: 'stable' },
        shadow: { target: { label: 'canary' }, percent: 5 },
        signature: 'interface',
      },
      limits: {
        rate: { perSecond: 100, burst: 20 },
        tenantRate: { perSecond: 2.5, burst: 3 },
        maxQueueSize: 64,
      },
      execution: { mode: 'worker', instances: 3, threads: 1 },
      warmup: false,
      reload: 'resource',
      padding: 'preferred',
    })
  })

  it('may say nothing', () => {
    for (const text of ['', '# words', '---\n']) expect(read(text).slipway).toEqual(defaultSlipwayOptions)
    expect(read('execution: process').slipway.execution.mode).toBe('process')
    expect(read('labels: { stable: 1 }').slipway.rollout).toMatchObject({
      labels: { stable: '1' },
      rules: [],
    })
    expect(read('dynamic_batching:').model.schedulingChoice.case).toBe('dynamicBatching')
  })

  it.each([
    ['max_batchsize: 4', 'max_batchsize', 'Did you mean "max_batch_size"?'],
    ['excution: worker', 'excution', 'Did you mean "execution"?'],
    ['input: [{ name: x, dim: [1] }]', 'input[0].dim', 'Did you mean "dims"?'],
    ['max_batch_size: 4.5', 'max_batch_size', 'got 4.5'],
    ['max_batch_size: four', 'max_batch_size', 'an integer must stand here'],
    ['max_batch_size: 2147483648', 'max_batch_size', 'from -2147483648'],
    ['input: { name: x }', 'input', 'a list must stand here'],
    ['input: [{ name: 3 }]', 'input[0].name', 'Put it in quotes'],
    ['input: [{ data_type: FLOAT }]', 'input[0].data_type', 'one of TYPE_INVALID'],
    ['dynamic_batching: true', 'dynamic_batching', 'must have fields'],
    ['dynamic_batching: {}\nsequence_batching: {}', 'sequence_batching', 'only one of'],
    ['execution: thread', 'execution', 'auto, inline, worker, process'],
    ['execution: { instances: 0 }', 'execution.instances', 'from 1 to 1024'],
    ['limits: { rate: 5 }', 'limits.rate', 'fields (per_second, burst)'],
    ['limits: { rate: { per_second: 0 } }', 'limits.rate.per_second', 'above 0'],
    ['limits: { rate: { burst: 5 } }', 'limits.rate', 'per_second'],
    ['labels: { stable: latest }', 'labels.stable', 'a version'],
    ['labels: [1]', 'labels', 'keys and values'],
    [
      'rollout: { splits: [{ target: { version: 1 }, percent: 101 }] }',
      'rollout.splits[0].percent',
      '0 to 100',
    ],
    [
      'rollout: { splits: [{ target: { version: 1, label: a }, percent: 1 }] }',
      'rollout.splits[0].target',
      'got both',
    ],
    [
      'rollout: { rules: [{ name: a, match: [{ source: header, name: b, op: in }], target: { version: 1 } }] }',
      'rollout.rules[0].match[0].values',
      'one to 1000 values',
    ],
    ['rollout: { rules: [{ name: a, target: { version: 1 } }] }', 'rollout.rules[0].match', 'must be given'],
    ['warmup: "no"', 'warmup', 'true or false'],
    ['parameters: { __proto__: { string_value: x } }', 'parameters.__proto__', 'any other text'],
    ['a: 1\na: 2', '2:1', 'must be YAML'],
    ['a: [1', '1:6', 'must be YAML'],
    ['a: !!js/function x', '1:4', 'must be YAML'],
    ['- 1', '', 'fields must stand here'],
  ])('refuses %j', (text, path, ...words) => {
    const message = (() => {
      try {
        read(text)
        return 'it was read'
      } catch (error) {
        return (error as Error).message // SlipwayError
      }
    })()
    expect(message).toContain('SLP-R19')
    expect(message).toContain('slipway.yaml')
    if (path !== '') expect(message).toContain(`(at ${path})`)
    for (const word of words) expect(message).toContain(word)
  })

  it('does not let aliases grow without end', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for (let i = 1; i < 9; i++) lines.push(`a${i}: &a${i} [${`*a${i - 1},`.repeat(10)}]`)
    expect(() => read(lines.join('\n'))).toThrow('SLP-R19')
  })

  it('adds to a config.pbtxt, and contradicts none', () => {
    expect(read('warmup: false', 'max_batch_size: 2')).toMatchObject({
      model: { maxBatchSize: 2 },
      slipway: { warmup: false },
    })
    expect(() => read('max_batch_size: 2', 'max_batch_size: 2')).toThrow(/config.pbtxt.*max_batch_size/)
  })
})
