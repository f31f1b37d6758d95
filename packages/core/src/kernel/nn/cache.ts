/** Caches of keys and values, filled to a length of each sequence's own. */
import { i32, load, op } from '../../wasm/index.ts'
import { defineKernel, type Kernel } from '../kernel.ts'
import { type I32, plus, smaller, times } from './vectors.ts'

const params = {
  past: 'in',
  x: 'in',
  y: 'out',
  /** As `groupPlaces` gives them. */
  places: 'in',
  heads: 'i32',
  length: 'i32',
  pastRows: 'i32',
  rows: 'i32',
  /** Bytes of a row. */
  rowBytes: 'i32',
  xBatch: 'i32',
  xHead: 'i32',
  xRow: 'i32',
} as const

/** The rows of the past in use, the new ones, and zeros; a task is a head of a sequence. */
export const fillCache: Kernel<typeof params> = defineKernel({
  key: 'fill-cache',
  params,
  emit(k) {
    const { f } = k
    const n = f.let(op('i32.div_u', k.task, k.arg('heads')))
    const h = op('i32.rem_u', k.task, k.arg('heads'))
    const bytes = f.let(k.arg('rowBytes'))
    const before = f.let(load('i32.load', plus(k.arg('places'), times(n, 8)), 4))
    const inRows = (count: I32) => op('i32.mul', count, bytes)
    const y = f.let(plus(k.arg('y'), op('i32.mul', k.task, inRows(k.arg('rows')))))
    const past = plus(k.arg('past'), op('i32.mul', k.task, inRows(k.arg('pastRows'))))
    f.copy(y, past, inRows(before))
    const x = f.let(plus(k.arg('x'), op('i32.mul', n, k.arg('xBatch')), op('i32.mul', h, k.arg('xHead'))))
    const fresh = smaller(f, k.arg('length'), op('i32.sub', k.arg('rows'), before))
    f.add(y, inRows(before))
    f.repeat(fresh, () => {
      f.copy(y, x, bytes)
      f.add(y, bytes)
      f.add(x, k.arg('xRow'))
    })
    f.fill(y, i32(0), inRows(op('i32.sub', op('i32.sub', k.arg('rows'), before), fresh)))
  },
})
