/** Independent pieces of work, numbered from 0, of which a task does some in a row. */
import type { Local } from '../../wasm/index.ts'
import { op } from '../../wasm/index.ts'
import type { KernelBuilder } from '../kernel.ts'
import { least } from './rows.ts'

/** The parameters of `forEachItem`. */
export const itemParams = { items: 'i32', itemsPerTask: 'i32' } as const

/** Arguments and number of tasks, of which none has fewer than `atLeast` items but the last. */
export function shareItems(items: number, atLeast: number) {
  const itemsPerTask = Math.max(1, Math.min(items, Math.ceil(atLeast)))
  return { args: { items, itemsPerTask }, tasks: Math.ceil(items / itemsPerTask) }
}

/** Runs `body` with the number of each item of the task. */
export function forEachItem(
  { f, task, arg }: KernelBuilder<typeof itemParams>,
  body: (item: Local<'i32'>) => void,
): void {
  const each = f.let(arg('itemsPerTask'))
  const item = f.let(op('i32.mul', task, each))
  const left = f.let(op('i32.sub', arg('items'), item))
  f.repeat(least(left, each), () => {
    body(item)
    f.add(item, 1)
  })
}
