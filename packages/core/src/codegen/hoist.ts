/**
 * Which calls depend on constants alone: they run once, when a plan is made, and what they compute is kept. That is how
 * weights are packed and constant subexpressions folded.
 */
import type { Buffer, KernelCall, Place } from '../kernel/kernel.ts'

export interface Hoisted {
  /** In order. */
  readonly once: readonly KernelCall[]
  readonly always: ReadonlySet<KernelCall>
}

/**
 * A call varies if it reads what nobody has computed or what a call that varies writes, or writes where such a call
 * writes too.
 *
 * @param isConstant true for buffers that hold the same in every run before any call has run.
 */
export function hoist(
  calls: readonly KernelCall[],
  hostWrites: ReadonlySet<Buffer>,
  isConstant: (buffer: Buffer) => boolean,
): Hoisted {
  const users = new Map<Buffer, KernelCall[]>()
  const written = new Set<Buffer>()
  for (const call of calls) {
    for (const buffer of call.writes) {
      written.add(buffer)
      listIn(users, buffer).push(call)
    }
    for (const buffer of call.reads) if (!isConstant(buffer)) listIn(users, buffer).push(call)
  }
  const always = new Set<KernelCall>()
  const varying: Buffer[] = [...hostWrites]
  const seen = new Set<Buffer>(hostWrites)
  const vary = (call: KernelCall) => {
    if (always.has(call)) return
    always.add(call)
    for (const buffer of call.writes) {
      if (seen.has(buffer)) continue
      seen.add(buffer)
      varying.push(buffer)
    }
  }
  for (const [buffer, list] of users) if (!written.has(buffer)) list.forEach(vary)
  for (let buffer = varying.pop(); buffer; buffer = varying.pop()) users.get(buffer)?.forEach(vary)
  return { once: calls.filter((call) => !always.has(call)), always }
}

function listIn<K, V>(map: Map<K, V[]>, key: K): V[] {
  const known = map.get(key)
  if (known) return known
  const list: V[] = []
  map.set(key, list)
  return list
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
    const writes = new Set(call.writes)
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
