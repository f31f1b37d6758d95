/**
 * Attention by the online softmax: a task takes some queries of a head through all keys, a block at a time, and keeps
 * for each query the largest score so far, the sum of powers, and the weighted sum of values, rescaled when a larger
 * score turns up. What a query does not see is never read, whatever it holds.
 */
import { f32, i32, type Local, load, op, select } from '../../wasm/index.ts'
import { defineKernel, type Kernel } from '../kernel.ts'
import { type Target, targetKey } from '../target.ts'
import { emitBlock } from './attention-block.ts'
import {
  type AttentionBuilder,
  type AttentionForm,
  type AttentionTask,
  attentionParams,
  blockKeys,
  stateAt,
  stateBytes,
} from './attention-form.ts'
import { type I32, overRow, plus, smaller, storeSome, times, vector } from './vectors.ts'

/** A task is `queriesPerTask` queries of a head of a sequence. */
export function attentionKernel(target: Target, form: AttentionForm): Kernel<typeof attentionParams> {
  const flags = [
    ...form.masks,
    form.softcap && 'softcap',
    form.places && 'places',
    form.sink && 'sink',
    targetKey(target),
  ]
  return defineKernel({
    key: `attention-${flags.filter(Boolean).join('-')}`,
    params: attentionParams,
    emit(k) {
      const { f } = k
      const perHead = k.arg('tasksPerHead')
      const head = f.let(op('i32.div_u', k.task, perHead))
      const [n, h] = [op('i32.div_u', head, k.arg('heads')), op('i32.rem_u', head, k.arg('heads'))].map((x) =>
        f.let(x),
      ) as [Local<'i32'>, Local<'i32'>] // two
      const shared = f.let(op('i32.div_u', h, k.arg('group')))
      const first = f.let(times(op('i32.rem_u', k.task, perHead), k.arg('queriesPerTask')))
      const stop = smaller(f, plus(first, k.arg('queriesPerTask')), k.arg('queries'))
      const count = f.let(op('i32.sub', stop, first))
      const place = (name: 'q' | 'k' | 'v' | 'y' | 'mask0' | 'mask1', own: I32, row: I32 | number) =>
        f.let(
          plus(
            k.arg(name),
            op('i32.mul', n, k.arg(`${name}Batch`)),
            op('i32.mul', own, k.arg(`${name}Head`)),
            times(k.arg(`${name}Row`), row),
          ),
        )
      const scores = f.let(plus(k.scratch, times(count, stateBytes)))
      const sums = f.let(plus(scores, times(count, 4 * blockKeys)))
      const sumBytes = f.let(times(op('i32.shr_u', plus(k.arg('valueSize'), 15), i32(4)), 64))
      f.fill(sums, i32(0), op('i32.mul', count, sumBytes))
      const { start, end } = emitStates(k, form, { n, h, first, count })
      const masks = form.masks.map((_, i) => place(i === 0 ? 'mask0' : 'mask1', h, first))
      const task = {
        q: place('q', h, first),
        k: place('k', shared, 0),
        v: place('v', shared, 0),
        masks,
        count,
        end,
        scores,
        sums,
        sumBytes,
      }
      const key = f.local('i32')
      f.for(key, start, end, blockKeys, () => emitBlock(k, form, task, key))
      emitResults(k, place('y', h, first), { count, sums, sumBytes })
    },
  })
}

interface Queries {
  readonly n: I32
  readonly h: I32
  readonly first: I32
  readonly count: I32
}

/** Sets up what is kept for each query; the range of keys that any of them sees. */
function emitStates(
  k: AttentionBuilder,
  { places, sink }: AttentionForm,
  { n, h, first, count }: Queries,
): { readonly start: Local<'i32'>; readonly end: Local<'i32'> } {
  const { f } = k
  const [keys, offset] = [f.let(k.arg('keys')), f.let(k.arg('offset'))]
  if (places) {
    const at = f.let(plus(k.arg('places'), times(n, 8)))
    f.set(keys, load('i32.load', at))
    f.set(offset, load('i32.load', at, 4))
  }
  const state = f.let(k.scratch)
  const position = f.let(plus(offset, first))
  const [start, end] = [f.let(keys), f.let(i32(0))]
  f.repeat(count, () => {
    f.store(
      'f32.store',
      state,
      sink ? load('f32.load', plus(k.arg('sink'), times(h, 4))) : f32(Number.NEGATIVE_INFINITY),
      stateAt.top,
    )
    f.store('f32.store', state, f32(sink ? 1 : 0), stateAt.sum)
    const from = f.let(op('i32.sub', position, k.arg('left')))
    f.set(from, select(from, i32(0), op('i32.gt_s', from, i32(0))))
    const to = smaller(f, plus(position, k.arg('right'), 1), keys)
    f.store('i32.store', state, from, stateAt.from)
    f.store('i32.store', state, to, stateAt.to)
    f.if(op('i32.lt_s', from, start), () => f.set(start, from))
    f.if(op('i32.gt_s', to, end), () => f.set(end, to))
    f.add(state, stateBytes)
    f.add(position, 1)
  })
  return { start, end }
}

/** Weighted sums over sums of powers; zeros for a query that has seen nothing. */
function emitResults(
  k: AttentionBuilder,
  y: Local<'i32'>,
  { count, sums, sumBytes }: Pick<AttentionTask, 'count' | 'sums' | 'sumBytes'>,
): void {
  const { f } = k
  const [state, from] = [f.let(k.scratch), f.let(sums)]
  f.repeat(count, () => {
    const sum = f.let(load('f32.load', state, stateAt.sum))
    const inverse = f.let(
      op('f32x4.splat', select(f32(0), op('f32.div', f32(1), sum), op('f32.eq', sum, f32(0)))),
    )
    const [source, out] = [f.let(from), f.let(y)]
    overRow(f, k.arg('valueSize'), [source, out], (left) => {
      storeSome(f, out, op('f32x4.mul', vector(source), inverse), left)
    })
    f.add(state, stateBytes)
    f.add(from, sumBytes)
    f.add(y, k.arg('yRow'))
  })
}
