/** When buffers are in use, and which of them may be one: a result may take the place of an operand that ends there. */
import type { Buffer, KernelCall, Place } from '../kernel/kernel.ts'

/** From the first to the last call that uses a buffer, both included. */
export interface Lifetime {
  readonly first: number
  readonly last: number
}

export interface Lifetimes {
  /** Of the buffers that need memory of their own. */
  readonly live: ReadonlyMap<Buffer, Lifetime>
  /** Buffers that lie in the memory of another one, which may do so in turn. */
  readonly inside: ReadonlyMap<Buffer, Buffer>
}

/** A call, or anything else that reads and writes buffers. */
export type Use = KernelCall | (Pick<KernelCall, 'reads' | 'writes'> & { readonly kernel?: undefined })

/**
 * Lifetimes over a list of uses. Buffers in `entering` are filled before the first use, those in `leaving` are read
 * after the last one; those in `elsewhere` have memory already.
 */
export function lifetimes(
  uses: readonly Use[],
  entering: ReadonlySet<Buffer>,
  leaving: ReadonlySet<Buffer>,
  elsewhere: (buffer: Buffer) => boolean,
): Lifetimes {
  const live = new Map<Buffer, { readonly first: number; last: number }>()
  // Called in order of `at`.
  const touch = (buffer: Buffer, at: number) => {
    const known = live.get(buffer)
    if (known) known.last = at
    else if (!elsewhere(buffer)) live.set(buffer, { first: at, last: at })
  }
  for (const buffer of entering) touch(buffer, -1)
  uses.forEach(({ reads, writes }, at) => {
    for (const buffer of reads) touch(buffer, at)
    for (const buffer of writes) touch(buffer, at)
  })
  for (const buffer of leaving) touch(buffer, uses.length)
  return { live, inside: reuse(uses, live) }
}

/** Joins what may be in place, and takes the joined buffers out of `live`. */
function reuse(uses: readonly Use[], live: Map<Buffer, Lifetime>): ReadonlyMap<Buffer, Buffer> {
  const inside = new Map<Buffer, Buffer>()
  uses.forEach((call, at) => {
    if (!call.kernel) return
    for (const [input, output] of call.kernel.inplace ?? []) {
      const [from, to] = [wholeBuffer(call.args[input]), wholeBuffer(call.args[output])]
      if (!from || !to || from === to) continue
      const host = rootOf(from, inside)
      const [before, after] = [live.get(host), live.get(to)]
      if (!before || !after || before.last !== at || after.first !== at || host.sizeBytes < to.sizeBytes)
        continue
      if (otherUses(call, from) > 1) continue
      inside.set(to, host)
      live.delete(to)
      live.set(host, { first: before.first, last: after.last })
    }
  })
  return inside
}

/** A call that reads the buffer through a second parameter too would see it change. */
function otherUses(call: KernelCall, buffer: Buffer): number {
  return Object.values(call.args).filter((place) => typeof place === 'object' && place.buffer === buffer)
    .length
}

function wholeBuffer(place: number | Place | undefined): Buffer | undefined {
  return typeof place === 'object' && place.offsetBytes === 0 ? place.buffer : undefined
}

/** The buffer that really has the memory. */
export function rootOf(buffer: Buffer, inside: ReadonlyMap<Buffer, Buffer>): Buffer {
  let at = buffer
  for (let next = inside.get(at); next; next = inside.get(at)) at = next
  return at
}
