import { describe, expect, it } from 'vitest'
import { symbol } from '../base/dim.ts'
import type { Tensor } from '../base/tensor.ts'
import { wasmEngine } from '../engine/wasm-engine.ts'
import { serializeModel, type WriteOptions, writeOnnx } from '../formats/onnx/write.ts'
import { float, graphBuilder } from '../ir/builder.ts'
import { randomStream } from '../ops/random.ts'
import { generator } from '../testing/gen.ts'
import { functionInit, intInit, modelInit, nodeInit } from '../testing/onnx-protos.ts'
import type { VerifyFinding } from './define-stage.ts'
import { runtimes } from './runtimes.ts'
import { verifyStages } from './stages/registry.ts'
import { type VerifyOptions, verifyModel } from './verify-model.ts'

const only = (...names: readonly string[]) => verifyStages.filter(({ name }) => names.includes(name))

interface NetOptions {
  readonly epsilon?: number
  readonly approximate?: string
  readonly change?: (weight: Tensor<'float32'>) => Tensor<'float32'>
  readonly write?: WriteOptions
}

/** LayerNormalization, a product with a square weight, Gelu. */
function net({ epsilon = 1e-5, approximate = 'none', change = (w) => w, write = {} }: NetOptions = {}) {
  const gen = generator(randomStream(3))
  const b = graphBuilder({ name: 'net' })
  const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [symbol('N'), 6] })
  const scale = b.constant(gen.tensor('float32', [6]), 'scale')
  const plain = gen.tensor('float32', [6, 6]) as Tensor<'float32'> // of that dtype
  const weight = { ...plain, data: plain.data.map((one) => one / 16) }
  const w = b.constant(change(weight), 'w')
  const [norm] = b.nodes(
    'LayerNormalization',
    [x, scale],
    { epsilon: float(epsilon) },
    { name: 'norm', outputs: ['n'] },
  )
  const [product] = b.nodes('MatMul', [norm!, w], {}, { name: 'product', outputs: ['p'] })
  const [y] = b.nodes('Gelu', [product!], { approximate }, { name: 'gelu', outputs: ['y'] })
  return writeOnnx(b.build([y!]), write)
}

async function findingsOf(bytes: Uint8Array, options: VerifyOptions = {}): Promise<readonly VerifyFinding[]> {
  const { stages } = await verifyModel({ bytes }, options)
  return stages.flatMap(({ findings }) => findings)
}
const compared = (a: Uint8Array, b: Uint8Array, options: VerifyOptions = {}) =>
  findingsOf(a, { other: { bytes: b }, ...options })

describe('verifyModel', () => {
  it('passes a sound model on the compiler, stage by stage', async () => {
    const { passed, stages } = await verifyModel(
      { bytes: net() },
      { engines: [wasmEngine], other: { bytes: net() } },
    )
    expect(stages.filter(({ status }) => status === 'failed')).toEqual([])
    expect(passed).toBe(true)
    expect(stages.map(({ stage, status }) => [stage, status])).toEqual(
      verifyStages.map(({ name }) => [name, name === 'provenance' ? 'skipped' : 'passed']),
    )
    const { facts } = stages.find(({ stage }) => stage === 'parity')!
    expect(facts['comparisons']).toHaveLength(4)
    expect(JSON.stringify(facts)).toContain('"noise"')
  })

  it('gives the same report for the same seed', async () => {
    const once = async () => {
      const { stages } = await verifyModel({ bytes: net() }, { engines: [wasmEngine], seed: 5 })
      return JSON.stringify(stages.map(({ stage, facts, findings }) => ({ stage, facts, findings })))
    }
    expect(await once()).toBe(await once())
  })

  it('stops after the first red stage and lists what it did not reach', async () => {
    const { passed, stages } = await verifyModel({ bytes: net().subarray(0, 100) })
    expect(passed).toBe(false)
    expect(stages[0]).toMatchObject({ stage: 'limits', status: 'failed' })
    expect(stages.slice(1).every(({ status }) => status === 'not reached')).toBe(true)
  })

  it('refuses what a target runtime cannot read', async () => {
    const bytes = net({ write: { opset: 28 } })
    const targets = runtimes.filter(({ name }) => name === 'ort-1.30')
    const findings = await findingsOf(bytes, { targets })
    expect(findings.map(({ code, path }) => [code, path])).toEqual([
      ['SLP-V1', 'ir_version'],
      ['SLP-V1', 'opset_import[0]'],
    ])
  })
})

