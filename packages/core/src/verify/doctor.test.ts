import { describe, expect, it } from 'vitest'
import { symbol } from '../base/dim.ts'
import { tensor } from '../base/tensor.ts'
import { wasmEngine } from '../engine/wasm-engine.ts'
import { parseModel } from '../formats/onnx/parse.ts'
import { withFields } from '../formats/onnx/with-fields.ts'
import { serializeModel, writeOnnx } from '../formats/onnx/write.ts'
import { type GraphBuilder, graphBuilder } from '../ir/builder.ts'
import { diagnose } from './doctor.ts'
import { runtimes } from './runtimes.ts'

function model(
  build: (b: GraphBuilder, x: string) => string,
  dtype: 'float32' | 'int64' = 'float32',
): Uint8Array {
  const b = graphBuilder({ name: 'patient' })
  const x = b.input('x', { kind: 'tensor', dtype, shape: [symbol('N'), 3] })
  const y = build(b, x)
  return writeOnnx(
    b.build([y], new Map([[y, { kind: 'tensor', dtype: 'float32', shape: [symbol('N'), 3] }]])),
  )
}

const sound = model((b, x) => b.nodes('Tanh', [x], {}, { name: 'tanh', outputs: ['y'] })[0]!)
const failedAt = async (bytes: Uint8Array, options: Parameters<typeof diagnose>[1] = {}) => {
  const { failed, healthy } = await diagnose({ bytes }, options)
  expect(healthy).toBe(failed === undefined)
  const errors = failed?.result.findings.filter(({ severity }) => severity === 'error') ?? []
  return { question: failed?.question, node: errors[0]?.node, advice: failed?.advice.length ?? 0 }
}

describe('diagnose', () => {
  it('finds nothing wrong with a sound model', async () => {
    const { healthy, rungs } = await diagnose({ bytes: sound }, { engines: [wasmEngine] })
    expect(rungs.map(({ result }) => result.status)).toEqual(rungs.map(() => 'passed'))
    expect(healthy).toBe(true)
  })

  it('says at which rung a model fails, with advice', async () => {
    expect(await failedAt(sound.subarray(0, 30))).toMatchObject({ question: 'Can the file be read?' })
    const proto = parseModel(sound)
    const dangling = withFields(proto, { graph: withFields(proto.graph!, { input: [] }) })
    expect(await failedAt(serializeModel(dangling))).toMatchObject({
      question: 'Is its structure sound?',
      node: 'tanh',
    })
    const custom = model(
      (b, x) => b.nodes('Mystery', [x], {}, { name: 'odd', domain: 'acme', outputs: ['y'] })[0]!,
    )
    const found = await failedAt(custom)
    expect(found).toMatchObject({ question: 'Is every operator known?', node: 'odd' })
    expect(found.advice).toBeGreaterThanOrEqual(2)
  })

  it('asks the runtimes', async () => {
    const proto = withFields(parseModel(sound), { irVersion: 14n })
    const targets = runtimes.filter(({ name }) => name === 'ort-1.17')
    expect(await failedAt(serializeModel(proto), { targets })).toMatchObject({
      question: 'Do the target runtimes accept it?',
    })
  })

  it('names the node at which values stop being finite', async () => {
    const bytes = model((b, x) => {
      const [half] = b.nodes('Sub', [x, x], {}, { name: 'zero', outputs: ['z'] })
      const [bad] = b.nodes('Div', [x, half!], {}, { name: 'divide', outputs: ['d'] })
      return b.nodes('Abs', [bad!], {}, { name: 'after', outputs: ['y'] })[0]!
    })
    expect(await failedAt(bytes)).toMatchObject({
      question: 'Does it run, with finite outputs?',
      node: 'divide',
    })
  })

  it('names the node that refuses its inputs, and takes better ones', async () => {
    const bytes = model((b, x) => {
      const table = b.constant(tensor('float32', [1, 1], Float32Array.of(1)), 'table')
      const [rows] = b.nodes('Gather', [table, x], { axis: 0 }, { name: 'pick', outputs: ['r'] })
      return b.nodes('Squeeze', [rows!, b.literal('int64', [2])], {}, { name: 'flat', outputs: ['y'] })[0]!
    }, 'int64')
    expect(await failedAt(bytes)).toMatchObject({
      question: 'Does it run, with finite outputs?',
      node: 'pick',
    })
    const zeros = new Map([['x', tensor('int64', [2, 3], new BigInt64Array(6))]])
    expect(await failedAt(bytes, { inputs: [zeros], cases: 0 })).toMatchObject({ question: undefined })
  })
})
