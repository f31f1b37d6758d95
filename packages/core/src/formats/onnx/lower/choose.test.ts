import { describe, expect, it } from 'vitest'
import type { DType } from '../../../base/dtype.ts'
import { tensorType } from '../../../base/value.ts'
import { type AttributesInit, graphBuilder } from '../../../ir/builder.ts'
import { refusalOf } from '../../../testing/refusal.ts'
import { readOnnx } from '../read.ts'
import { writeModel, writeOnnx } from '../write.ts'

interface Operator {
  readonly op: string
  readonly domain?: string
  readonly dtype?: DType
  readonly inputs?: number
  readonly attributes?: AttributesInit
}

function graphOf({ op, domain = '', dtype = 'float32', inputs = 1, attributes = {} }: Operator) {
  const b = graphBuilder()
  const x = b.input('x', tensorType(dtype, [2, 2]))
  const [y] = b.nodes(
    op,
    Array.from({ length: inputs }, () => x),
    attributes,
    { domain, outputs: ['y'] },
  )
  return b.build([y!])
}

const versionsOf = (...args: Parameters<typeof writeModel>) => {
  const { irVersion, opsetImport } = writeModel(...args)
  return [...opsetImport.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`), `IR ${irVersion}`]
}

describe('without a wanted version, the lowest one from 21 on that holds every node as it is', () => {
  it.each([
    ['Relu', {}, ['ai.onnx 21', 'IR 10']],
    ['Gelu', {}, ['ai.onnx 21', 'IR 10']],
    ['Celu', {}, ['ai.onnx 21', 'IR 10']],
    ['Celu', { dtype: 'float16' }, ['ai.onnx 28', 'IR 14']],
    ['Relu', { dtype: 'bfloat16' }, ['ai.onnx 21', 'IR 10']],
    ['Sin', { dtype: 'bfloat16' }, ['ai.onnx 22', 'IR 10']],
    ['Swish', {}, ['ai.onnx 24', 'IR 12']],
    ['RMSNormalization', { inputs: 2 }, ['ai.onnx 23', 'IR 11']],
    ['Identity', { dtype: 'float4e2m1' }, ['ai.onnx 23', 'IR 11']],
    ['Mod', { inputs: 2 }, ['ai.onnx 28', 'IR 14']],
  ] as const)('%s %j', (op, more, versions) => {
    const graph = graphOf({ op, ...more })
    expect(versionsOf(graph)).toEqual(versions)
    expect(readOnnx(writeOnnx(graph)).nodes).toEqual(graph.nodes)
  })

  it('for ai.onnx.ml too', () => {
    const binarizer = graphOf({ op: 'Binarizer', domain: 'ai.onnx.ml' })
    expect(versionsOf(binarizer)).toEqual(['ai.onnx 21', 'ai.onnx.ml 5', 'IR 10'])
    expect(versionsOf(binarizer, { opset: 17 })).toEqual(['ai.onnx 17', 'ai.onnx.ml 3', 'IR 8'])
    const encoder = graphOf({
      op: 'LabelEncoder',
      domain: 'ai.onnx.ml',
      attributes: { keys_strings: ['a'], values_int64s: [1] },
      dtype: 'string',
    })
    expect(versionsOf(encoder, { opset: 17, opsets: new Map([['ai.onnx.ml', 2]]) })).toEqual([
      'ai.onnx 17',
      'ai.onnx.ml 2',
      'IR 8',
    ])
  })
})

describe('with a wanted version', () => {
  it('functions are expanded', () => {
    const graph = graphOf({ op: 'Swish' })
    expect(versionsOf(graph, { opset: 21 })).toEqual(['ai.onnx 21', 'IR 10'])
    expect(readOnnx(writeOnnx(graph, { opset: 21 })).nodes.map(({ op }) => op)).toEqual([
      'Mul',
      'Sigmoid',
      'Mul',
    ])
  })

  it('of a domain, nothing else is taken', () => {
    const graph = graphOf({ op: 'Mod', inputs: 2 })
    expect(refusalOf(() => writeOnnx(graph, { opsets: new Map([['', 21]]) }), 'SLP-F7').message).toContain(
      'fmod 0 was for integers only',
    )
  })
})
