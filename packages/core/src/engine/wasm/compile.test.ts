import { describe, expect, it } from 'vitest'
import { symbol } from '../../base/dim.ts'
import { type Tensor, tensor } from '../../base/tensor.ts'
import { tensorType, type Value } from '../../base/value.ts'
import { graphBuilder } from '../../ir/builder.ts'
import type { Graph } from '../../ir/graph.ts'
import { interpret } from '../../reference/interpret.ts'
import { difference } from '../../testing/close.ts'
import { f32, flat, i64 } from '../../testing/literals.ts'
import { compileGraph } from './compile.ts'

const ramp = (shape: readonly number[], scale = 0.1): Tensor =>
  tensor(
    'float32',
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i) * scale),
  )

const given = (values: Readonly<Record<string, Value>>) => new Map(Object.entries(values))

/** Compiled and interpreted results agree, run after run. */
function agrees(graph: Graph, inputs: Readonly<Record<string, Value>>, outputs = graph.outputs) {
  const compiled = compileGraph(graph)
  const expected = interpret(graph, given(inputs), { outputs })
  for (let run = 0; run < 3; run++) {
    const got = compiled.run(given(inputs), { outputs })
    for (const name of outputs) expect(difference(got.get(name)!, expected.get(name)!)).toBeUndefined()
  }
  return compiled
}

/** x · weights + bias, positive, with a residual. */
function network(batch: number | ReturnType<typeof symbol> = 4) {
  const b = graphBuilder({ name: 'network' })
  const x = b.input('x', tensorType('float32', [batch, 16]))
  const product = b.node('MatMul', [x, b.constant(ramp([16, 16]), 'w')], {}, { outputs: ['product'] })
  const biased = b.node('Add', [product, b.constant(ramp([16]), 'bias')], {}, { outputs: ['biased'] })
  const relu = b.node('Relu', [biased], {}, { outputs: ['relu'] })
  return b.build([b.node('Add', [relu, x], {}, { outputs: ['y'] })])
}