describe('what verifyModel finds between two models', () => {
  it('another epsilon of LayerNormalization, by the settings', async () => {
    const [first, ...rest] = await compared(net({ epsilon: 1e-6 }), net())
    expect(first).toMatchObject({ code: 'SLP-V6', node: 'norm', operator: 'LayerNormalization' })
    expect(first?.message).toContain('epsilon 0.000001f, not 0.00001f')
    expect(rest).toEqual([])
  })

  it('another epsilon, by the numbers', async () => {
    const findings = await compared(net({ epsilon: 1e-3 }), net(), { stages: only('parity') })
    expect(findings).toMatchObject([{ code: 'SLP-V13', node: 'norm' }])
  })

  it('tanh in the place of erf in Gelu, by the settings and by the numbers', async () => {
    const [first] = await compared(net({ approximate: 'tanh' }), net())
    expect(first).toMatchObject({ code: 'SLP-V6', node: 'gelu' })
    const findings = await compared(net({ approximate: 'tanh' }), net(), { stages: only('parity') })
    expect(findings).toMatchObject([{ code: 'SLP-V13', node: 'gelu', operator: 'Gelu' }])
  })

  it('a transposed weight', async () => {
    const transposed = net({
      change: (w) => ({ ...w, data: w.data.map((_, i) => w.data[(i % 6) * 6 + Math.floor(i / 6)]!) }),
    })
    const [first] = await compared(transposed, net())
    expect(first).toMatchObject({ code: 'SLP-V9', node: 'product', operator: 'MatMul' })
    expect(first?.message).toContain('it is transposed')
    const findings = await compared(transposed, net(), { stages: only('parity') })
    expect(findings).toMatchObject([{ code: 'SLP-V13', node: 'product' }])
  })

  it('one weight changed by a bit that numbers do not show', async () => {
    const changed = net({
      change: (w) => ({
        ...w,
        data: w.data.map((one, i) => (i === 7 ? Math.fround(one * (1 + 2e-7)) : one)),
      }),
    })
    expect(await compared(changed, net(), { stages: only('parity') })).toEqual([])
    const [first] = await compared(changed, net())
    expect(first).toMatchObject({ code: 'SLP-V9', node: 'product' })
    expect(first?.message).toContain('1 of 36 elements differ, the first at 7')
  })

  it('a weight that is not the one of a lock', async () => {
    const { stages } = await verifyModel({ bytes: net() }, { stages: only('weights') })
    const weights = stages[0]!.facts['hashes'] as Record<string, string> // what the stage states
    expect(await findingsOf(net(), { stages: only('weights'), expected: { weights } })).toEqual([])
    const wrong = { ...weights, w: '0'.repeat(64), gone: '1'.repeat(64) }
    const findings = await findingsOf(net(), { stages: only('weights'), expected: { weights: wrong } })
    expect(findings.map(({ code, node }) => [code, node])).toEqual([
      ['SLP-V9', 'product'],
      ['SLP-V10', undefined],
    ])
  })

  it('a function of the model that was dropped', async () => {
    const graph = { node: [{ ...nodeInit('Twice', 'x', 'y'), domain: 'f', name: 'call' }] }
    const opsetImport = [
      { domain: '', version: 21n },
      { domain: 'f', version: 1n },
    ]
    const twice = {
      ...functionInit('Twice', 'a', 'b', [nodeInit('Add', 'a a', 'b')]),
      opsetImport: [{ domain: '', version: 21n }],
    }
    const whole = serializeModel(modelInit(graph, { opsetImport, irVersion: 10n, functions: [twice] }))
    expect(await findingsOf(whole, { engines: [wasmEngine] })).toEqual([])
    const dropped = serializeModel(modelInit(graph, { opsetImport, irVersion: 10n }))
    const findings = await findingsOf(dropped, { engines: [wasmEngine] })
    expect(findings.filter(({ severity }) => severity === 'error')).toMatchObject([
      { code: 'SLP-V2', node: 'call', operator: 'f.Twice', path: 'graph.node[0]' },
    ])
  })

  it('the axis of Softmax, which means another thing from operator set 13 on', async () => {
    const shaped = (version: bigint) => {
      const dim = [2n, 3n, 4n].map((size) => ({ value: { case: 'dimValue', value: size } as const }))
      const type = { value: { case: 'tensorType', value: { elemType: 1, shape: { dim } } } as const }
      const node = [
        { ...nodeInit('Abs', 'x', 'a'), name: 'abs' },
        { ...nodeInit('Softmax', 'a', 'y', [intInit('axis', 1)]), name: 'softmax' },
      ]
      const graph = { node, input: [{ name: 'x', type }], output: [{ name: 'y', type }] }
      return serializeModel(modelInit(graph, { opsetImport: [{ domain: '', version }], irVersion: 7n }))
    }
    const findings = await compared(shaped(13n), shaped(11n))
    expect(findings.map(({ code }) => code)).toEqual(['SLP-V7', 'SLP-V13'])
    expect(findings[1]).toMatchObject({ node: 'softmax', operator: 'Softmax' })
  })
})

