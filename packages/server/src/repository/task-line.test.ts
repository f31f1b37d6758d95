import { expect, it } from 'vitest'
import { deferred } from '../executor/deferred.ts'
import { countHolds } from './holds.ts'
import { limitConcurrency } from './limit-concurrency.ts'
import { taskLine } from './task-line.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

it('runs tasks one after the other, whatever becomes of them', async () => {
  const line = taskLine()
  const order: number[] = []
  const gate = deferred<void>()
  const first = line.add(() => gate.promise.then(() => void order.push(1)))
  const failed = line.add(() => Promise.reject(new Error('no')))
  const last = line.add(async () => order.push(2))
  await turn()
  expect(order).toEqual([])
  gate.resolve()
  await expect(failed).rejects.toThrow('no')
  await Promise.all([first, last])
  expect(order).toEqual([1, 2])
})

it('lets the latest of those that wait at the end take the place of the others', async () => {
  const line = taskLine()
  const order: string[] = []
  const gate = deferred<void>()
  const add = (name: string) => line.addLatest(async () => void order.push(name))
  const running = line.addLatest(() => gate.promise)
  await turn()
  const waiting = [add('a'), add('b')]
  void line.add(async () => order.push('between'))
  const after = [add('c'), add('d')]
  gate.resolve()
  await Promise.all([running, ...waiting, ...after])
  expect(order).toEqual(['b', 'between', 'd'])
})

it('is released once by each of those who hold it, and then by nobody', async () => {
  const holds = countHolds('it')
  const [one, two] = [holds.hold(), holds.hold()]
  let isOver = false
  const released = holds.released().then(() => {
    isOver = true
  })
  one()
  one()
  await turn()
  expect(isOver).toBe(false)
  two()
  await released
  expect(() => holds.hold()).toThrow('SLP-R3')
})

it('can be held while it waits to be released', async () => {
  const holds = countHolds('it')
  const one = holds.hold()
  const released = holds.released()
  const two = holds.hold()
  one()
  await turn()
  two()
  await released
})

it('limits how many tasks run at the same time', async () => {
  const limit = limitConcurrency(2)
  const gates = [1, 2, 3].map(() => deferred<number>())
  const begun: number[] = []
  const results = gates.map((gate, i) =>
    limit(() => {
      begun.push(i)
      return gate.promise
    }),
  )
  await turn()
  expect(begun).toEqual([0, 1])
  gates[1]!.reject(new Error('no'))
  await expect(results[1]).rejects.toThrow('no')
  await turn()
  expect(begun).toEqual([0, 1, 2])
})
