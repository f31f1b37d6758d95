/**
 * Specifications of attributes: one value gives the TypeScript type, the parser, the default and what the
 * checker needs to know.
 *
 * `attr.float(0.01)` has a default, `attr.required.ints()` must be given, `attr.optional.int()` may be undefined.
 */
import { SlipwayError } from '../base/errors.ts'
import type { Tensor } from '../base/tensor.ts'
import type { ValueType } from '../base/value.ts'
import type { Attribute, AttributeKind } from '../ir/attribute.ts'
import type { Graph } from '../ir/graph.ts'
import type { SparseTensor } from '../ir/sparse.ts'

export interface AttrSpec<T = unknown> {
  readonly kind: AttributeKind
  readonly presence: 'default' | 'required' | 'optional'
  readonly fallback: T | undefined
  /** The allowed texts of an enumeration. */
  readonly values?: readonly string[]
  parse(attribute: Attribute, name: string): T
}

export type AttrSpecs = Readonly<Record<string, AttrSpec>>
export type Attrs<S extends AttrSpecs> = {
  readonly [K in keyof S]: S[K] extends AttrSpec<infer T> ? T : never
}

type Reader<T> = (attribute: Attribute) => T | undefined

function invalid(name: string, rule: string, attribute: Attribute): SlipwayError {
  const got = 'value' in attribute ? String(attribute.value) : attribute
  return new SlipwayError(
    'SLP-O1',
    `Cannot read attribute ${name}: it must be ${rule}, got ${attribute.kind} ${got}`,
  )
}

function safe(value: bigint): number | undefined {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : undefined
}

function safeList(values: readonly bigint[]): readonly number[] | undefined {
  const numbers = values.map(Number)
  return numbers.every(Number.isSafeInteger) ? numbers : undefined
}

interface Kind<T> {
  readonly kind: AttributeKind
  readonly rule: string
  readonly read: Reader<T>
}

function kindOf<T>(kind: AttributeKind, rule: string, read: Reader<T>): Kind<T> {
  return { kind, rule, read }
}

const kinds = {
  float: kindOf<number>('float', 'a float', (a) => (a.kind === 'float' ? a.value : undefined)),
  int: kindOf<number>('int', 'an int within 2^53', (a) => (a.kind === 'int' ? safe(a.value) : undefined)),
  int64: kindOf<bigint>('int', 'an int', (a) => (a.kind === 'int' ? a.value : undefined)),
  string: kindOf<string>('string', 'a string', (a) => (a.kind === 'string' ? a.value : undefined)),
  tensor: kindOf<Tensor>('tensor', 'a tensor', (a) => (a.kind === 'tensor' ? a.value : undefined)),
  sparse: kindOf<SparseTensor>('sparse', 'a sparse tensor', (a) =>
    a.kind === 'sparse' ? a.value : undefined,
  ),
  graph: kindOf<Graph>('graph', 'a graph', (a) => (a.kind === 'graph' ? a.value : undefined)),
  type: kindOf<ValueType>('type', 'a type', (a) => (a.kind === 'type' ? a.value : undefined)),
  floats: kindOf<readonly number[]>('floats', 'floats', (a) => readList(a, 'floats')),
  ints: kindOf<readonly number[]>('ints', 'ints within 2^53', (a) => {
    const list = readList(a, 'ints')
    return list && safeList(list)
  }),
  int64s: kindOf<readonly bigint[]>('ints', 'ints', (a) => readList(a, 'ints')),
  strings: kindOf<readonly string[]>('strings', 'strings', (a) => readList(a, 'strings')),
  tensors: kindOf<readonly Tensor[]>('tensors', 'tensors', (a) =>
    a.kind === 'tensors' ? a.value : undefined,
  ),
}

interface Lists {
  readonly floats: readonly number[]
  readonly ints: readonly bigint[]
  readonly strings: readonly string[]
}

/** An empty list has no kind of its own in a builder's call, so an empty list of any kind will do. */
function readList<K extends keyof Lists>(attribute: Attribute, kind: K): Lists[K] | undefined {
  if (attribute.kind === kind) return attribute.value as Lists[K] // kind decides the list
  const { value } = attribute
  return Array.isArray(value) && value.length === 0 ? ([] as readonly never[] as Lists[K]) : undefined // empty fits every list
}

type Kinds = typeof kinds
type TypeOf<K extends keyof Kinds> = Kinds[K] extends Kind<infer T> ? T : never

function spec<T, F>(kind: Kind<T>, presence: AttrSpec['presence'], fallback: F): AttrSpec<T | F> {
  return {
    kind: kind.kind,
    presence,
    fallback,
    parse(attribute, name) {
      const value = kind.read(attribute)
      if (value === undefined) throw invalid(name, kind.rule, attribute)
      return value
    },
  }
}

type Defaulted = { readonly [K in keyof Kinds]: (fallback: TypeOf<K>) => AttrSpec<TypeOf<K>> }
type Required = { readonly [K in keyof Kinds]: () => AttrSpec<TypeOf<K>> }
type Optional = { readonly [K in keyof Kinds]: () => AttrSpec<TypeOf<K> | undefined> }

function each<R>(make: (kind: Kind<unknown>) => unknown): R {
  const entries = Object.entries(kinds).map(([name, kind]) => [name, make(kind as Kind<unknown>)]) // rows differ in T only
  return Object.fromEntries(entries) as R // R lists the same keys
}

/** One of a few texts; required where it has no default. */
function oneOf<const V extends readonly string[]>(values: V, fallback?: V[number]): AttrSpec<V[number]> {
  return {
    kind: 'string',
    presence: fallback === undefined ? 'required' : 'default',
    fallback,
    values,
    parse(attribute, name) {
      const found = attribute.kind === 'string' && values.find((value) => value === attribute.value)
      if (!found) throw invalid(name, `one of ${values.join(', ')}`, attribute)
      return found
    },
  }
}

export const attr: Defaulted & {
  readonly required: Required
  readonly optional: Optional
  readonly oneOf: typeof oneOf
} = {
  ...each<Defaulted>((kind) => (fallback: unknown) => spec(kind, 'default', fallback)),
  required: each<Required>((kind) => () => spec(kind, 'required', undefined)),
  optional: each<Optional>((kind) => () => spec(kind, 'optional', undefined)),
  oneOf,
}

/** All attributes of a node as a definition specifies them. Throws SLP-O1. */
export function parseAttributes<S extends AttrSpecs>(
  specs: S,
  given: ReadonlyMap<string, Attribute>,
): Attrs<S> {
  for (const name of given.keys()) {
    if (!Object.hasOwn(specs, name) && !name.startsWith('__')) {
      throw new SlipwayError('SLP-O1', `Cannot read attribute ${name}: the operator has no such attribute`)
    }
  }
  const parsed = Object.entries(specs).map(([name, one]) => {
    const attribute = given.get(name)
    if (attribute) return [name, one.parse(attribute, name)]
    if (one.presence === 'required') {
      throw new SlipwayError('SLP-O1', `Cannot read attribute ${name}: it is required, got nothing`)
    }
    return [name, one.fallback]
  })
  return Object.fromEntries(parsed) as Attrs<S> // one entry per key of S, each parsed by its own spec
}
