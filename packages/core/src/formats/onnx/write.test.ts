import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { create } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { addDims, mulDims, symbol } from '../../base/dim.ts'
import { dtypes } from '../../base/dtype.ts'
import { dataLength, tensor } from '../../base/tensor.ts'
import { tensorType, type ValueType } from '../../base/value.ts'
import type { Attribute } from '../../ir/attribute.ts'
import { type AttributesInit, float, graphBuilder } from '../../ir/builder.ts'
import type { Graph } from '../../ir/graph.ts'
import { f32, flat, str } from '../../testing/literals.ts'
import { functionInit, intInit, lengthField, modelInit, nodeInit } from '../../testing/onnx-protos.ts'
import { refusalOf } from '../../testing/refusal.ts'
import { type ModelProto, StringStringEntryProtoSchema } from './onnx_pb.ts'
import { parseModel } from './parse.ts'
import { readModel, readOnnx } from './read.ts'
import { serializeModel, writeModel, writeOnnx } from './write.ts'

/** A graph of one node from x to y. */
function graphOf(attributes: AttributesInit, type: ValueType = tensorType('float32', [2])): Graph {
  const b = graphBuilder({ name: 'one' })
  const x = b.input('x', type)
  return b.build([b.node('Op', [x], attributes, { outputs: ['y'], domain: 'test' })], new Map([['y', type]]))
}

const again = (graph: Graph) => readOnnx(writeOnnx(graph))
const contains = (bytes: Uint8Array, part: readonly number[]) =>
  Buffer.from(bytes).includes(Buffer.from(Uint8Array.from(part)))
const rewritten = (
  change: (model: ModelProto) => void,
  model = modelInit({ node: [nodeInit('Relu', 'x', 'y')] }),
) => {
  change(model)
  const bytes = serializeModel(model)
  return { bytes, model: parseModel(bytes) }
}

