import { tensor } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import type { ServerEvent, ShadowEvent } from '../contract/event.ts'
import { fakeServed } from '../testing/fake-served.ts'
import { compareOutputs } from './compare-outputs.ts'
import { createShadows } from './shadow.ts'

const floats = (...values: number[]) => tensor('float32', [values.length], Float32Array.from(values))
const y = (...values: number[]) => new Map([['y', floats(...values)]])

describe('compareOutputs', () => {
  it.each([
    ['equal', y(3, 4), y(3, 4), { relativeL2: 0, top1Agrees: true }],
    ['a fifth apart', y(3, 4), y(3, 5), { relativeL2: 0.2, top1Agrees: true }],
    ['another winner', y(3, 4), y(4, 3), { top1Agrees: false }],
    ['zero and not', y(0, 0), y(0, 1), { relativeL2: Number.POSITIVE_INFINITY }],
    ['zero and zero', y(0, 0), y(0, 0), { relativeL2: 0 }],
    [
      'another shape',
      y(1),
      y(1, 2),
      { relativeL2: undefined, error: 'output "y" has shape [2], and not [1]' },
    ],
    ['a missing output', y(1), new Map(), { error: 'output "y" is missing' }],
  ])('tells %s', (_, a, b, expected) => {
    expect(compareOutputs(a, b)).toMatchObject(expected)
  })

  it('looks for classes where they are, also before sizes of 1', () => {
    const classes = (...values: number[]) =>
      new Map([['y', tensor('float32', [1, values.length, 1, 1], Float32Array.from(values))]])
    expect(compareOutputs(classes(1, 2), classes(2, 1)).top1Agrees).toBe(false)
    expect(compareOutputs(classes(1, 2), classes(1, 3)).top1Agrees).toBe(true)
    expect(compareOutputs(classes(1), classes(2)).top1Agrees).toBeUndefined()
  })

  it('compares rows of a batch and integers', () => {
    const rows = (...values: number[]) =>
      new Map([['y', tensor('float32', [2, 2], Float32Array.from(values))]])
    expect(compareOutputs(rows(1, 2, 2, 1), rows(1, 2, 1, 2)).top1Agrees).toBe(false)
    const ids = (value: bigint) => new Map([['y', tensor('int64', [1], BigInt64Array.of(value))]])
    expect(compareOutputs(ids(10n), ids(9n))).toEqual({
      relativeL2: 0.1,
      top1Agrees: undefined,
      error: undefined,
    })
  })
})

describe('createShadows', () => {
  const bound = { inputs: new Map([['x', floats(1, 2)]]), outputs: ['y'] }
  const times = { queuedMs: 0, dispatchedMs: 0, computeStartMs: 0, computeEndMs: 0, endedMs: 0 }
  const result = { outputs: y(1, 2), times, batchSize: 1 }

  function setUp(concurrency = 4) {
    const events: ShadowEvent[] = []
    const observe = (event: ServerEvent) => void (event.kind === 'shadow' && events.push(event))
    return { events, shadows: createShadows({ observe, concurrency }) }
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))

  it('compares what both answer, and lets go of the shadow', async () => {
    const { events, shadows } = setUp()
    const shadow = fakeServed('2', { answer: () => y(1, 4) })
    shadows.start(shadow, bound)!.primary(fakeServed('1'), result)
    await settled()
    expect(events).toMatchObject([{ version: '2', primary: '1', top1Agrees: true }])
    expect(events[0]!.relativeL2).toBeCloseTo(2 / Math.sqrt(5))
    expect([shadow.held, shadows.running]).toEqual([0, 0])
  })

  it.each([
    ['floats', 'float32', Float32Array.of(1, 2)],
    ['bytes of the request itself', 'uint8', Buffer.of(1, 2)],
  ] as const)('sees inputs of %s as they were before the primary took them', async (_, dtype, data) => {
    const { events, shadows } = setUp()
    const inputs = new Map([['x', tensor(dtype, [2], data)]])
    const run = shadows.start(fakeServed('2'), { inputs, outputs: ['y'] })!
    data.fill(0)
    run.primary(fakeServed('1'), result)
    await settled()
    expect(events).toMatchObject([{ relativeL2: 0 }])
  })

  it('reports a shadow that fails, and says nothing where the primary failed', async () => {
    const { events, shadows } = setUp()
    const broken = fakeServed('2', { answer: () => Promise.reject(new Error('out of order')) })
    shadows.start(broken, bound)!.primary(fakeServed('1'), result)
    shadows.start(broken, bound)!.primary(fakeServed('1'), undefined)
    await settled()
    expect(events).toMatchObject([{ error: 'out of order' }])
    expect([broken.held, shadows.running]).toEqual([0, 0])
  })

  it('leaves copies out where too many are under way', async () => {
    const { shadows } = setUp(1)
    const first = shadows.start(fakeServed('2'), bound)!
    expect(shadows.start(fakeServed('2'), bound)).toBeUndefined()
    first.primary(fakeServed('1'), undefined)
    await settled()
    expect(shadows.start(fakeServed('2'), bound)).toBeDefined()
  })
})