describe('compileGraph', () => {
  it('computes what the reference kernels compute', () => {
    agrees(network(), { x: ramp([4, 16]) })
  })

  it('returns any value, those that the optimiser removed too', () => {
    agrees(network(), { x: ramp([4, 16]) }, ['product', 'relu', 'y', 'w', 'x'])
  })

  it('takes other sizes, with no code but for what they need', () => {
    const compiled = agrees(network(symbol('N')), { x: ramp([4, 16]) })
    for (const batch of [1, 2, 3, 7, 64]) {
      const inputs = given({ x: ramp([batch, 16]) })
      const expected = interpret(network(symbol('N')), inputs)
      expect(difference(compiled.run(inputs).get('y')!, expected.get('y')!)).toBeUndefined()
    }
  })

  it('goes on with sizes that fit, once some did not', () => {
    const b = graphBuilder({ name: 'outer' })
    const x = b.input('x', tensorType('float32', [symbol('N'), 1]))
    const y = b.input('y', tensorType('float32', [1, symbol('N')]))
    const graph = b.build([b.node('ReduceMax', [b.node('Softmax', [b.node('Add', [x, y])])])])
    const compiled = compileGraph(graph, { planBytes: 2 ** 34 })
    const inputs = (size: number) => given({ x: ramp([size, 1]), y: ramp([1, size]) })
    const expected = compiled.run(inputs(5))
    const { arenaBytes } = compiled.report()
    for (let i = 0; i < 2; i++) {
      // More than the 4 GiB that addresses reach.
      expect(() => compiled.run(inputs(34_000))).toThrow('SLP-L4')
      expect(compiled.run(inputs(5))).toEqual(expected)
    }
    expect(compiled.report().arenaBytes).toBe(arenaBytes)
  })

  it('joins and splits without harm to what is read again', () => {
    const b = graphBuilder({ name: 'joins' })
    const x = b.input('x', tensorType('float32', [1, 4, 5]))
    const a = b.node('Relu', [x])
    const c = b.node('Concat', [a, x, a], { axis: 1n })
    const d = b.node('Concat', [c, b.node('Neg', [c])], { axis: 1n })
    const parts = b.nodes('Split', [d], { axis: 1n, num_outputs: 2n }, { outputs: 2 })
    agrees(b.build([b.node('Add', [parts[0]!, parts[1]!]), d, b.node('Exp', [a])]), { x: ramp([1, 4, 5]) })
  })

  it('runs nodes whose sizes depend on data, and what follows', () => {
    const b = graphBuilder({ name: 'dependent' })
    const x = b.input('x', tensorType('float32', [6]))
    const positions = b.node('NonZero', [b.node('Relu', [x])])
    const picked = b.node('Gather', [x, b.node('Squeeze', [positions, b.literal('int64', [0])])])
    const graph = b.build([b.node('Mul', [picked, picked]), positions])
    agrees(graph, { x: f32([1, -2, 3, 0, 5, -6]) })
    agrees(graph, { x: f32([-1, -2, -3, 0, -5, -6]) })
  })

  it('runs bodies that read constants and values around them', () => {
    const body = (op: string) => {
      const inner = graphBuilder({ name: op })
      return inner.build([inner.node(op, ['t', 'k'], {}, { outputs: [`${op} result`] })])
    }
    const b = graphBuilder({ name: 'outer' })
    const x = b.input('x', tensorType('float32', [3]))
    const condition = b.input('c', tensorType('bool', []))
    b.constant(f32([1, 2, 3]), 'k')
    b.node('Exp', [x], {}, { outputs: ['t'] })
    const graph = b.build([b.node('If', [condition], { then_branch: body('Mul'), else_branch: body('Sub') })])
    for (const c of [0, 1]) agrees(graph, { x: f32([1, 2, 3]), c: tensor('bool', [], Uint8Array.of(c)) })
  })

  it('says what is wrong with values as the reference kernels do', () => {
    const b = graphBuilder({ name: 'gather' })
    const x = b.input('x', tensorType('float32', [3]))
    const at = b.input('at', tensorType('int64', [2]))
    const compiled = compileGraph(b.build([b.node('Gather', [x, at])]))
    const run = (...indices: bigint[]) => compiled.run(given({ x: f32([1, 2, 3]), at: i64(indices) }))
    expect(() => run(0n, 3n)).toThrow('indices must lie in [-3, 2], got 3')
    expect([...run(2n, -3n).values()]).toEqual([f32([3, 1])])
  })

  it('takes the caller\u2019s value instead of a default', () => {
    const b = graphBuilder({ name: 'defaults' })
    const x = b.input('x', tensorType('float32', [2]))
    const w = b.input('w', tensorType('float32', [2]))
    b.constant(f32([10, 20]), 'w')
    const graph = b.build([b.node('Mul', [x, w], {}, { outputs: ['y'] })])
    const compiled = compileGraph(graph)
    const run = (values: Record<string, Value>) => compiled.run(given(values)).get('y')
    expect(run({ x: f32([1, 2]) })).toEqual(f32([10, 40]))
    expect(run({ x: f32([1, 2]), w: f32([3, 4]) })).toEqual(f32([3, 8]))
    expect(run({ x: f32([1, 2]) })).toEqual(f32([10, 40]))
  })

  it('holds texts and empty tensors', () => {
    const b = graphBuilder({ name: 'texts' })
    const x = b.input('x', tensorType('string', [2]))
    const e = b.input('e', tensorType('float32', [0, 3]))
    const graph = b.build([
      b.node('StringConcat', [x, x]),
      b.node('Relu', [e]),
      b.node('ReduceSum', [e, b.literal('int64', [0])]),
    ])
    agrees(graph, { x: tensor('string', [2], ['a', 'b']), e: flat('float32', [0, 3], []) })
  })

  it('refuses unknown names and missing inputs', () => {
    const compiled = compileGraph(network())
    expect(() => compiled.run(new Map())).toThrow('input "x" must be given')
    expect(() => compiled.run(given({ x: ramp([4, 16]) }), { outputs: ['nothing'] })).toThrow('got "nothing"')
  })
})
