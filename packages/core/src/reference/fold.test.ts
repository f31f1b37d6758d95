import { expect, it } from 'vitest'
import { tensor } from '../base/tensor.ts'
import { widen } from '../base/wide.ts'
import type { Attribute } from '../ir/attribute.ts'
import { tryFindOp } from '../ops/registry.ts'
import { foldNode } from './fold.ts'

const one = widen(tensor('float32', [1, 1, 1], Float32Array.of(5)))

function fold(op: string, attributes: Readonly<Record<string, Attribute>>, inputs = [one]) {
  const names = inputs.map((_, i) => `x${i}`)
  const node = {
    name: '',
    domain: '',
    op,
    inputs: names,
    outputs: ['y'],
    attributes: new Map(Object.entries(attributes)),
  }
  return foldNode(tryFindOp('', op)!, node, inputs)?.[0]
}

it('folds small nodes', () =>
  expect(fold('MaxPool', { kernel_shape: { kind: 'ints', value: [1n] } })).toMatchObject({
    shape: [1, 1, 1],
  }))

it('leaves windows that are out of proportion to run time', () => {
  const attributes = {
    kernel_shape: { kind: 'ints', value: [2_000_000_000n] },
    pads: { kind: 'ints', value: [1_000_000_000n, 1_000_000_000n] },
  } as const
  expect(fold('MaxPool', attributes)).toBeUndefined()
})

it('leaves sums over many indices to run time', () => {
  const vector = widen(tensor('float32', [200], new Float32Array(200)))
  const equation: Attribute = { kind: 'string', value: 'a,b,c,d,e->' }
  expect(fold('Einsum', { equation }, Array(5).fill(vector))).toBeUndefined()
})
