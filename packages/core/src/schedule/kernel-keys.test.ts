import { describe, expect, it } from 'vitest'
import type { Shape } from '../base/shape.ts'
import { tensorBytes } from '../base/storage.ts'
import { tensor } from '../base/tensor.ts'
import { tensorType } from '../base/value.ts'
import { type GraphBuilder, graphBuilder } from '../ir/builder.ts'
import type { Place } from '../kernel/kernel.ts'
import { portableTarget } from '../kernel/target.ts'
import { i64 } from '../testing/literals.ts'
import { schedule } from './schedule.ts'

type Build = (b: GraphBuilder, x: string) => string

/** The keys of the kernels that a graph of one float32 input calls, in order. */
function keysOf(shape: Shape, build: Build): string[] {
  const b = graphBuilder({ name: 'test' })
  const type = tensorType('float32', shape)
  const y = build(b, b.input('x', type))
  const place = (label: string, sizeBytes: number): Place => ({
    buffer: { label, sizeBytes },
    offsetBytes: 0,
  })
  const { steps } = schedule(b.build([y]), new Map([['x', { type }]]), {
    target: portableTarget,
    threads: 1,
    wanted: new Set([y]),
    constantPlace: (name, { dtype, shape }) => place(name, tensorBytes(dtype, shape)),
  })
  return steps.map((step) => (step.kind === 'call' ? step.call.kernel.key : `host: ${step.reason}`))
}

const integers = (b: GraphBuilder, ...list: number[]) => b.literal('int64', list)
/** Work on both sides of a view, so that neither is an input or output of the graph. */
const between =
  (view: Build): Build =>
  (b, x) =>
    b.node('ArgMax', [view(b, b.node('Transpose', [x], { perm: [0, 2, 3, 1] }))], { axis: -1 })

describe('kernels of a graph', () => {
  const views: Readonly<Record<string, Build>> = {
    nothing: (_, x) => x,
    Reshape: (b, x) => b.node('Reshape', [x, integers(b, 1, -1, 8)]),
    Flatten: (b, x) => b.node('Flatten', [x]),
    Unsqueeze: (b, x) => b.node('Unsqueeze', [x, integers(b, 0)]),
    'Slice of rows': (b, x) => b.node('Slice', [x, integers(b, 2), integers(b, 4), integers(b, 1)]),
    'Gather of a row': (b, x) => b.node('Gather', [x, b.constant(i64(-1))], { axis: 1 }),
    'Transpose of axes of size 1': (b, x) => b.node('Transpose', [x], { perm: [1, 0, 2, 3] }),
  }
  for (const [name, view] of Object.entries(views))
    it(`have none for ${name}`, () =>
      expect(keysOf([1, 8, 16, 24], between(view))).toEqual([
        'copy-transpose-4-2',
        expect.stringContaining('arg-max-first-float32'),
      ]))

  const movers: Readonly<Record<string, Build>> = {
    Transpose: (b, x) => b.node('Transpose', [x], { perm: [0, 2, 3, 1] }),
    Slice: (b, x) => b.node('Slice', [x, integers(b, 1), integers(b, 99), integers(b, 3), integers(b, 2)]),
    Concat: (b, x) => b.node('Concat', [x, x], { axis: 1 }),
    Gather: (b, x) => b.node('Gather', [x, integers(b, 0, 3, 1)], { axis: 2 }),
    Tile: (b, x) => b.node('Tile', [x, integers(b, 1, 1, 2, 1)]),
    ArgMax: (b, x) => b.node('ArgMax', [x], { axis: 1 }),
    CumSum: (b, x) => b.node('CumSum', [x, b.constant(i64(2))]),
  }
  for (const [name, build] of Object.entries(movers))
    it(`are the same for every batch of ${name}`, () => {
      const keys = [2, 3, 64].map((batch) => keysOf([batch, 8, 16, 24], build))
      expect(keys[1]).toEqual(keys[0])
      expect(keys[2]).toEqual(keys[0])
      expect(keys[0]!.length).toBeGreaterThan(0)
      expect(keys[0]!.filter((key) => key.startsWith('host'))).toEqual([])
    })

  it('pack weights that are cast as they pack constants', () => {
    const halves = tensor('float16', [40, 24], new Uint16Array(960))
    const singles = tensor('float32', [40, 24], new Float32Array(960))
    const times = (weights: (b: GraphBuilder) => string) =>
      keysOf([16, 40], (b, x) => b.node('MatMul', [x, weights(b)]))
    const cast = times((b) => b.node('Cast', [b.constant(halves)], { to: 1 }))
    const plain = times((b) => b.constant(singles))
    expect(plain).toEqual([expect.stringContaining('pack:'), expect.stringContaining('gemm')])
    expect(cast).toEqual([expect.stringContaining('elementwise float32($0:float16)'), ...plain])
  })
})
