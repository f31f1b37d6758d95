import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Buffer, defineKernel, kernelCall } from '../kernel/kernel.ts'
import { lifetimes, rootOf } from './lifetimes.ts'
import { alignUp, placeBuffers } from './place.ts'

const buffer = (label: string, sizeBytes: number): Buffer => ({ label, sizeBytes })
const at = (one: Buffer, offsetBytes = 0) => ({ buffer: one, offsetBytes })

const step = defineKernel({
  key: 'step',
  params: { x: 'in', y: 'out' },
  inplace: [['x', 'y']],
  emit: () => {},
})
const sum = defineKernel({
  key: 'sum',
  params: { a: 'in', b: 'in', y: 'out' },
  inplace: [['a', 'y']],
  emit: () => {},
})

describe('placeBuffers', () => {
  it('keeps apart what is live at the same time, within the bounds', () => {
    const one = fc.record({ size: fc.integer({ min: 0, max: 5000 }), first: fc.nat(40), length: fc.nat(12) })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 60 }), (list) => {
        const live = new Map(
          list.map(({ size, first, length }, i) => [buffer(`b${i}`, size), { first, last: first + length }]),
        )
        const { offsets, sizeBytes, lowerBoundBytes } = placeBuffers(live)
        const ranges = [...live].map(([b, { first, last }]) => {
          const start = offsets.get(b)!
          return { first, last, start, end: start + alignUp(b.sizeBytes) }
        })
        for (const [i, a] of ranges.entries()) {
          expect(a.start % 64).toBe(0)
          expect(a.end).toBeLessThanOrEqual(sizeBytes)
          for (const b of ranges.slice(i + 1)) {
            const together = a.first <= b.last && b.first <= a.last
            if (together) expect(a.end <= b.start || b.end <= a.start).toBe(true)
          }
        }
        expect(sizeBytes).toBeGreaterThanOrEqual(lowerBoundBytes)
      }),
    )
  })

  it('reaches the lower bound on a chain', () => {
    const live = new Map([
      [buffer('a', 640), { first: 0, last: 1 }],
      [buffer('b', 64), { first: 1, last: 2 }],
      [buffer('c', 640), { first: 2, last: 3 }],
    ])
    expect(placeBuffers(live)).toMatchObject({ sizeBytes: 704, lowerBoundBytes: 704 })
  })
})

describe('lifetimes', () => {
  const [x, y, z, w] = ['x', 'y', 'z', 'w'].map((label) => buffer(label, 64)) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ]
  const nowhere = () => false

  it('lets a result take the place of an operand that ends there', () => {
    const uses = [kernelCall(step, { x: at(x), y: at(y) }, 1), kernelCall(step, { x: at(y), y: at(z) }, 1)]
    const { live, inside } = lifetimes(uses, new Set([x]), new Set([z]), nowhere)
    expect([...live]).toEqual([[x, { first: -1, last: 2 }]])
    expect(rootOf(z, inside)).toBe(x)
  })

  it('leaves an operand alone that is read later, or twice, or is a part', () => {
    const later = [
      kernelCall(step, { x: at(x), y: at(y) }, 1),
      kernelCall(sum, { a: at(y), b: at(x), y: at(z) }, 1),
    ]
    expect([...lifetimes(later, new Set([x]), new Set([y, z]), nowhere).live.keys()]).toEqual([x, y, z])
    const twice = [kernelCall(sum, { a: at(x), b: at(x), y: at(y) }, 1)]
    expect(lifetimes(twice, new Set([x]), new Set([y]), nowhere).live.size).toBe(2)
    const part = [kernelCall(step, { x: at(w, 64), y: at(y) }, 1)]
    expect(lifetimes(part, new Set([w]), new Set([y]), nowhere).live.size).toBe(2)
  })

  it('says nothing of buffers that have memory', () => {
    const uses = [kernelCall(step, { x: at(x), y: at(y) }, 1)]
    expect([...lifetimes(uses, new Set(), new Set([y]), (one) => one === x).live.keys()]).toEqual([y])
  })
})
