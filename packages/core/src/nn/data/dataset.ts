/** Streams of examples for training: lazy, resumable, in an order that a seed and the epoch decide. */
import { SlipwayError } from '../../base/errors.ts'
import { randomStream } from '../../ops/random.ts'
import { parallelMap, prefetched } from './ahead.ts'
import { type Batch, collate, type Example } from './collate.ts'

/** What one pass depends on. */
export interface Pass {
  /** The number of the pass, from 0: shuffling differs from one to the next. */
  readonly epoch: number
  /** Elements to leave out at the beginning: where a run goes on that was interrupted. */
  readonly skip?: number
}

export interface ShuffleOptions {
  /** 0 unless given. */
  readonly seed?: number
  /**
   * Elements among which the next one is picked, of data sets that cannot be read out of order; 1,000 unless given.
   * Others are shuffled as a whole.
   */
  readonly bufferSize?: number
}

export interface BatchOptions {
  /**
   * What becomes of a last batch that is short. `drop` leaves it out. `pad` fills it up with copies of its first example
   * and gives each batch a `mask`, float32 [batch], that is 0 for those. `keep` gives it as it is, which compiles the
   * step once more. `pad` unless given.
   */
  readonly last?: 'pad' | 'drop' | 'keep'
}

export interface MapOptions {
  /** Calls that may be under way at the same time, of functions that give promises; 1 unless given. */
  readonly concurrency?: number
}

export interface Dataset<T> extends AsyncIterable<T> {
  /** Elements of one pass, where that is known. */
  readonly size: number | undefined
  /** One pass. */
  pass(pass: Pass): AsyncIterable<T>
  map<U>(change: (element: T) => U | Promise<U>, options?: MapOptions): Dataset<U>
  filter(keep: (element: T) => boolean): Dataset<T>
  shuffle(options?: ShuffleOptions): Dataset<T>
  /** The first elements of each pass. */
  take(count: number): Dataset<T>
  /** Each pass goes over the elements so many times. */
  repeat(count: number): Dataset<T>
  /** Arrays of so many elements. */
  group(count: number, last?: 'drop' | 'keep'): Dataset<readonly T[]>
  /** Elements are made while others are used, so many ahead and no more. */
  prefetch(count: number): Dataset<T>
}

export interface Examples<T extends Example> extends Dataset<T> {
  shuffle(options?: ShuffleOptions): Examples<T>
  take(count: number): Examples<T>
  /** Tensors of so many examples. */
  batch(size: number, options?: BatchOptions): Dataset<Batch<T>>
}

/** How elements are read: one after the other, or by number too. */
export interface Source<T> {
  readonly size: number | undefined
  /** One pass without the elements that are left out. */
  read(pass: Pass): AsyncIterable<T> | Iterable<T>
  /** Present where elements can be read in any order. */
  at?(index: number): T | Promise<T>
}

/** A data set of any elements. */
export function dataset<T>(source: Source<T>): Dataset<T> {
  const { size } = source
  const derive = <U>(given: Source<U>) => dataset(given)
  return {
    size,
    pass: (pass) => iterate(source, pass),
    [Symbol.asyncIterator]: () => iterate(source, { epoch: 0 })[Symbol.asyncIterator](),
    map(change, { concurrency = 1 } = {}) {
      const { at } = source
      return derive({
        size,
        read: (pass) => parallelMap(iterate(source, pass), change, concurrency),
        ...(at && { at: async (index: number) => change(await at(index)) }),
      })
    },
    filter: (keep) =>
      derive({
        size: undefined,
        read: (pass) => skipping(filtered(iterate(source, { epoch: pass.epoch }), keep), pass.skip),
      }),
    shuffle: (options) => derive(shuffled(source, options)),
    take: (count) => derive(taken(source, count)),
    repeat: (count) =>
      derive({
        size: size === undefined ? undefined : size * count,
        read: (pass) => skipping(repeated(source, pass.epoch, count), pass.skip),
      }),
    group: (count, last = 'keep') =>
      derive({
        size: size === undefined ? undefined : groupsOf(size, count, last),
        read: ({ epoch, skip = 0 }) => grouped(iterate(source, { epoch, skip: skip * count }), count, last),
      }),
    prefetch: (count) => derive({ ...source, read: (pass) => prefetched(iterate(source, pass), count) }),
  }
}

