/** Lowers Softmax and LogSoftmax. */
import { elementCount, normalizeAxis } from '../../base/shape.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { softmaxColumns, softmaxRows } from '../../kernel/nn/softmax.ts'
import { partsOf } from './parts-of-work.ts'

/** Elements whose exponentials are worth a task of their own. */
const elementsPerTask = 16_384
const columnsPerTask = 256

/** Softmax of each line along an axis, or its logarithm. */
export function lowerSoftmax(
  { input, output }: { readonly input: TensorRef; readonly output: TensorRef },
  axis: number,
  { call, target, threads }: LowerContext,
  logarithm = false,
): Refusal {
  if (input.dtype !== 'float32') return `dtype ${input.dtype}`
  const { shape } = input
  const at = normalizeAxis(axis, shape.length)
  const [size, inner] = [shape[at] ?? 1, elementCount(shape.slice(at + 1))]
  const outer = elementCount(shape.slice(0, at))
  if (size * inner * outer === 0) return undefined
  const places = { x: input.at, y: output.at }
  if (inner === 1) {
    const { each, tasks } = partsOf(outer, elementsPerTask / size, threads)
    call(softmaxRows(target, logarithm), { ...places, rows: outer, size, rowsPerTask: each }, tasks)
    return undefined
  }
  const columns = Math.min(columnsPerTask, Math.ceil(inner / 4) * 4)
  const blocks = Math.ceil(inner / columns)
  call(softmaxColumns(target, logarithm), { ...places, size, inner, columns, blocks }, outer * blocks)
  return undefined
}