describe('presence', () => {
  it('of ir_version and of the version of each operator set', () => {
    const model = writeModel(graphOf({}))
    expect(model.irVersion).toBe(10n)
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([
      ['', 21n],
      ['test', 1n],
    ])
    expect(Object.hasOwn(model.opsetImport[0]!, 'domain')).toBe(true)
  })

  it('of the name of a graph', () => {
    expect(writeModel({ ...graphOf({}), name: '' }).graph?.name).toBe('graph')
  })

  it('of the types of inputs and outputs, inferred where they are not declared', () => {
    const b = graphBuilder()
    const x = b.input('x', tensorType('float32', [symbol('N'), 3]))
    const open = b.build([b.node('Relu', [x], {}, { outputs: ['y'] })])
    expect(again(open).types.get('y')).toEqual(tensorType('float32', [symbol('N'), 3]))
    const unknown = b.build([b.node('Mystery', [x], {}, { outputs: ['z'], domain: 'test' })])
    expect(refusalOf(() => writeOnnx(unknown), 'SLP-F3').message).toContain('output "z" must have a type')
    const untyped = { ...open, types: new Map() }
    expect(refusalOf(() => writeOnnx(untyped), 'SLP-F3').message).toContain('input "x" must have a type')
  })

  it('of a shape: a scalar is not an unknown rank', () => {
    for (const type of [tensorType('int8', []), tensorType('int8')]) {
      expect(again(graphOf({}, type)).types.get('x')).toEqual(type)
    }
  })

  it('of sizes: 0 is written, open ones stay open, names and expressions are kept', () => {
    const n = symbol('N')
    const shape = [
      0,
      symbol('x.1'),
      n,
      addDims(mulDims(n, 2), 5),
      symbol('batch size'),
      symbol('N+5'),
      symbol('a-b'),
    ]
    const graph = graphOf({}, tensorType('float32', shape))
    expect(again(graph)).toEqual(graph)
    const type = parseModel(writeOnnx(graph)).graph?.input[0]?.type?.value.value as {
      shape: { dim: { value: unknown }[] }
    } // a tensor type
    expect(type.shape.dim.map(({ value }) => value)).toMatchObject([
      { case: 'dimValue', value: 0n },
      { case: undefined },
      { value: 'N' },
      { value: '2*N+5' },
      { value: 'batch size' },
      { value: '`N+5`' },
      { value: '`a-b`' },
    ])
  })

  it('of an attribute’s type, and of values that are 0 or empty', () => {
    const zeros: readonly [Attribute, readonly number[]][] = [
      [float(0), [0x15, 0, 0, 0, 0, 0xa0, 1, 1]],
      [float(-0), [0x15, 0, 0, 0, 128, 0xa0, 1, 1]],
      [{ kind: 'int', value: 0n }, [0x18, 0, 0xa0, 1, 2]],
      [{ kind: 'string', value: '' }, [0x22, 0, 0xa0, 1, 3]],
      [{ kind: 'ints', value: [] }, [0xa0, 1, 7]],
      [{ kind: 'strings', value: [''] }, [0x4a, 0, 0xa0, 1, 8]],
    ]
    for (const [attribute, bytes] of zeros) {
      const file = writeOnnx(graphOf({ a: attribute }))
      expect(contains(file, [0x0a, 1, 0x61, ...bytes]), attribute.kind).toBe(true)
      expect(readOnnx(file).nodes[0]!.attributes.get('a')).toEqual(attribute)
    }
  })

  it('of tensors, bodies and types in attributes', () => {
    const body = { ...graphOf({}), inputs: [] }
    const linear = tensor('int64', [1], BigInt64Array.of(4n))
    const pairs = tensor('int64', [1, 2], BigInt64Array.of(1n, 2n))
    const attributes: readonly Attribute[] = [
      { kind: 'tensor', value: f32([1]) },
      { kind: 'tensors', value: [f32([1]), str(['a', ''])] },
      { kind: 'graph', value: body },
      { kind: 'graphs', value: [body, body] },
      { kind: 'type', value: tensorType('int4', [2]) },
      { kind: 'types', value: [{ kind: 'sequence', element: tensorType('float32') }] },
      {
        kind: 'sparse',
        value: { kind: 'sparse', shape: [2, 3], values: f32([5]), indices: linear },
      }, // i64 makes int64
      {
        kind: 'sparses',
        value: [{ kind: 'sparse', shape: [2, 3], values: f32([5]), indices: pairs }],
      },
      { kind: 'floats', value: [0, Number.POSITIVE_INFINITY, 0.5] },
      { kind: 'ints', value: [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)] },
    ]
    for (const attribute of attributes) {
      const graph = graphOf({ a: attribute })
      expect(again(graph).nodes[0], attribute.kind).toEqual(graph.nodes[0])
    }
  })

  it('of one data field per tensor, and of none where there are no elements', () => {
    const b = graphBuilder({ name: 'weights' })
    const names = [f32([1, 2]), flat('float32', [2, 0], []), str(['a'])].map((value) => b.constant(value))
    const model = writeModel(b.build(names))
    const fields = model.graph!.initializer.map((proto) =>
      Object.keys(proto).filter((key) => /Data$/.test(key) && proto[key as 'rawData'].length > 0),
    ) // any field has a length
    expect(fields).toEqual([['rawData'], [], ['stringData']])
  })

  it('of an empty domain in a function', () => {
    const { bytes, model } = rewritten((one) => {
      one.functions = modelInit(
        {},
        {
          functions: [{ ...functionInit('F', 'a', 'r', []), domain: '' }],
        },
      ).functions
    })
    expect(contains(bytes, [0x52, 0])).toBe(true)
    expect(Object.hasOwn(model.functions[0]!, 'domain')).toBe(true)
  })

  it('of a metadata value that is empty, or absent', () => {
    const { bytes, model } = rewritten((one) => {
      one.metadataProps = [
        create(StringStringEntryProtoSchema, { key: 'k', value: '' }),
        create(StringStringEntryProtoSchema, { key: 'l' }),
      ]
    })
    expect(contains(bytes, [0x72, 5, 10, 1, 0x6b, 18, 0, 0x72, 3, 10, 1, 0x6c])).toBe(true)
    expect(model.metadataProps.map((entry) => Object.hasOwn(entry, 'value'))).toEqual([true, false])
    expect(readModel(bytes).metadata).toEqual(
      new Map([
        ['k', ''],
        ['l', ''],
      ]),
    )
  })
})

