import { describe, expect, it } from 'vitest'
import type { Graph } from '../../ir/graph.ts'
import { subgraphsOf } from '../../ir/graph.ts'
import {
  bytesOf,
  type FunctionInit,
  functionInit,
  type GraphInit,
  graphInit,
  intInit,
  type ModelInit,
  nodeInit,
  valueInits,
} from '../../testing/onnx-protos.ts'
import { refusalOf } from '../../testing/refusal.ts'
import { AttributeType } from './enums.ts'
import { type ReadOptions, readModel, readOnnx } from './read.ts'

const call = (name: string, input: string, output: string) =>
  nodeInit(name, input, output, [], { domain: 'f' })

function read(
  functions: FunctionInit[],
  graph: GraphInit,
  options: ReadOptions = {},
  rest: ModelInit = {},
): Graph {
  return readOnnx(bytesOf(graph, { functions, ...rest }), options)
}

/** One line per node, bodies in brackets. */
function lines({ nodes }: Graph): string[] {
  return nodes.map((node) => {
    const attributes = [...node.attributes].flatMap(([name, value]) =>
      value.kind === 'int' ? [` ${name}=${value.value}`] : [],
    )
    const bodies = subgraphsOf(node).map(
      ([name, body]) => ` ${name}(${body.inputs})[${lines(body).join('; ')}]→${body.outputs}`,
    )
    return `${node.outputs} = ${node.op}(${node.inputs})${attributes.join('')}${bodies.join('')}`
  })
}