/** A data set of examples: objects of tensors and numbers that have the same sizes in all of them. */
export function examples<T extends Example>(source: Source<T>): Examples<T> {
  return {
    ...dataset(source),
    shuffle: (options) => examples(shuffled(source, options)),
    take: (count) => examples(taken(source, count)),
    batch(size, { last = 'pad' } = {}) {
      if (!Number.isInteger(size) || size < 1) {
        throw new SlipwayError(
          'SLP-B4',
          `Cannot make batches: their size must be a positive whole number, got ${size}`,
        )
      }
      const groups = dataset(source).group(size, last === 'drop' ? 'drop' : 'keep')
      return groups.map((list) => collate(list, last === 'pad' ? size : undefined))
    },
  }
}

async function* iterate<T>(source: Source<T>, pass: Pass): AsyncIterable<T> {
  yield* source.read(pass)
}

/** A stream without its first elements. */
export async function* skipping<T>(from: AsyncIterable<T> | Iterable<T>, skip = 0): AsyncIterable<T> {
  let left = skip
  for await (const one of from) {
    if (left > 0) left -= 1
    else yield one
  }
}

async function* filtered<T>(from: AsyncIterable<T>, keep: (element: T) => boolean): AsyncIterable<T> {
  for await (const one of from) if (keep(one)) yield one
}

async function* repeated<T>(source: Source<T>, epoch: number, count: number): AsyncIterable<T> {
  for (let i = 0; i < count; i++) yield* iterate(source, { epoch: epoch * count + i })
}

function taken<T>(source: Source<T>, count: number): Source<T> {
  const { at, size } = source
  return {
    size: size === undefined ? undefined : Math.min(size, count),
    read: async function* (pass) {
      let left = count - (pass.skip ?? 0)
      if (left <= 0) return
      for await (const one of iterate(source, pass)) {
        yield one
        if (--left === 0) return
      }
    },
    ...(at && { at }),
  }
}

async function* grouped<T>(
  from: AsyncIterable<T>,
  count: number,
  last: 'drop' | 'keep',
): AsyncIterable<readonly T[]> {
  let group: T[] = []
  for await (const one of from) {
    group.push(one)
    if (group.length < count) continue
    yield group
    group = []
  }
  if (group.length > 0 && last === 'keep') yield group
}

function groupsOf(size: number, count: number, last: 'drop' | 'keep'): number {
  return last === 'drop' ? Math.floor(size / count) : Math.ceil(size / count)
}

function shuffled<T>(source: Source<T>, { seed = 0, bufferSize = 1000 }: ShuffleOptions = {}): Source<T> {
  const { at, size } = source
  if (at && size !== undefined) {
    return {
      size,
      read: async function* ({ epoch, skip = 0 }) {
        const order = permutation(size, seed, epoch)
        for (let i = skip; i < size; i++) yield await at(order[i]!)
      },
    }
  }
  return {
    size,
    read: ({ epoch, skip }) =>
      skipping(picked(iterate(source, { epoch }), { seed, epoch, bufferSize }), skip),
  }
}

/** Each next element is picked among those that have been read; the place is filled by the one that comes. */
async function* picked<T>(
  from: AsyncIterable<T>,
  { seed, epoch, bufferSize }: { readonly seed: number; readonly epoch: number; readonly bufferSize: number },
): AsyncIterable<T> {
  const random = randomStream(seed, epoch)
  const buffer: T[] = []
  for await (const one of from) {
    if (buffer.length < bufferSize) {
      buffer.push(one)
      continue
    }
    const at = Math.floor(random.uniform() * buffer.length)
    yield buffer[at]!
    buffer[at] = one
  }
  while (buffer.length > 0) {
    const at = Math.floor(random.uniform() * buffer.length)
    yield buffer[at]!
    buffer[at] = buffer.at(-1)!
    buffer.pop()
  }
}

/** All numbers below `size` in an order that depends on seed and epoch (Fisher and Yates). */
export function permutation(size: number, seed: number, epoch: number): Uint32Array {
  const random = randomStream(seed, epoch)
  const order = Uint32Array.from({ length: size }, (_, i) => i)
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1))
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}
