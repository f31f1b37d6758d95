/**
 * Where values lie: each in a buffer of its own, but for views, which lie where their operand lies, and for parts of
 * a joined value, which are computed right where they belong in it.
 */
import { elementCount } from '../base/shape.ts'
import { storageBytes, tensorBytes } from '../base/storage.ts'
import type { Buffer, Place } from '../kernel/kernel.ts'
import type { ConcreteType, Work } from './work.ts'

export interface Places {
  /** The place of a value of the given type; made when first asked for. */
  of(name: string, type: ConcreteType): Place
  /** True where the i-th part of a joined value is computed in its place there. */
  isJoined(into: string, part: number): boolean
}

/**
 * `outside` gives the places of values that no work computes: inputs, constants, and what earlier plans left.
 */
export function placeValues(works: readonly Work[], outside: (name: string) => Place | undefined): Places {
  const places = new Map<string, Place>()
  const joined = new Set<string>()
  const producers = new Map<string, Work>()
  for (const work of works) for (const name of work.node.outputs) producers.set(name, work)

  const of = (name: string, type: ConcreteType): Place => {
    const known = places.get(name) ?? outside(name)
    if (known) return known
    const place = viewPlace(name) ?? fresh(name, type)
    places.set(name, place)
    return place
  }
  const viewPlace = (name: string): Place | undefined => {
    const work = producers.get(name)
    if (work?.kind !== 'view') return undefined
    const type = work.inputs[0]!
    const base = of(work.node.inputs[0]!, type)
    const offset = work.offsets[work.node.outputs.indexOf(name)]!
    return { buffer: base.buffer, offsetBytes: base.offsetBytes + offset * storageBytes(type.dtype)! }
  }
  // Outer joins first: what they join may be a joined value itself.
  for (const work of works.toReversed()) {
    if (work.kind !== 'join') continue
    const output = work.outputs[0]!
    const [name] = work.node.outputs
    const whole = of(name!, output)
    work.node.inputs.forEach((part, i) => {
      const type = work.inputs[i]
      if (
        !type ||
        elementCount(type.shape) === 0 ||
        places.has(part) ||
        outside(part) ||
        !isComputed(producers.get(part))
      )
        return
      const offset = work.offsets[i]! * storageBytes(output.dtype)!
      places.set(part, { buffer: whole.buffer, offsetBytes: whole.offsetBytes + offset })
      joined.add(`${i} of ${name}`)
    })
  }
  return { of, isJoined: (into, part) => joined.has(`${part} of ${into}`) }
}

/** Views have their operand's place; the rest can be computed anywhere. */
function isComputed(producer: Work | undefined): boolean {
  return producer !== undefined && producer.kind !== 'view'
}

const fresh = (label: string, { dtype, shape }: ConcreteType): Place => {
  const buffer: Buffer = { label, sizeBytes: tensorBytes(dtype, shape) }
  return { buffer, offsetBytes: 0 }
}
