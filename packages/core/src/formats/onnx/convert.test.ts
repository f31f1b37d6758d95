import { describe, expect, it } from 'vitest'
import { tensor } from '../../base/tensor.ts'
import { graphBuilder } from '../../ir/builder.ts'
import { interpret } from '../../reference/interpret.ts'
import { functionInit, modelInit, nodeInit } from '../../testing/onnx-protos.ts'
import { checkModel } from '../../verify/check/check.ts'
import { convertModel, withMetadata } from './convert.ts'
import { AttributeType } from './enums.ts'
import { parseModel } from './parse.ts'
import { readModel } from './read.ts'
import { modelToJson } from './to-json.ts'
import { modelToText } from './to-text.ts'
import { serializeModel, writeOnnx } from './write.ts'

const imports = (version: bigint) => [
  { domain: '', version },
  { domain: 'f', version: 1n },
]
const own = (version: bigint) => [{ domain: '', version }]

/** y = f.Shift(x) with a function whose body changes its form at operator set 13: Squeeze of Unsqueeze. */
function withFunction(version: bigint, references = false) {
  const axes = { name: 'axes', ints: [0n], type: AttributeType.INTS }
  const reference = { name: 'axes', refAttrName: 'axes', type: AttributeType.INTS }
  const body = [
    nodeInit('Unsqueeze', 'a', 'b', [references ? reference : axes]),
    nodeInit('Squeeze', 'b', 'c', [axes]),
    nodeInit('Add', 'c c', 'd'),
  ]
  const fn = {
    ...functionInit('Shift', 'a', 'd', body),
    opsetImport: own(version),
    ...(references && { attribute: ['axes'] }),
  }
  const call = { ...nodeInit('Shift', 'x', 'y', references ? [axes] : []), domain: 'f', name: 'call' }
  const metadataProps = [{ key: 'author', value: 'me' }]
  const rest = {
    opsetImport: imports(version),
    functions: [fn],
    irVersion: 8n,
    metadataProps,
    producerName: 'maker',
  }
  return parseModel(serializeModel(modelInit({ node: [call] }, rest)))
}

const x = new Map([['x', tensor('float32', [2], Float32Array.of(1, 2))]])
const run = (bytes: Uint8Array) => interpret(readModel(bytes).graph, x).get('y')
const errors = (bytes: Uint8Array) =>
  checkModel(parseModel(bytes)).filter(({ severity }) => severity === 'error')

describe('convertModel', () => {
  it('keeps functions, metadata and producer, and raises ir_version', () => {
    const before = withFunction(11n)
    const { model, notes } = convertModel(before, { opset: 21 })
    expect(notes).toEqual([])
    expect(model).toMatchObject({ irVersion: 10n, producerName: 'maker' })
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
      ['', 21n],
      ['f', 1n],
    ])
    expect(model.functions.map(({ name, opsetImport }) => [name, opsetImport[0]?.version])).toEqual([
      ['Shift', 21n],
    ])
    expect(model.functions[0]?.node.map(({ opType }) => opType)).toContain('Constant')
    const bytes = serializeModel(model)
    expect(readModel(bytes).metadata).toEqual(new Map([['author', 'me']]))
    expect(errors(bytes)).toEqual([])
    expect(run(bytes)).toEqual(run(serializeModel(before)))
  })

  it('goes down again', () => {
    const up = convertModel(withFunction(11n), { opset: 21 }).model
    const { model, notes } = convertModel(up, { opset: 13 })
    expect(notes).toEqual([])
    expect(model.irVersion).toBe(8n)
    expect(model.functions[0]?.opsetImport[0]?.version).toBe(13n)
    expect(errors(serializeModel(model))).toEqual([])
    expect(run(serializeModel(model))).toEqual(run(serializeModel(up)))
  })

  it('keeps a body that refers to attributes where nothing in it changes', () => {
    const { model, notes } = convertModel(withFunction(11n, true), { opset: 12 })
    expect(notes).toEqual([])
    expect(model.functions).toHaveLength(1)
    expect(errors(serializeModel(model))).toEqual([])
  })

  it('expands functions that cannot be kept, and says so', () => {
    const before = withFunction(11n, true)
    const { model, notes } = convertModel(before, { opset: 21 })
    expect(notes).toEqual([expect.stringContaining('functions of the model were expanded')])
    expect(model.functions).toEqual([])
    expect(run(serializeModel(model))).toEqual(run(serializeModel(before)))
  })

  it('refuses what an older operator set cannot say', () => {
    const b = graphBuilder({ name: 'newer' })
    const one = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [2] })
    const graph = b.build([b.node('BitCast', [one], { to: 6 })])
    expect(() => convertModel(parseModel(writeOnnx(graph)), { opset: 13 })).toThrowError(/SLP-F7/)
    expect(() => convertModel(parseModel(writeOnnx(graph)), { opset: 99 })).toThrowError(/SLP-F4/)
  })

  it('takes other metadata', () => {
    const changed = withMetadata(
      withFunction(11n),
      new Map([
        ['b', '2'],
        ['a', '1'],
      ]),
    )
    expect([...readModel(serializeModel(changed)).metadata]).toEqual([
      ['a', '1'],
      ['b', '2'],
    ])
  })
})

describe('modelToText', () => {
  it('writes the textual syntax of ONNX', () => {
    expect(modelToText(withFunction(11n, true))).toBe(`<
   ir_version: 8,
   opset_import: ["" : 11, "f" : 1],
   producer_name: "maker",
   metadata_props: ["author": "me"]
>
main (float[2] x) => (float[2] y) {
   [call] y = f.Shift <axes: ints = [0]> (x)
}
<
   domain: "f",
   opset_import: ["" : 11]
>
Shift <axes> (a) => (d)
{
   b = Unsqueeze <axes: ints = @axes> (a)
   c = Squeeze <axes: ints = [0]> (b)
   d = Add (c, c)
}
`)
  })

  it('writes weights, odd names and bodies, and leaves large tensors out on request', () => {
    const inner = graphBuilder({ name: 'then' })
    const branch = inner.build([inner.constant(tensor('float32', [], Float32Array.of(0.1)), 'v')])
    const b = graphBuilder({ name: 'a graph' })
    const c = b.input('c', { kind: 'tensor', dtype: 'bool', shape: [] })
    const w = b.constant(tensor('float32', [4], Float32Array.of(1, -0, Number.NaN, 1e-7)), 'w 1')
    const k = b.constant(tensor('int64', [1], BigInt64Array.of(-5n)), 'k')
    const y = b.nodes('If', [c], { then_branch: branch, else_branch: branch }, { outputs: ['y'] })[0]!
    const rest = b.node('Cast', [b.node('Add', [w, y])], { to: 7 })
    const text = modelToText(parseModel(writeOnnx(b.build([b.node('Add', [rest, k])]))))
    expect(text).toContain('float[4] "w 1" = {1.0,-0.0,nan,1e-7}')
    expect(text).toContain('int64[1] k = {-5}')
    expect(text).toContain('float v = {0.1}')
    expect(text).toMatch(/y = If \(c\) <else_branch: graph = then \(\) => \(float v\)/)
    expect(modelToText(parseModel(writeOnnx(b.build([rest]))), { mostElements: 2 })).toContain('"w 1" = ...')
  })
})

it('modelToJson writes what protobuf defines for JSON', () => {
  const parsed = JSON.parse(modelToJson(withFunction(11n)))
  expect(parsed).toMatchObject({
    irVersion: '8',
    producerName: 'maker',
    graph: { name: 'main', node: [{ opType: 'Shift', domain: 'f' }] },
    functions: [{ name: 'Shift' }],
  })
})