describe('bytes', () => {
  it('have ascending fields, unpacked attributes and dims, ten bytes for negative numbers', () => {
    const attribute = [{ name: 'a', ints: [1n, -1n], floats: [1], type: 7, refAttrName: 'r' }]
    const { bytes } = rewritten((one) => {
      one.graph!.node = modelInit({ node: [{ opType: 'O', attribute }] }).graph!.node
    })
    const minusOne = [...Array(9).fill(255), 1]
    const fields = [
      10,
      1,
      0x61,
      0x3d,
      0,
      0,
      128,
      63,
      0x40,
      1,
      0x40,
      ...minusOne,
      0xa0,
      1,
      7,
      0xaa,
      1,
      1,
      0x72,
    ]
    expect(contains(bytes, [0x22, 1, 0x4f, ...lengthField(5, fields)])).toBe(true)
    const tensor = { dims: [2n, 1n], dataType: 1, floatData: [1, 2], int64Data: [-1n], name: 't' }
    const packed = rewritten((one) => {
      one.graph!.initializer = modelInit({ initializer: [tensor] }).graph!.initializer
    })
    expect(
      contains(packed.bytes, [
        8,
        2,
        8,
        1,
        16,
        1,
        0x22,
        8,
        0,
        0,
        128,
        63,
        0,
        0,
        0,
        64,
        0x3a,
        10,
        ...minusOne,
        0x42,
        1,
        0x74,
      ]),
    ).toBe(true)
  })

  it('are the same for equal graphs, in whatever order maps were filled', () => {
    const make = (order: 1 | -1): Graph => {
      const sorted = <T>(list: T[]) => (order === 1 ? list : list.reverse())
      const graph = graphOf(
        Object.fromEntries(
          sorted<[string, number]>([
            ['b', 1],
            ['a', 2],
            ['ä', 3],
          ]),
        ),
      )
      const metadata = new Map(
        sorted<[string, string]>([
          ['k', '1'],
          ['j', '2'],
        ]),
      )
      const types = new Map(
        sorted([...graph.types, ['p', tensorType('int8')] as const, ['q', tensorType('int8')] as const]),
      )
      return { ...graph, metadata, types }
    }
    const bytes = [make(1), make(-1)].map((graph) => writeOnnx(graph, { metadata: graph.metadata! }))
    expect(bytes[0]).toEqual(bytes[1])
    expect(readOnnx(bytes[0]!).metadata).toEqual(
      new Map([
        ['k', '1'],
        ['j', '2'],
      ]),
    )
  })

  it('keep unknown fields', () => {
    const unknown = [...lengthField(99, [1, 2, 3]), 0xf8, 6, 5]
    const file = Uint8Array.from([
      8,
      14,
      ...lengthField(7, [...lengthField(2, [65]), ...unknown]),
      ...unknown,
    ])
    expect([...serializeModel(parseModel(file))]).toEqual([...file])
  })
})

