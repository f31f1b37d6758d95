/**
 * Which calls depend on constants alone: they run once, when a plan is made, and what they compute is kept. That is how
 * weights are packed and constant subexpressions folded.
 */
import type { Buffer, KernelCall, Place } from '../kernel/kernel.ts'
import { type Use, useOf } from '../memory/lifetimes.ts'

export interface Hoisted {
  /** In order. */
  readonly once: readonly KernelCall[]
  readonly always: ReadonlySet<KernelCall>
}

/** @param isConstant true for buffers that hold the same in every run before any call has run. */
export function hoist(
  calls: readonly KernelCall[],
  hostWrites: ReadonlySet<Buffer>,
  isConstant: (buffer: Buffer) => boolean,
): Hoisted {
  const uses = calls.map(useOf)
  const once = new Set(calls.keys())
  for (let shrinks = true; shrinks; ) {
    shrinks = false
    const varying = new Set(hostWrites)
    uses.forEach(({ writes }, at) => {
      if (!once.has(at)) for (const buffer of writes) varying.add(buffer)
    })
    const written = new Set([...varying, ...uses.flatMap(({ writes }) => writes)])
    uses.forEach((use, at) => {
      if (!once.has(at) || isFixed(use, varying, written, isConstant)) return
      once.delete(at)
      shrinks = true
    })
  }
  return {
    once: calls.filter((_, at) => once.has(at)),
    always: new Set(calls.filter((_, at) => !once.has(at))),
  }
}

/** Whatever it reads is constant or computed by a call that is fixed too, and nobody else writes what it writes. */
function isFixed(
  { reads, writes }: Use,
  varying: ReadonlySet<Buffer>,
  written: ReadonlySet<Buffer>,
  isConstant: (buffer: Buffer) => boolean,
): boolean {
  return (
    writes.every((buffer) => !varying.has(buffer)) &&
    reads.every((buffer) => isConstant(buffer) || (written.has(buffer) && !varying.has(buffer)))
  )
}

/**
 * Names for what hoisted calls compute: equal names, equal contents. `nameOf` names constants.
 */
export function hoistedNames(
  once: readonly KernelCall[],
  nameOf: (buffer: Buffer) => string,
): ReadonlyMap<Buffer, string> {
  const names = new Map<Buffer, string>()
  const textOf = (place: Place, writes: ReadonlySet<Buffer>): string =>
    `${writes.has(place.buffer) ? 'own' : (names.get(place.buffer) ?? nameOf(place.buffer))}+${place.offsetBytes}`
  for (const call of once) {
    const writes = new Set(useOf(call).writes)
    const args = Object.values(call.args).map((arg) =>
      typeof arg === 'object' ? textOf(arg, writes) : String(arg),
    )
    const text = `${call.kernel.key}(${args})`
    let i = 0
    for (const buffer of writes)
      names.set(buffer, `${names.get(buffer) ?? ''}[${text}#${i++}:${buffer.sizeBytes}]`)
  }
  return names
}