describe('functions', () => {
  it('are inlined with the values of each call', () => {
    const twice = functionInit('Twice', 'a', 'r', [
      nodeInit('Add', 'a a', 't'),
      nodeInit('Identity', 't', 'r'),
    ])
    const graph = read([twice], { node: [call('Twice', 'x', 'h'), call('Twice', 'h', 'y')] })
    expect(lines(graph)).toEqual([
      'f1.t = Add(x,x)',
      'h = Identity(f1.t)',
      'f2.t = Add(h,h)',
      'y = Identity(f2.t)',
    ])
  })

  it('call other functions, also from bodies of control flow', () => {
    const body: GraphInit = { name: 'b', node: [call('Neg2', 'a', 'o')], output: valueInits('o') }
    const functions = [
      functionInit('Outer', 'a c', 'r', [
        nodeInit('If', 'c', 'r', [graphInit('then_branch', body), graphInit('else_branch', body)]),
      ]),
      functionInit('Neg2', 'v', 'w', [nodeInit('Neg', 'v', 'n'), nodeInit('Neg', 'n', 'w')]),
    ]
    const graph = read(functions, { node: [call('Outer', 'x c', 'y')] })
    expect(lines(graph)).toEqual([
      'y = If(c) then_branch()[f2.n = Neg(x); f1.o = Neg(f2.n)]→f1.o else_branch()[f3.n = Neg(x); f1.o = Neg(f3.n)]→f1.o',
    ])
    expect(readModel(bytesOf({ node: [call('Outer', 'x c', 'y')] }, { functions })).functionsInlined).toBe(3)
  })

  it('take attributes from the call, then from their defaults, then from the operator', () => {
    const refer = (name: string) => ({ name, refAttrName: name, type: AttributeType.INT })
    const shape = {
      ...functionInit('Sizes', 'a', 'r', [nodeInit('Shape', 'a', 'r', [refer('start'), refer('end')])]),
      attribute: ['end'],
      attributeProto: [intInit('start', 1)],
    }
    const node = (attribute: ReturnType<typeof intInit>[]) =>
      nodeInit('Sizes', 'x', 'y', attribute, { domain: 'f' })
    expect(lines(read([shape], { node: [node([])] }))).toEqual(['y = Shape(x) start=1'])
    expect(lines(read([shape], { node: [node([intInit('end', 3), intInit('start', 2)])] }))).toEqual([
      'y = Shape(x) start=2 end=3',
    ])
    const wrong = { name: 'end', f: 1, type: AttributeType.FLOAT }
    expect(refusalOf(() => read([shape], { node: [node([wrong])] }), 'SLP-O1').message).toContain(
      'of kind int, got float',
    )
    const unknown = () => read([shape], { node: [node([intInit('last', 1)])] })
    expect(refusalOf(unknown, 'SLP-O1').message).toContain(
      'must declare every attribute of a call, got "last"',
    )
  })

  it('are found by overload as well', () => {
    const functions = [
      functionInit('G', 'a', 'r', [nodeInit('Neg', 'a', 'r')]),
      { ...functionInit('G', 'a', 'r', [nodeInit('Abs', 'a', 'r')]), overload: 'abs' },
    ]
    const over = (overload: string) => nodeInit('G', 'x', 'y', [], { domain: 'f', overload })
    expect(lines(read(functions, { node: [over('')] }))).toEqual(['y = Neg(x)'])
    expect(lines(read(functions, { node: [over('abs')] }))).toEqual(['y = Abs(x)'])
    expect(refusalOf(() => read(functions, { node: [over('sin')] }), 'SLP-F6').message).toContain('"f.G:sin"')
  })

  it('may take the place of an operator of ONNX', () => {
    const own = {
      ...functionInit('Relu', 'a', 'r', [nodeInit('Max', 'a', 'r')]),
      domain: 'ai.onnx',
    }
    expect(lines(read([own], { node: [nodeInit('Relu', 'x', 'y')] }))).toEqual(['y = Max(x)'])
  })

  it('give an output twice, or an input back, through Identity', () => {
    const f = functionInit('F', 'a', 'r r a', [nodeInit('Neg', 'a', 'r')])
    expect(lines(read([f], { node: [call('F', 'x', 'y z w')] }))).toEqual([
      'y = Neg(x)',
      'z = Identity(y)',
      'w = Identity(x)',
    ])
  })

  it('may be called without trailing inputs and outputs', () => {
    const f = functionInit('F', 'a b', 'r s', [nodeInit('Clip', 'a b', 'r'), nodeInit('Neg', 'a', 's')])
    expect(lines(read([f], { node: [call('F', 'x', 'y')] }))).toEqual(['y = Clip(x,)', 'f1.s = Neg(x)'])
  })

  it('get names that nobody has', () => {
    const f = functionInit('F', 'a', 'r', [nodeInit('Neg', 'a', 't'), nodeInit('Neg', 't', 'r')])
    const graph = read([f], { node: [nodeInit('Abs', 'x', 'f1.t'), call('F', 'f1.t', 'y')] })
    expect(lines(graph).slice(1)).toEqual(['f1_1.t = Neg(f1.t)', 'y = Neg(f1_1.t)'])
    const long = 'n'.repeat(1000)
    const g = functionInit('F', 'a', 'r', [nodeInit('Neg', 'a', long), nodeInit('Neg', long, 'r')])
    expect(read([g], { node: [call('F', 'x', 'y')] }).nodes[0]!.outputs[0]!.length).toBeLessThan(100)
  })

  it('are upgraded with the model where both speak the same operator sets, else each by itself', () => {
    const f = functionInit('F', 'a', 'r', [nodeInit('Neg', 'a', 'r')])
    const seen: string[] = []
    const upgrade: ReadOptions['upgrade'] = (graph, opsets) => {
      seen.push(`${lines(graph)} at ${opsets.get('')}`)
      return graph
    }
    read([f], { node: [call('F', 'x', 'y')] }, { upgrade })
    expect(seen.splice(0)).toEqual(['y = Neg(x) at 28'])
    const older = { ...f, opsetImport: [{ domain: '', version: 13n }] }
    read([older], { node: [call('F', 'x', 'h'), nodeInit('Abs', 'h', 'y')] }, { upgrade })
    expect(seen).toEqual(['h = ["f","F",""](x),y = Abs(h) at 28', 'r = Neg(a) at 13'])
  })

  const neg = nodeInit('Neg', 'a', 'r')
  const refusals = [
    {
      name: 'a value that the body does not define',
      f: functionInit('F', 'a', 'r', [nodeInit('Add', 'a x', 'r')]),
      code: 'SLP-I4',
      message: 'before it is read, got "x"',
    },
    {
      name: 'a value defined twice',
      f: functionInit('F', 'a', 'r', [neg, neg]),
      code: 'SLP-F1',
      message: 'define a value once, got "r" twice',
    },
    {
      name: 'an input that is defined again',
      f: functionInit('F', 'a', 'r', [nodeInit('Neg', 'a', 'a'), neg]),
      code: 'SLP-F1',
      message: '"a" twice',
    },
    {
      name: 'an output that nothing defines',
      f: functionInit('F', 'a', 'q', [neg]),
      code: 'SLP-I4',
      message: 'got "q"',
    },
    {
      name: 'two inputs of one name',
      f: functionInit('F', 'a a', 'r', [neg]),
      code: 'SLP-F1',
      message: 'different names',
    },
    {
      name: 'more inputs than it has',
      f: functionInit('F', '', 'r', [nodeInit('Neg', 'a', 'r')]),
      code: 'SLP-O5',
      message: '0 inputs at most, got 1',
    },
    {
      name: 'a function without a name',
      f: functionInit('', 'a', 'r', [neg]),
      code: 'SLP-F3',
      message: 'functions[0]',
    },
  ] as const
  for (const { name, f, code, message } of refusals) {
    it(`refuses ${name}`, () => {
      expect(refusalOf(() => read([f], { node: [call('F', 'x', 'y')] }), code).message).toContain(message)
    })
  }

  it('refuses two functions of one identity, and references outside functions', () => {
    const f = functionInit('F', 'a', 'r', [neg])
    expect(refusalOf(() => read([f, f], { node: [call('F', 'x', 'y')] }), 'SLP-F1').message).toContain(
      '"f.F" twice',
    )
    const reference = nodeInit('Shape', 'x', 'y', [
      { name: 'start', refAttrName: 's', type: AttributeType.INT },
    ])
    const error = refusalOf(() => read([], { node: [reference] }), 'SLP-F1')
    expect(error.message).toContain('must stand in a function, got "s" (at graph.node[0].attribute[0]')
  })
})
