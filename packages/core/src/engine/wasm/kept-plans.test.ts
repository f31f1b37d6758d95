import { describe, expect, it } from 'vitest'
import { symbol } from '../../base/dim.ts'
import { SlipwayError } from '../../base/errors.ts'
import { elementCount, type Shape } from '../../base/shape.ts'
import { type Tensor, tensor } from '../../base/tensor.ts'
import { tensorType } from '../../base/value.ts'
import { graphBuilder } from '../../ir/builder.ts'
import type { Graph } from '../../ir/graph.ts'
import { portableTarget } from '../../kernel/target.ts'
import type { Heap } from '../../memory/heap.ts'
import { type Chapter, openChapter, prepareChapter } from './chapter.ts'
import { type Machine, openMachine } from './machine.ts'

const wave = (shape: Shape): Tensor<'float32'> =>
  tensor(
    'float32',
    shape,
    Float32Array.from({ length: elementCount(shape) }, (_, i) => Math.sin(i)),
  )

/** With packed weights, and kernels that read tables. */
function network(): Graph {
  const b = graphBuilder({ name: 'network' })
  const x = b.input('x', tensorType('float32', [1, 3, symbol('H'), symbol('W')]))
  const conv = b.node('Conv', [x, b.constant(wave([8, 3, 3, 3]), 'w')], { strides: [2n, 2n] })
  const sizes = b.constant(tensor('float32', [4], Float32Array.of(1, 1, 2, 2)), 'scales')
  const resized = b.node('Resize', [conv, '', sizes], { mode: 'linear' })
  return b.build([b.node('Conv', [resized, b.constant(wave([4, 8, 1, 1]), 'v')])])
}

function open(planBytes: number, poll = () => 0) {
  const machine = openMachine({ target: portableTarget, isShared: false, poll })
  const chapter: Chapter = openChapter(network())
  const prepare = (size: number, on: Machine = machine) => {
    const shape = [1, 3, size, size]
    const values = new Map([
      ['x', { kind: 'memory', at: { address: 0, sizeBytes: 0, dtype: 'float32', shape } } as const],
    ])
    return prepareChapter(chapter, values, chapter.graph.outputs, on, { threads: 1, planBytes })
  }
  return { machine, chapter, prepare }
}

describe('plans of a chapter', () => {
  it('are kept while they fit, and found again', () => {
    const { chapter, prepare } = open(2 ** 30)
    const first = prepare(20)
    for (let size = 21; size < 100; size++) prepare(size)
    expect(chapter.plans.size).toBe(80)
    expect(prepare(20)).toBe(first)
  })

  it('give all their memory back when they go', () => {
    const { machine, chapter, prepare } = open(0)
    const used = () => machine.heap.usedBytes
    const around = () => {
      for (const size of [40, 24, 33]) prepare(size)
      return used()
    }
    const before = around()
    expect(around()).toBe(before)
    expect(chapter.plans.size).toBe(1)
    // Packed weights outlive every single plan.
    expect(machine.fixed.persistent.size).toBeGreaterThan(1)
  })

  it('go in the order in which they were used', () => {
    const { chapter, prepare } = open(2 ** 30)
    const plans = [30, 31, 32].map((size) => prepare(size))
    expect(prepare(30)).toBe(plans[0])
    const bytes = [...chapter.plans.values()].map(({ plan }) => plan.placement.sizeBytes)
    expect(chapter.arenaBytes).toBe(Math.max(...bytes))
    const { chapter: small, prepare: again } = open(200_000)
    const early = [30, 31, 32].map((size) => again(size))
    for (const size of [30, 33, 30, 34, 30, 35]) again(size)
    expect(small.plans.size).toBeLessThan(6)
    expect(again(30)).toBe(early[0])
    expect(again(31)).not.toBe(early[1])
  })

  it('take their arena with them', () => {
    const { chapter, prepare } = open(2_000_000)
    prepare(300)
    const large = chapter.arenaBytes
    expect(large).toBeGreaterThan(2_000_000)
    prepare(20)
    expect(chapter.arenaBytes).toBeLessThan(large / 10)
  })
})

it('stops wherever a plan is when it is cancelled, and makes the same plan later', () => {
  let left = Number.POSITIVE_INFINITY
  const { machine, prepare } = open(0, () => (left-- > 0 ? 0 : 1))
  const calm = open(0)
  calm.prepare(30)
  let stops = 0
  for (let asked = 0; ; asked++) {
    left = asked
    try {
      prepare(30)
      break
    } catch (error) {
      expect(error).toMatchObject({ code: 'SLP-S7' })
      stops += 1
    }
  }
  // Once for each node and each group, and between the kernels that pack weights.
  expect(stops).toBeGreaterThan(8)
  expect(machine.heap.usedBytes).toBe(calm.machine.heap.usedBytes)
  const bytesOf = ({ machine: { fixed, bytes } }: Pick<typeof calm, 'machine'>) =>
    [...fixed.persistent].map(([{ sizeBytes }, at]) => bytes().slice(at, at + sizeBytes))
  expect(bytesOf({ machine })).toEqual(bytesOf(calm))
})

it('keeps nothing of a plan for which there is no room', () => {
  const { machine, prepare } = open(0)
  let left = 0
  const allocate: Heap['allocate'] = (sizeBytes) => {
    if (left-- === 0) throw new SlipwayError('SLP-L4', 'Cannot allocate memory: there is no more')
    return machine.heap.allocate(sizeBytes)
  }
  const { free, usedBytes } = machine.heap
  const full = { ...machine, heap: { allocate, free, usedBytes } }
  let failures = 0
  for (;;) {
    left = failures
    try {
      prepare(30, full)
      break
    } catch (error) {
      expect(error).toMatchObject({ code: 'SLP-L4' })
      expect(machine.fixed.persistent.size).toBe(0)
      failures += 1
    }
  }
  // What is computed once, its image, and that of the plan.
  expect(failures).toBeGreaterThan(2)
})