describe('golden signatures', () => {
  it('must be met', async () => {
    const { stages } = await verifyModel({ bytes: net() }, { stages: only('signature') })
    const { structural, strict } = stages[0]!.facts as { structural: string; strict: string } // what the stage states
    const run = (bytes: Uint8Array) =>
      findingsOf(bytes, { stages: only('signature'), expected: { structural, strict } })
    expect(await run(net())).toEqual([])
    expect(await run(net({ approximate: 'tanh' }))).toMatchObject([{ code: 'SLP-V5' }])
  })
})

describe('batches', () => {
  const model = (op: (b: ReturnType<typeof graphBuilder>, x: string) => string) => {
    const b = graphBuilder({ name: 'rows' })
    const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [symbol('N'), 4] })
    const first = b.nodes('Abs', [x], {}, { name: 'abs', outputs: ['a'] })[0]!
    const y = op(b, first)
    const [out] = b.nodes('Sqrt', [y], {}, { name: 'sqrt', outputs: ['y'] })
    return writeOnnx(
      b.build([out!], new Map([['y', { kind: 'tensor', dtype: 'float32', shape: [symbol('N'), 4] }]])),
    )
  }

  it('finds a node that mixes the rows of a batch', async () => {
    const bytes = model((b, x) => {
      const [mean] = b.nodes(
        'ReduceMean',
        [x, b.literal('int64', [0])],
        { keepdims: 1 },
        { name: 'mean', outputs: ['m'] },
      )
      return b.nodes('Add', [x, mean!], {}, { name: 'shift', outputs: ['s'] })[0]!
    })
    const findings = await findingsOf(bytes, { stages: only('batches') })
    expect(findings).toMatchObject([
      { code: 'SLP-V17', node: 'mean', operator: 'ReduceMean' },
      { code: 'SLP-V17', node: 'mean' },
      { code: 'SLP-V17', node: 'mean' },
    ])
  })

  it('finds a batch that the export has fixed', async () => {
    const bytes = model(
      (b, x) =>
        b.nodes(
          'Add',
          [x, b.constant(generator(randomStream(1)).tensor('float32', [2, 4]))],
          {},
          { name: 'fixed', outputs: ['f'] },
        )[0]!,
    )
    const findings = await findingsOf(bytes, { stages: only('batches') })
    expect(findings.map(({ code, node }) => [code, node])).toContainEqual(['SLP-V18', 'fixed'])
  })

  it('lets rows alone that are independent, on the compiler too', async () => {
    const { stages } = await verifyModel({ bytes: net() }, { stages: only('batches'), engines: [wasmEngine] })
    expect(stages).toMatchObject([{ status: 'passed', facts: { batches: [1, 2, 3, 7], dimension: 'N' } }])
  })
})
