/** Values as kernels see them: type, place, and the elements where they are known. */

import { storageBytes, tensorBytes } from '../base/storage.ts'
import type { Tensor } from '../base/tensor.ts'
import { type Graph, readsOf } from '../ir/graph.ts'
import type { Place } from '../kernel/kernel.ts'
import type { TensorRef } from '../kernel/lower.ts'
import { constantOf, type Fact } from '../ops/fact.ts'
import { placeValues } from './places.ts'
import { concrete } from './resolve.ts'
import type { ScheduleMemo } from './schedule-memo.ts'
import type { ConcreteType, Work } from './work.ts'

export interface RefOptions {
  /** The memory of a constant. */
  constantPlace(name: string, value: Tensor): Place
}

export interface Refs {
  /** Undefined for what kernels cannot hold. */
  of(name: string): TensorRef | undefined
  /** The elements of a value that is known while planning. */
  constant(name: string): Tensor | undefined
  isJoined(into: string, part: number): boolean
  /** Places of the graph's inputs that somebody has asked for so far. */
  readonly inputs: ReadonlyMap<string, Place>
}

export function openRefs(
  graph: Pick<Graph, 'inputs' | 'constants'>,
  works: readonly Work[],
  facts: ReadonlyMap<string, Fact>,
  { constantPlace, memo }: RefOptions & { readonly memo: ScheduleMemo },
): Refs {
  const inputs = new Set(graph.inputs)
  const inputPlaces = new Map<string, Place>()
  const inputPlace = (label: string, { dtype, shape }: ConcreteType): Place => {
    const known = inputPlaces.get(label)
    if (known) return known
    const place = { buffer: { label, sizeBytes: tensorBytes(dtype, shape) }, offsetBytes: 0 }
    inputPlaces.set(label, place)
    return place
  }
  const folded = (fact: Fact | undefined): Tensor | undefined => {
    const value = fact && constantOf(fact)
    return value && memo.narrow(value)
  }
  const known = new Map<string, Tensor | undefined>()
  const constant = (name: string): Tensor | undefined => {
    if (known.has(name)) return known.get(name)
    const value = graph.constants.get(name) ?? folded(facts.get(name))
    known.set(name, value)
    return value
  }
  // A constant has its memory once somebody asks for its place.
  const outside = (name: string): Place | undefined => {
    const value = inputs.has(name) ? undefined : constant(name)
    if (value) return constantPlace(name, value)
    const type = inputs.has(name) ? concrete(facts.get(name)) : undefined
    return type && inputPlace(name, type)
  }
  const places = placeValues(works, outside)
  const isKnown = (name: string) => !inputs.has(name) && constant(name) !== undefined
  const fixed = fixedValues(works, isKnown)
  const refs = new Map<string, TensorRef | undefined>()
  const make = (name: string): TensorRef | undefined => {
    const type = concrete(facts.get(name))
    if (!type || storageBytes(type.dtype) === undefined) return undefined
    const value = inputs.has(name) ? undefined : constant(name)
    const isConstant = value !== undefined || fixed.has(name)
    return { ...type, at: places.of(name, type), isConstant, constant: value }
  }
  return {
    constant,
    isJoined: places.isJoined,
    inputs: inputPlaces,
    of(name) {
      if (refs.has(name)) return refs.get(name)
      const ref = make(name)
      refs.set(name, ref)
      return ref
    },
  }
}

/** What kernels compute from constants alone, such as weights that are cast. */
function fixedValues(works: readonly Work[], isKnown: (name: string) => boolean): ReadonlySet<string> {
  const fixed = new Set<string>()
  for (const { kind, node } of works) {
    if (kind === 'host' || !readsOf(node).every((name) => fixed.has(name) || isKnown(name))) continue
    for (const name of node.outputs) fixed.add(name)
  }
  return fixed
}
