import { describe, expect, it } from 'vitest'
import { symbol } from '../../base/dim.ts'
import { tensor } from '../../base/tensor.ts'
import { tensorType } from '../../base/value.ts'
import { graphBuilder } from '../../ir/builder.ts'
import { compileGraph } from './compile.ts'
import { planReport } from './plan-report.ts'

/** Two products with a rectifier in the first, and a node for the host. */
function graph() {
  const b = graphBuilder({ name: 'two' })
  const x = b.input('x', tensorType('float32', [symbol('N'), 64]))
  const w = b.constant(tensor('float32', [64, 64], new Float32Array(64 * 64).fill(0.5)), 'w')
  const first = b.node('MatMul', [x, w], {}, { name: 'first', outputs: ['p'] })
  const relu = b.node('Relu', [first], {}, { name: 'relu', outputs: ['r'] })
  const second = b.node('MatMul', [relu, w], {}, { name: 'second', outputs: ['q'] })
  return b.build([
    b.node('Det', [b.node('Reshape', [second, b.literal('int64', [-1, 64, 64])])], {}, { name: 'det' }),
  ])
}

describe('planReport', () => {
  it('names the nodes of each kernel, and why the host runs one', () => {
    const { steps, kernels, unplanned } = planReport(graph(), { shapes: { x: [64, 64] } })
    expect(steps.map(({ nodes }) => nodes)).toEqual([['first', 'relu'], ['second'], ['det']])
    expect(steps[0]).toMatchObject({ operators: 'MatMul + Relu', reason: undefined })
    expect(steps[2]).toMatchObject({
      operators: 'Det',
      kernel: undefined,
      reason: expect.stringMatching(/./),
    })
    expect(kernels).toBe(2)
    expect(unplanned).toEqual([])
  })

  it('places buffers that are in use at one time apart, in an arena that holds them', () => {
    const { buffers, arenaBytes, lowerBoundBytes, packedBytes } = planReport(graph(), {
      shapes: { x: [128, 64] },
    })
    expect(buffers[0]).toMatchObject({ sizeBytes: 128 * 64 * 4 })
    expect(arenaBytes).toBeGreaterThanOrEqual(lowerBoundBytes)
    expect(packedBytes).toBeGreaterThanOrEqual(64 * 64 * 4)
    for (const a of buffers)
      for (const b of buffers) {
        if (a === b || a.last < b.first || b.last < a.first) continue
        expect(
          a.offsetBytes + a.sizeBytes <= b.offsetBytes || b.offsetBytes + b.sizeBytes <= a.offsetBytes,
        ).toBe(true)
      }
  })

  it('packs a weight once, though two products read it', () => {
    const { packedBytes } = planReport(graph(), { shapes: { x: [128, 64] } })
    expect(packedBytes).toBeLessThan(1.5 * 64 * 64 * 4)
  })

  it('agrees with what a run reports', () => {
    const compiled = compileGraph(graph(), { deterministic: true })
    compiled.run(new Map([['x', tensor('float32', [128, 64], new Float32Array(128 * 64))]]))
    const { arenaBytes, lowerBoundBytes } = planReport(graph(), { shapes: { x: [128, 64] } })
    expect(compiled.report()).toMatchObject({ arenaBytes, arenaLowerBoundBytes: lowerBoundBytes })
  })

  it('lists the nodes that wait for data', () => {
    const b = graphBuilder({ name: 'dependent' })
    const found = b.node('NonZero', [b.input('x', tensorType('float32', [4]))], {}, { name: 'find' })
    const { steps, unplanned } = planReport(b.build([b.node('Neg', [found], {}, { name: 'neg' })]))
    expect({ steps, unplanned }).toEqual({ steps: [], unplanned: ['find (NonZero)', 'neg (Neg)'] })
  })

  it('refuses sizes that fit no input', () => {
    expect(() => planReport(graph(), { shapes: { y: [1] } })).toThrow('SLP-S1')
    expect(() => planReport(graph(), { shapes: { x: [1, 63] } })).toThrow('SLP-S4')
    expect(() => planReport(graph(), { shapes: { x: [64] } })).toThrow('SLP-S4')
  })
})
