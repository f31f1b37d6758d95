import { describe, expect, it } from 'vitest'
import { symbol } from '../base/dim.ts'
import { tensor } from '../base/tensor.ts'
import { tensorType, type Value } from '../base/value.ts'
import { graphBuilder } from '../ir/builder.ts'
import { referenceEngine } from './reference-engine.ts'
import { compileGraph } from './wasm/compile.ts'
import { wasmEngine } from './wasm-engine.ts'

const numbers = (...list: number[]) => tensor('float32', [list.length], Float32Array.from(list))
const listOf = (value: Value | undefined) => (value?.kind === 'tensor' ? [...value.data].map(Number) : value)

/** sum' = sum + x, count' = count + 1, and last' = sum: of what it was. */
function counting() {
  const b = graphBuilder({ name: 'counting' })
  const type = tensorType('float32', [symbol('N')])
  const [sum, x, last] = [b.input('sum', type), b.input('x', type), b.input('last', type)]
  const count = b.input('count', tensorType('int64', []))
  const next = b.node('Add', [sum, x])
  const more = b.node('Add', [count, b.literal('int64', 1)])
  const mean = b.node('Div', [next, b.node('Cast', [more], { to: 1 })])
  const graph = b.build([mean, b.node('Neg', [last])])
  const state = new Map([
    ['sum', next],
    ['count', more],
    ['last', 'sum'],
  ])
  const start = new Map<string, Value>([
    ['sum', numbers(0, 0)],
    ['last', numbers(0, 0)],
    ['count', tensor('int64', [], BigInt64Array.of(0n))],
  ])
  return { graph, state, mean, start, negated: graph.outputs[1]! }
}

describe('state', () => {
  it('takes the values of outputs after each run', () => {
    const { graph, state, mean, start, negated } = counting()
    const compiled = compileGraph(graph, { state })
    const run = (x: readonly number[], more: ReadonlyMap<string, Value> = new Map()) =>
      compiled.run(new Map([['x', numbers(...x)], ...more]))
    expect(listOf(run([2, 4], start).get(mean))).toEqual([2, 4])
    expect(listOf(run([4, 8]).get(mean))).toEqual([3, 6])
    const third = run([0, 0])
    expect(listOf(third.get(mean))).toEqual([2, 4])
    expect(listOf(third.get(negated))).toEqual([-2, -4])
    expect(listOf(compiled.state.read('sum'))).toEqual([6, 12])
    expect(listOf(compiled.state.read('last'))).toEqual([6, 12])
    compiled.state.write('sum', numbers(0, 1))
    expect(listOf(run([0, 0]).get(mean))).toEqual([0, 0.25])
  })

  it('must have been given, and keeps its type', () => {
    const { graph, state, start } = counting()
    const compiled = compileGraph(graph, { state })
    expect(() => compiled.run(new Map([['x', numbers(1, 2)]]))).toThrow('SLP-S2')
    compiled.run(new Map([...start, ['x', numbers(1, 2)]]))
    expect(() => compiled.run(new Map([['x', numbers(1)]]))).not.toThrow()
    compiled.state.write('sum', numbers(5))
    expect(() => compiled.run(new Map([['x', numbers(1, 2)]]))).toThrow('SLP-S4')
    expect(listOf(compiled.state.read('sum'))).toEqual([5])
  })

  it.each([
    ['wasm, 1 thread', wasmEngine, 1],
    ['wasm, 2 threads', wasmEngine, 2],
    ['reference', referenceEngine, 1],
  ] as const)('stays in the worker of a program: %s', async (_, engine, threads) => {
    const { graph, state, mean, start } = counting()
    await using program = await engine.prepare(graph, { state, threads, workers: 3 })
    const size = 3000
    const wide = (value: number) => numbers(...Array.from({ length: size }, () => value))
    await program.state!.write(new Map([...start, ['sum', wide(0)], ['last', wide(1)]]))
    const x = wide(3)
    for (let i = 0; i < 4; i++) await program.run(new Map([['x', x]]))
    const results = await program.run(new Map([['x', x]]))
    expect(listOf(results.outputs.get(mean))).toEqual(listOf(wide(3)))
    const kept = await program.state!.read(['count', 'last'])
    expect(listOf(kept.get('count'))).toEqual([5])
    expect(listOf(kept.get('last'))).toEqual(listOf(wide(12)))
    await expect(program.state!.write(new Map([['x', x]]))).rejects.toMatchObject({ code: 'SLP-S1' })
  })

  it.each([wasmEngine, referenceEngine])('is as it was after a run that fails: $name', async (engine) => {
    const b = graphBuilder({ name: 'picks' })
    const kept = b.input('kept', tensorType('float32', [3]))
    const index = b.input('index', tensorType('int64', [1]))
    const next = b.node('Add', [kept, b.literal('float32', 1)])
    const graph = b.build([b.node('Gather', [next, index])])
    await using program = await engine.prepare(graph, { state: new Map([['kept', next]]) })
    const at = (i: bigint) => new Map([['index', tensor('int64', [1], BigInt64Array.of(i))]])
    await program.state!.write(new Map([['kept', numbers(1, 2, 3)]]))
    await expect(program.run(at(7n))).rejects.toThrow()
    const { outputs } = await program.run(at(2n))
    expect(listOf(outputs.get(graph.outputs[0]!))).toEqual([4])
  })
})