describe('writeOnnx', () => {
  it.each(dtypes.filter((dtype) => dtype !== 'string'))('keeps every bit of %s, at odd lengths', (dtype) => {
    for (const count of [0, 1, 3, 5, 7]) {
      const value = flat(
        dtype,
        [count],
        Array<number>(dtype.startsWith('complex') ? 2 * count : count).fill(1),
      )
      expect(value.data.length).toBe(dataLength(dtype, [count]))
      const b = graphBuilder({ name: 'w' })
      const graph = b.build([b.constant(value, 'w')])
      expect(again(graph)).toEqual(graph)
    }
  })

  it.each<ValueType>([
    { kind: 'sequence', element: { kind: 'optional', element: tensorType('string', [symbol('N')]) } },
    { kind: 'map', key: 'int64', value: { kind: 'sequence', element: tensorType('float16') } },
    { kind: 'sparse', dtype: 'float32', shape: [3, symbol('M')] },
    { kind: 'optional', element: tensorType('float6e2m3', []) },
  ])('keeps types of $kind', (type) => {
    const graph = graphOf({}, type)
    expect(again(graph)).toEqual(graph)
  })

  it('keeps metadata of nodes and everything said of the model', () => {
    const base = graphOf({})
    const graph = { ...base, nodes: [{ ...base.nodes[0]!, metadata: new Map([['k', 'v']]) }] }
    const said = {
      producer: { name: 'p', version: '1' },
      domain: 'd',
      modelVersion: -1n,
      docString: 'doc',
      metadata: new Map([['a', 'b']]),
    }
    const { graph: read, ...rest } = readModel(writeOnnx(graph, said))
    expect(read).toEqual(graph)
    expect(rest).toEqual({
      ...said,
      irVersion: 10,
      opsets: new Map([
        ['', 21],
        ['test', 1],
      ]),
      functionsInlined: 0,
    })
  })

  it('writes older versions that can hold the graph, with the IR version that goes with them', () => {
    const b = graphBuilder()
    const x = b.input('x', tensorType('float32', [2]))
    const relu = b.build([b.node('Relu', [x])])
    const model = writeModel(relu, { opset: 17 })
    expect([model.irVersion, model.opsetImport[0]!.version]).toEqual([8n, 17n])
    expect(refusalOf(() => writeOnnx(relu, { opset: 12 }), 'SLP-F7').message).toContain(
      'Cannot write Relu at version 12 of ai.onnx: version 13 changed it',
    )
    expect(refusalOf(() => writeOnnx(relu, { opset: 29 }), 'SLP-F4').message).toContain('[1, 28], got 29')
    const float6 = graphOf({ a: flat('float6e2m3', [1], [1]) })
    expect(refusalOf(() => writeOnnx(float6, { irVersion: 13 }), 'SLP-F4').message).toContain(
      '[14, 14] for this graph, got 13',
    )
  })

  it('refuses what the format cannot hold', () => {
    expect(refusalOf(() => writeOnnx(graphOf({ a: float(1e300) })), 'SLP-B3').message).toContain('32 bits')
    expect(refusalOf(() => writeOnnx(graphOf({ a: 2n ** 63n })), 'SLP-B3').message).toContain('64 bits')
    expect(refusalOf(() => writeOnnx(graphOf({ a: '\ud800' })), 'SLP-B3').message).toContain('lone surrogate')
    expect(refusalOf(() => writeOnnx(graphOf({}, tensorType('int8', [0.5]))), 'SLP-B4').message).toContain(
      'got 0.5',
    )
  })

  it('gives a message that reads as it was', () => {
    const model = modelInit({ node: [nodeInit('Shape', 'x', 'y', [intInit('start', -1)])] })
    expect(parseModel(serializeModel(model))).toEqual(model)
  })
})

const suite =
  process.env['SLIPWAY_ONNX_SUITE'] ??
  fileURLToPath(new URL('../../../../../../shared/conformance/onnx-node', import.meta.url))
const present = existsSync(suite)
if (!present) console.log(`The conformance models are not written again: there is no folder ${suite}`)

describe.skipIf(!present)('the models of the conformance suite', () => {
  it('are written again byte by byte, and as an equal graph', { timeout: 120_000 }, () => {
    const wrong: string[] = []
    const names = readdirSync(suite).filter((name) => existsSync(`${suite}/${name}/model.onnx`))
    for (const name of names) {
      const bytes = readFileSync(`${suite}/${name}/model.onnx`)
      if (!bytes.equals(serializeModel(parseModel(bytes)))) wrong.push(`${name}: other bytes`)
      const graph = readOnnx(bytes)
      if (!isDeepStrictEqual(again(graph), graph)) wrong.push(`${name}: another graph`)
    }
    console.log(`${names.length} models written again, ${wrong.length} differ`)
    expect(wrong).toEqual([])
    expect(names.length).toBeGreaterThan(0)
  })
})
