import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { SlipwayError } from '../../base/errors.ts'
import { AttributeType as Type } from '../../formats/onnx/enums.ts'
import {
  type AttributeProtoSchema,
  type FunctionProtoSchema,
  type GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from '../../formats/onnx/onnx_pb.ts'
import { checkModel } from './check.ts'
import { type CheckCode, checkCatalogue } from './codes.ts'

/** The plain-object form of a message's initial fields. */
type Init<S extends Parameters<typeof create>[0]> = Exclude<MessageInitShape<S>, { $typeName: string }>
type Node = Init<typeof NodeProtoSchema>
type Tensor = Init<typeof TensorProtoSchema>
type Attribute = Init<typeof AttributeProtoSchema>

const dim = (size: number | string) =>
  typeof size === 'number'
    ? { value: { case: 'dimValue' as const, value: BigInt(size) } }
    : { value: { case: 'dimParam' as const, value: size } }

const typed = (name: string, elemType: number, ...sizes: (number | string)[]) => ({
  name,
  type: {
    value: { case: 'tensorType' as const, value: { elemType, shape: { dim: sizes.map(dim) } } },
  },
})
const value = (name: string, ...sizes: (number | string)[]): Init<typeof ValueInfoProtoSchema> =>
  typed(name, 1, ...sizes)
const add = (a: string, b: string, out: string, more: Node = {}): Node => ({
  opType: 'Add',
  input: [a, b],
  output: [out],
  ...more,
})
const concat = (attribute: Attribute[]): Node => ({
  opType: 'Concat',
  input: ['x'],
  output: ['y'],
  attribute,
})
const axis: Attribute = { name: 'axis', type: Type.INT, i: 0n }
const tensor = (more: Tensor = {}): Tensor => ({
  name: 'w',
  dataType: 1,
  dims: [2n],
  floatData: [1, 2],
  ...more,
})
const body = (more = {}) => ({ name: 'body', output: [value('z', 2)], ...more })
const fn = (more: Init<typeof FunctionProtoSchema> = {}) => ({
  name: 'Twice',
  domain: 'local',
  input: ['a'],
  output: ['b'],
  node: [add('a', 'a', 'b')],
  opsetImport: [{ domain: '', version: 21n }],
  ...more,
})
/** `depth` functions, each calling the next twice; the last one adds. */
const doubling = (depth: number) =>
  Array.from({ length: depth }, (_, i) => {
    const next = (input: string, output: string): Node => ({
      ...call,
      opType: `D${i + 1}`,
      input: [input],
      output: [output],
    })
    const nodes = i === depth - 1 ? [add('a', 'a', 'b')] : [next('a', 't'), next('t', 'b')]
    return fn({
      name: i === 0 ? 'Twice' : `D${i}`,
      node: nodes,
      opsetImport: [
        { domain: '', version: 21n },
        { domain: 'local', version: 1n },
      ],
    })
  })
const call: Node = { opType: 'Twice', domain: 'local', input: ['x'], output: ['y'] }
const branch = (g: Attribute['g'], other: Attribute['g'] = body()): Node => ({
  opType: 'If',
  input: ['x'],
  output: ['y'],
  attribute: [
    { name: 'then_branch', type: Type.GRAPH, g: g! },
    { name: 'else_branch', type: Type.GRAPH, g: other! },
  ],
})

/** y = one of two bodies, which read x[2] and three[3]. */
const choice = (left: Attribute['g'], right: Attribute['g']): ModelProto =>
  modelOf({
    input: [value('x', 2), value('three', 3), bool('c')],
    node: [{ ...branch(left, right), input: ['c'] }],
  })
const bool = (name: string): Init<typeof ValueInfoProtoSchema> => ({
  name,
  type: { value: { case: 'tensorType', value: { elemType: 9, shape: {} } } },
})

/** A sound model x[2] + x → y[2], with the fields of `graph` and `model` put over it. */
function modelOf(
  graph: Init<typeof GraphProtoSchema> = {},
  model: Init<typeof ModelProtoSchema> = {},
): ModelProto {
  return create(ModelProtoSchema, {
    irVersion: 10n,
    opsetImport: [
      { domain: '', version: 21n },
      { domain: 'local', version: 1n },
    ],
    graph: {
      name: 'g',
      input: [value('x', 2)],
      output: [value('y', 2)],
      node: [add('x', 'x', 'y')],
      ...graph,
    },
    ...model,
  })
}

const withW = (more: Tensor) => modelOf({ initializer: [tensor(more)], node: [add('x', 'w', 'y')] })
const withNode = (node: Node) => modelOf({ node: [node] })
const contrib = (node: Node) =>
  modelOf(
    { node: [{ ...node, domain: 'com.microsoft' }] },
    {
      opsetImport: [
        { domain: '', version: 21n },
        { domain: 'com.microsoft', version: 1n },
      ],
    },
  )
const sparse = (indices: bigint[]) =>
  modelOf({
    node: [add('x', 'w', 'y')],
    sparseInitializer: [
      {
        dims: [4n],
        values: { name: 'w', dataType: 1, dims: [2n], floatData: [1, 2] },
        indices: { dataType: 7, dims: [2n], int64Data: indices },
      },
    ],
  })
const external = (location: string) =>
  withW({ floatData: [], dataLocation: 1, externalData: [{ key: 'location', value: location }] })

function nested(depth: number): Attribute['g'] {
  return depth === 0 ? body() : body({ node: [{ ...branch(nested(depth - 1)), output: ['z'] }] })
}

const broken: Record<CheckCode, () => ModelProto> = {
  'SLP-M1': () => modelOf({}, { irVersion: 0n }),
  'SLP-M2': () => modelOf({}, { irVersion: 99n }),
  'SLP-M3': () =>
    modelOf(
      {},
      {
        metadataProps: [
          { key: 'a', value: '1' },
          { key: 'a', value: '2' },
        ],
      },
    ),
  'SLP-M4': () => modelOf({}, { opsetImport: [] }),
  'SLP-M5': () => modelOf({}, { opsetImport: [{ domain: '', version: 0n }] }),
  'SLP-M6': () =>
    modelOf({ node: [call] }, { functions: [fn({ node: [{ ...call, input: ['a'], output: ['b'] }] })] }),
  'SLP-M7': () => modelOf({ node: [call] }, { functions: [fn({ input: ['a', 'a'] })] }),
  'SLP-M8': () => modelOf({}, { opsetImport: [{ domain: '', version: 99n }] }),
  'SLP-M9': () => modelOf({}, { irVersion: 4n }),
  'SLP-M10': () => modelOf({}, { metadataProps: [{ key: 'a' }] }),
  'SLP-M11': () => modelOf({}, { functions: [fn()] }),
  'SLP-G1': () => modelOf({ name: '' }),
  'SLP-G2': () => modelOf({ output: [{ name: 'y' }] }),
  'SLP-G3': () => modelOf({ input: [value('x', 2), value('x', 2)] }),
  'SLP-G4': () => modelOf({ initializer: [tensor(), tensor()], node: [add('x', 'w', 'y')] }),
  'SLP-G5': () => modelOf({ initializer: [tensor()], node: [add('x', 'w', 'y')] }, { irVersion: 3n }),
  'SLP-G6': () => modelOf({ node: [add('x', 'nowhere', 'y')] }),
  'SLP-G7': () => modelOf({ node: [add('x', 'x', 'y'), add('x', 'x', 'y')] }),
  'SLP-G8': () => modelOf({ output: [value('nowhere', 2)] }),
  'SLP-G9': () => modelOf({ initializer: [tensor()] }),
  'SLP-G10': () => modelOf({ node: [add('x', 'x', 't', { name: 'n' }), add('t', 'x', 'y', { name: 'n' })] }),
  'SLP-G11': () => modelOf({ input: [value('x', -1)] }),
  'SLP-G12': () => modelOf({ output: [value('y', 2), value('y', 2)] }),
  'SLP-G13': () => modelOf({ valueInfo: [value('nowhere', 2)] }),
  'SLP-G14': () => modelOf({ valueInfo: [value('y', 2), value('y', 2)] }),
  'SLP-G15': () => withNode(branch(nested(40))),
  'SLP-N1': () => withNode({ output: ['y'] }),
  'SLP-N2': () => modelOf({ node: [add('x', 'x', 'y'), { opType: 'Identity' }] }),
  'SLP-N3': () => withNode(add('x', 'x', 'y', { domain: 'elsewhere' })),
  'SLP-N4': () => withNode(concat([axis, axis])),
  'SLP-N5': () => withNode({ opType: 'Addd', input: ['x'], output: ['y'] }),
  'SLP-N6': () => withNode({ opType: 'Upsample', input: ['x', 'x'], output: ['y'] }),
  'SLP-N7': () => withNode({ opType: 'Add', input: ['x'], output: ['y'] }),
  'SLP-N8': () => withNode(add('', 'x', 'y')),
  'SLP-N9': () => withNode(add('x', 'x', 'y', { attribute: [axis] })),
  'SLP-N10': () => withNode(concat([{ name: 'axis', type: Type.FLOAT, f: 0 }])),
  'SLP-N11': () => withNode(concat([])),
  'SLP-N12': () =>
    withNode({ opType: 'Constant', output: ['y'], attribute: [{ name: 'value', type: Type.TENSOR }] }),
  'SLP-N13': () =>
    withNode({
      opType: 'Cast',
      input: ['x'],
      output: ['y'],
      attribute: [{ name: 'to', type: Type.INT, i: 99n }],
    }),
  'SLP-N14': () => withNode({ opType: 'Mystery', domain: 'local', input: ['x'], output: ['y'] }),
  'SLP-A1': () => withNode(concat([axis, { type: Type.INT, i: 1n }])),
  'SLP-A2': () => withNode(concat([{ name: 'axis', i: 0n }])),
  'SLP-A3': () => withNode(concat([{ name: 'axis', type: Type.INT, f: 1 }])),
  'SLP-A4': () => withNode(concat([{ ...axis, f: 1 }])),
  'SLP-A5': () => withNode(concat([{ name: 'axis', type: Type.INT, refAttrName: 'outer' }])),
  'SLP-T1': () => withW({ dataType: 99 }),
  'SLP-T2': () => withW({ rawData: new Uint8Array(8) }),
  'SLP-T3': () => withW({ dims: [2n ** 33n, 2n ** 33n] }),
  'SLP-T4': () => withW({ floatData: [], rawData: new Uint8Array(7) }),
  'SLP-T5': () => withW({ floatData: [], doubleData: [1, 2] }),
  'SLP-T6': () => external('../secrets'),
  'SLP-T7': () => sparse([2n, 1n]),
  'SLP-T8': () => withW({ floatData: [], rawData: new Uint8Array(12) }),
  'SLP-T9': () => external('beyond'),
  'SLP-Y1': () => modelOf({ input: [value('x', 2), value('z', 3)], node: [add('x', 'z', 'y')] }),
  'SLP-Y2': () => modelOf({ output: [value('y', 3)] }),
  'SLP-Y3': () => modelOf({ input: [value('x', 'N')], output: [value('y', 'M')] }),
  'SLP-Y4': () => modelOf({ node: [{ opType: 'Mystery', domain: 'local', input: ['x'], output: ['y'] }] }),
  'SLP-Y5': () => choice(body({ node: [add('x', 'three', 'z')] }), body({ node: [add('x', 'x', 'z')] })),
}

function codesOf(model: ModelProto): CheckCode[] {
  const beyond = () => {
    throw new SlipwayError('SLP-X4', 'Cannot read external data: the range must lie in the file, got 8')
  }
  return checkModel(model, { resolveExternal: beyond }).map(({ code }) => code)
}

describe('checkModel', () => {
  it('finds nothing in a sound model', () => expect(codesOf(modelOf())).toEqual([]))

  it('finds nothing in a sound function', () => {
    expect(codesOf(modelOf({ node: [call] }, { functions: [fn()] }))).toEqual([])
  })

  for (const [code, make] of Object.entries(broken)) {
    it(`reports ${code}: ${checkCatalogue[code as CheckCode].title}`, () =>
      expect(codesOf(make())).toContain(code)) // entries lose the key type
  }

  it('knows which types a version of an operator allowed', () => {
    const int32 = 6
    const relu = (version: bigint) =>
      checkModel(
        modelOf(
          {
            input: [typed('x', int32, 2)],
            output: [typed('y', int32, 2)],
            node: [{ opType: 'Relu', input: ['x'], output: ['y'] }],
          },
          { irVersion: 7n, opsetImport: [{ domain: '', version }] },
        ),
      )
    expect(relu(14n)).toEqual([])
    expect(relu(13n).map(({ code, path, message }) => `${code} ${path} ${message}`)).toEqual([
      'SLP-Y1 graph.node[0] node Relu: in version 13, X must be one of bfloat16, float16, float32, float64, got int32[2]',
    ])
  })

  it('reports everything at once, with paths', () => {
    const findings = checkModel(
      modelOf({
        name: '',
        node: [add('x', 'nowhere', 'y'), { opType: 'Concat', input: ['x'], output: ['z'] }],
      }),
    )
    expect(findings.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'SLP-G1 graph.name',
      'SLP-G6 graph.node[0].input[1]',
      'SLP-N11 graph.node[1]',
    ])
  })

  const wrong = body({ node: [add('x', 'three', 'z')] })
  const wrongType = body({ node: [add('x', 'x', 'z')], output: [value('z', 5)] })
  const sound = body({ node: [add('x', 'x', 'z')] })
  const then = 'graph.node[0].attribute[0].g'
  const otherwise = 'graph.node[0].attribute[1].g'

  it.each([
    [
      'an undefined value in a body',
      choice(body({ node: [add('q', 'x', 'z')] }), sound),
      [`SLP-G6 ${then}.node[0].input[0]`],
    ],
    ['a wrong node in one body', choice(sound, wrong), [`SLP-Y5 ${otherwise}.node[0]`]],
    [
      'a wrong node in every body',
      choice(wrong, wrong),
      [`SLP-Y1 ${then}.node[0]`, `SLP-Y1 ${otherwise}.node[0]`],
    ],
    ['a wrong declaration in a body', choice(wrongType, sound), [`SLP-Y2 ${then}.output[0]`]],
    ['a wrong declaration', modelOf({ output: [value('y', 3)] }), ['SLP-Y2 graph.output[0]']],
    [
      'a wrong node of a function',
      modelOf({ node: [call] }, { functions: [fn({ node: [add('a', 'q', 'b')] })] }),
      ['SLP-G6 functions[0].node[0].input[1]'],
    ],
    [
      'a function that its call does not suit',
      modelOf(
        {
          input: [value('x', 2), value('three', 3)],
          node: [add('x', 'x', 't'), { ...call, input: ['x', 'three'] }],
        },
        {
          functions: [
            fn({ input: ['a', 'b'], output: ['c'], node: [add('a', 'b', 'd'), add('d', 'a', 'c')] }),
          ],
        },
      ),
      ['SLP-Y1 graph.node[1]'],
    ],
    [
      'a node of "ai.onnx" where "" is imported',
      withNode(add('x', 'x', 'y', { domain: 'ai.onnx' })),
      ['SLP-N3 graph.node[0].domain'],
    ],
    [
      'an operator of com.microsoft with too few inputs',
      contrib({ opType: 'QLinearAdd', input: ['x'], output: ['y'] }),
      ['SLP-N7 graph.node[0].input'],
    ],
    [
      'an operator of com.microsoft that Slipway does not know',
      contrib({ opType: 'QLinearAddd', input: ['x'], output: ['y'] }),
      ['SLP-N14 graph.node[0]', 'SLP-Y4 graph.node[0]'],
    ],
    [
      'a sequence of nothing',
      modelOf({
        input: [value('x', 2), { name: 's', type: { value: { case: 'sequenceType', value: {} } } }],
      }),
      ['SLP-G2 graph.input[1].type'],
    ],
    [
      'functions that grow without end',
      modelOf({ node: [call] }, { functions: doubling(40) }),
      ['SLP-M6 functions'],
    ],
  ])('gives the path of %s', (_, model, expected) => {
    const found = checkModel(model).filter(({ code }) => code !== 'SLP-M11')
    expect(found.map(({ code, path }) => `${code} ${path}`)).toEqual(expected)
  })

  it('needs no large external data, and reads small ones to infer shapes', () => {
    const weights = { name: 'w', dataType: 1, dims: [2n, 1_000_000_000n], dataLocation: 1 }
    const shape = { name: 's', dataType: 7, dims: [1n], dataLocation: 1 }
    const located = (init: Tensor, location: string): Tensor => ({
      ...init,
      externalData: [{ key: 'location', value: location }],
    })
    const model = modelOf({
      initializer: [located(weights, 'w.bin'), located(shape, 's.bin')],
      node: [
        { opType: 'ReduceSum', input: ['w'], output: ['t'] },
        { opType: 'Reshape', input: ['x', 's'], output: ['u'] },
        add('u', 'x', 'v'),
        add('v', 't', 'y'),
      ],
    })
    const read: number[] = []
    const findings = checkModel(model, {
      resolveExternal: ({ length }) => {
        read.push(length)
        return new Uint8Array(BigInt64Array.of(2n).buffer, 0, length)
      },
    })
    expect(findings.map(({ code }) => code)).toEqual(['SLP-Y2'])
    expect(Math.max(...read)).toBe(8)
    expect(checkModel(model).map(({ code }) => code)).toEqual(['SLP-Y2'])
  })

  it('names the operator that was meant', () => {
    const message = (opType: string) =>
      checkModel(withNode({ opType, input: ['x'], output: ['y'] }))[0]!.message
    expect(message('Softmx')).toContain('did you mean Softmax?')
    expect(message('relu')).toContain('did you mean Relu?')
    expect(message('Frobnicate')).not.toContain('did you mean')
  })
})
