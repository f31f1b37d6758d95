/** Replaces every byte by what a table of 256 holds for it. */
import { i32, load, op } from '../../wasm/index.ts'
import { defineKernel, type Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'

/** Rows of bytes, some bytes apart in both places. */
export interface ByteRows {
  readonly from: Place
  readonly to: Place
  readonly rows: number
  readonly bytes: number
  readonly fromStep: number
  readonly toStep: number
}

const params = {
  x: 'in',
  table: 'in',
  y: 'out',
  bytes: 'i32',
  xStep: 'i32',
  yStep: 'i32',
  chunk: 'i32',
  chunks: 'i32',
} as const

/** Some tens of microseconds. */
const chunkBytes = 1 << 15

/** Adds the call; without a table bytes stay what they are. */
export function lowerLookup(context: LowerContext, rows: ByteRows, table: Place | undefined): void {
  if (rows.bytes * rows.rows === 0) return
  const chunk = Math.min(chunkBytes, rows.bytes)
  const chunks = Math.ceil(rows.bytes / chunk)
  const args = {
    x: rows.from,
    table,
    y: rows.to,
    bytes: rows.bytes,
    xStep: rows.fromStep,
    yStep: rows.toStep,
    chunk,
    chunks,
  }
  context.call(lookupKernel, args, chunks * rows.rows)
}

const unrolled = 8

const lookupKernel = defineKernel({
  key: 'byte-lookup',
  params,
  emit({ f, arg, task }) {
    const row = f.let(op('i32.div_u', task, arg('chunks')))
    const start = f.let(op('i32.mul', op('i32.rem_u', task, arg('chunks')), arg('chunk')))
    const count = f.let(op('i32.sub', arg('bytes'), start))
    f.if(op('i32.gt_s', count, arg('chunk')), () => f.set(count, arg('chunk')))
    const place = (base: 'x' | 'y', step: 'xStep' | 'yStep') =>
      f.let(op('i32.add', op('i32.add', arg(base), op('i32.mul', row, arg(step))), start))
    const [from, to, table] = [place('x', 'xStep'), place('y', 'yStep'), f.let(arg('table'))]
    const look = (offset: number) =>
      f.store(
        'i32.store8',
        to,
        load('i32.load8_u', op('i32.add', table, load('i32.load8_u', from, offset))),
        offset,
      )
    f.if(
      table,
      () => {
        f.repeat(op('i32.div_u', count, i32(unrolled)), () => {
          for (let i = 0; i < unrolled; i++) look(i)
          f.add(from, unrolled)
          f.add(to, unrolled)
        })
        f.repeat(op('i32.rem_u', count, i32(unrolled)), () => {
          look(0)
          f.add(from, 1)
          f.add(to, 1)
        })
      },
      () => f.copy(to, from, count),
    )
  },
})
