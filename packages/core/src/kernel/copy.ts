/** Copies bytes from one place to another. */
import { op } from '../wasm/index.ts'
import { defineKernel, type Place } from './kernel.ts'
import type { LowerContext } from './lower.ts'

const copyBytes = defineKernel({
  key: 'copy-bytes',
  params: { source: 'in', target: 'out', bytes: 'i32', chunk: 'i32' },
  emit({ f, task, arg }) {
    const chunk = f.let(arg('chunk'))
    const start = f.let(op('i32.mul', task, chunk))
    const left = f.let(op('i32.sub', arg('bytes'), start))
    f.if(op('i32.gt_s', left, chunk), () => f.set(left, chunk))
    f.copy(op('i32.add', arg('target'), start), op('i32.add', arg('source'), start), left)
  },
})

/** Large enough that starting a task does not show. */
const chunkBytes = 1 << 18

/** Adds a call that copies `bytes` bytes. */
export function lowerCopy(context: LowerContext, source: Place, target: Place, bytes: number): void {
  if (bytes === 0) return
  const chunk = Math.min(chunkBytes, bytes)
  context.call(copyBytes, { source, target, bytes, chunk }, Math.ceil(bytes / chunk))
}
