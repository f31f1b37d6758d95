import { expect, it } from 'vitest'
import { defineKernel } from '../kernel/kernel.ts'
import { portableTarget } from '../kernel/target.ts'
import { i32, load, op } from '../wasm/index.ts'
import { f32 } from './literals.ts'
import { recorder } from './run-calls.ts'

const scale = defineKernel({
  key: 'scale',
  params: { x: 'in', y: 'out', by: 'f32' },
  emit({ f, task, arg }) {
    const at = f.let(op('i32.shl', task, i32(2)))
    const x = load('f32.load', op('i32.add', arg('x'), at))
    f.store('f32.store', op('i32.add', arg('y'), at), op('f32.mul', x, arg('by')))
  },
})

it('runs the tasks of calls one after another', () => {
  const r = recorder(portableTarget)
  const [x, y, z] = [r.ref(f32([1, 2, 3])), r.result('float32', [3]), r.result('float32', [3])]
  r.context.call(scale, { x: x.at, y: y.at, by: 2 }, 3)
  r.context.call(scale, { x: y.at, y: z.at, by: -1 }, 3)
  expect(r.run([y, z])).toEqual([f32([2, 4, 6]), f32([-2, -4, -6])])
})

it('refuses calls that do not fit', () => {
  const { context, ref } = recorder(portableTarget)
  const x = ref(f32([1]))
  expect(() => context.call(scale, { x: x.at, y: x.at, by: x.at } as never, 1)).toThrow(
    'Cannot call kernel scale: argument "by" must be f32, got object',
  )
})

it('notices what is written behind a buffer', () => {
  const r = recorder(portableTarget)
  const [x, y] = [r.ref(f32([1, 2])), r.result('float32', [1])]
  r.context.call(scale, { x: x.at, y: y.at, by: 2 }, 2)
  expect(() => r.run([y])).toThrow('a kernel wrote 0 bytes behind the buffer "result"')
})
