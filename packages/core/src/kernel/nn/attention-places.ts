/** How many keys each sequence of a batch has, and where its first query stands among them. */

import { i32, load, op, select } from '../../wasm/index.ts'
import { defineKernel, type Kernel } from '../kernel.ts'
import { type I32, plus, smaller, times } from './vectors.ts'

const paddedParams = { lengths: 'in', out: 'out', queries: 'i32', keys: 'i32', most: 'i32' } as const

/** For caches filled up to int64 `lengths`, whose last keys are those of the queries; a task is a sequence. */
export const paddedPlaces: Kernel<typeof paddedParams> = defineKernel({
  key: 'attention-places-padded',
  params: paddedParams,
  emit(k) {
    const { f } = k
    const length = f.let(load('i32.load', plus(k.arg('lengths'), times(k.task, 8))))
    const out = f.let(plus(k.arg('out'), times(k.task, 8)))
    f.set(length, smaller(f, length, k.arg('keys')))
    f.store('i32.store', out, op('i32.sub', length, k.arg('queries')), 4)
    f.store('i32.store', out, smaller(f, length, k.arg('most')))
  },
})

const groupParams = {
  last: 'in',
  total: 'in',
  out: 'out',
  length: 'i32',
  rows: 'i32',
  pastRows: 'i32',
} as const

/**
 * For caches whose last row in use is int32 `last`, the new rows at its end; a prompt, as long as all rows in use, fills
 * the cache from its start on however short a sequence is. A task is a sequence.
 */
export const groupPlaces: Kernel<typeof groupParams> = defineKernel({
  key: 'attention-places-group',
  params: groupParams,
  emit(k) {
    const { f } = k
    const used = f.let(plus(load('i32.load', plus(k.arg('last'), times(k.task, 4))), 1))
    const past = f.let(op('i32.sub', used, k.arg('length')))
    f.if(op('i32.eq', load('i32.load', k.arg('total')), k.arg('length')), () => f.set(past, i32(0)))
    const atLeastZero = (x: I32) => select(x, i32(0), op('i32.gt_s', x, i32(0)))
    const out = f.let(plus(k.arg('out'), times(k.task, 8)))
    f.store('i32.store', out, smaller(f, used, k.arg('rows')))
    f.store('i32.store', out, f.let(atLeastZero(smaller(f, past, k.arg('pastRows')))), 4)
  },
})
