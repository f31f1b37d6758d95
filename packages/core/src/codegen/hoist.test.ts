import { describe, expect, it } from 'vitest'
import { type Buffer, defineKernel, type KernelCall, kernelCall } from '../kernel/kernel.ts'
import { hoist, hoistedNames } from './hoist.ts'

const pack = defineKernel({ key: 'pack', params: { x: 'in', y: 'out', n: 'i32' }, emit: () => {} })
const product = defineKernel({ key: 'product', params: { a: 'in', b: 'in', y: 'out' }, emit: () => {} })

const buffer = (label: string): Buffer => ({ label, sizeBytes: 64 })
const at = (one: Buffer) => ({ buffer: one, offsetBytes: 0 })
const [weight, packed, x, y, z] = ['weight', 'packed', 'x', 'y', 'z'].map(buffer) as [
  Buffer,
  Buffer,
  Buffer,
  Buffer,
  Buffer,
]
const isConstant = (one: Buffer) => one === weight
const split = (calls: KernelCall[], hostWrites: Buffer[] = []) =>
  hoist(calls, new Set([x, ...hostWrites]), isConstant).once.map(({ kernel }) => kernel.key)

describe('hoist', () => {
  const packing = kernelCall(pack, { x: at(weight), y: at(packed), n: 3 }, 1)

  it('runs once what reads constants alone, and what follows from that', () => {
    const calls = [
      packing,
      kernelCall(pack, { x: at(packed), y: at(z), n: 3 }, 1),
      kernelCall(product, { a: at(x), b: at(z), y: at(y) }, 1),
    ]
    expect(split(calls)).toEqual(['pack', 'pack'])
  })

  it('runs always what writes where something else writes too', () => {
    const second = kernelCall(pack, { x: at(x), y: at(packed), n: 3 }, 1)
    expect(split([packing, second])).toEqual([])
    expect(split([packing], [packed])).toEqual([])
  })

  it('names what was computed by what it was computed from', () => {
    const name = (call: KernelCall) => hoistedNames([call], ({ label }) => label).get(packed)
    const again = { ...packed }
    const same = hoistedNames(
      [kernelCall(pack, { x: at(weight), y: at(again), n: 3 }, 1)],
      ({ label }) => label,
    )
    expect(same.get(again)).toBe(name(packing))
    expect(name(kernelCall(pack, { x: at(weight), y: at(packed), n: 4 }, 1))).not.toBe(name(packing))
  })
})
