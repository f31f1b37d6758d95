/** Builds a Graph node by node; every call names its outputs freshly unless told otherwise. */
import type { DType } from '../base/dtype.ts'
import type { Shape } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import { tensorType, type ValueType } from '../base/value.ts'
import { narrow, wideZeros } from '../base/wide.ts'
import type { Attribute, Attributes } from './attribute.ts'
import type { Graph, Node } from './graph.ts'
import { definedNames } from './rewrite.ts'

/** Attributes as people write them: integers as numbers or BigInt. */
export type AttributeInit =
  | number
  | bigint
  | string
  | Tensor
  | Graph
  | readonly number[]
  | readonly bigint[]
  | readonly string[]
  | Attribute
export type AttributesInit = Readonly<Record<string, AttributeInit | undefined>>

export interface NodeOptions {
  readonly name?: string
  readonly domain?: string
  /** Number of outputs, or their names. */
  readonly outputs?: number | readonly string[]
  readonly metadata?: ReadonlyMap<string, string> | undefined
}

export interface GraphBuilder {
  /** Declares a graph input. */
  input(name: string, type: ValueType): string
  /** Adds an initialiser and returns its name. */
  constant(value: Tensor, name?: string): string
  /** A scalar, or a 1-D tensor for a list, of the given dtype. */
  literal(dtype: DType, value: number | bigint | readonly (number | bigint)[]): string
  /** Adds a node and returns the name of its first output. `undefined` inputs are omitted ones. */
  node(
    op: string,
    inputs: readonly (string | undefined)[],
    attributes?: AttributesInit,
    options?: NodeOptions,
  ): string
  /** Adds a node and returns the names of all its outputs. */
  nodes(
    op: string,
    inputs: readonly (string | undefined)[],
    attributes: AttributesInit,
    options: NodeOptions,
  ): string[]
  /** A name nobody has used. */
  fresh(hint: string): string
  /** The finished graph. */
  build(outputs: readonly string[], types?: ReadonlyMap<string, ValueType>): Graph
}

/** Options of a builder. */
export interface BuilderOptions {
  readonly name?: string
  /** Put before every generated name, so that the result can be spliced into another graph. */
  readonly prefix?: string
  /** What is there from the start. */
  readonly from?: Graph
  /** Names that no value may be given: those of the graphs around a body. */
  readonly reserved?: Iterable<string>
  /** Told of each node once it has been added. */
  readonly onNode?: (node: Node) => void
}

/**
 * @example
 * const b = graphBuilder({ name: 'twice' })
 * const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [3] })
 * const graph = b.build([b.node('Add', [x, x])])
 */
export function graphBuilder({
  name,
  prefix = '',
  from,
  reserved = [],
  onNode,
}: BuilderOptions = {}): GraphBuilder {
  const inputs: string[] = [...(from?.inputs ?? [])]
  const nodes: Node[] = [...(from?.nodes ?? [])]
  const constants = new Map<string, Tensor>(from?.constants)
  const types = new Map<string, ValueType>(from?.types)
  const used = new Set<string>([...reserved, ...(from ? definedNames(from) : [])])
  const fresh = namer(used, prefix)
  const constant = (value: Tensor, wanted?: string): string => {
    const id = wanted ?? fresh('constant')
    used.add(id)
    constants.set(id, value)
    types.set(id, tensorType(value.dtype, value.shape))
    return id
  }
  const add: GraphBuilder['nodes'] = (op, args, attributes, options) => {
    const wanted = options.outputs ?? 1
    const outputs = typeof wanted === 'number' ? Array.from({ length: wanted }, () => fresh(op)) : [...wanted]
    for (const output of outputs) used.add(output)
    const trimmed = args.map((arg) => arg ?? '')
    while (trimmed.at(-1) === '') trimmed.pop()
    const node: Node = {
      name: options.name ?? '',
      domain: options.domain ?? '',
      op,
      inputs: trimmed,
      outputs,
      attributes: toAttributes(attributes),
      ...(options.metadata && { metadata: options.metadata }),
    }
    nodes.push(node)
    onNode?.(node)
    return outputs
  }
  return {
    input(id, type) {
      used.add(id)
      inputs.push(id)
      types.set(id, type)
      return id
    },
    constant,
    literal: (dtype, value) => constant(literalTensor(dtype, value)),
    node: (op, args, attributes = {}, options = {}) => add(op, args, attributes, options)[0]!,
    nodes: add,
    fresh,
    build: (outputs, declared = new Map()) => ({
      ...from,
      name: name ?? from?.name ?? 'graph',
      inputs,
      outputs,
      nodes,
      constants,
      types: new Map([...types, ...declared]),
    }),
  }
}

/** Names made of a hint that are not in `used`, to which they are added. */
function namer(used: Set<string>, prefix: string): (hint: string) => string {
  const next = new Map<string, number>()
  return (hint) => {
    const base = `${prefix}${hint}`
    const nameOf = (i: number) => (i === 0 ? base : `${base}_${i}`)
    let i = next.get(base) ?? 0
    while (used.has(nameOf(i))) i += 1
    next.set(base, i)
    used.add(nameOf(i))
    return nameOf(i)
  }
}

/** A scalar, or a 1-D tensor for a list. */
export function literalTensor(dtype: DType, value: number | bigint | readonly (number | bigint)[]): Tensor {
  const list: readonly (number | bigint)[] = Array.isArray(value) ? value : [value as number | bigint] // isArray misses readonly
  const shape: Shape = Array.isArray(value) ? [list.length] : []
  const target = wideZeros(dtype, shape)
  const { data } = target
  list.forEach((item, i) => {
    if (data instanceof Float64Array) data[i] = Number(item)
    else if (Array.isArray(data)) data[i] = String(item)
    else data[i] = BigInt(item)
  })
  return narrow(target)
}

/** Attributes in the form that nodes hold. `undefined` entries are left out. */
export function toAttributes(init: AttributesInit): Attributes {
  const entries = Object.entries(init).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, toAttribute(value)] as const],
  )
  return new Map(entries)
}

function toAttribute(value: AttributeInit): Attribute {
  if (typeof value === 'bigint') return { kind: 'int', value }
  if (typeof value === 'number') {
    return Number.isInteger(value) ? { kind: 'int', value: BigInt(value) } : { kind: 'float', value }
  }
  if (typeof value === 'string') return { kind: 'string', value }
  if (isList(value)) return toListAttribute(value)
  if ('nodes' in value) return { kind: 'graph', value }
  return value.kind === 'tensor' && 'data' in value ? { kind: 'tensor', value } : (value as Attribute) // the rest of the union
}

const isList = (value: AttributeInit): value is readonly number[] | readonly bigint[] | readonly string[] =>
  Array.isArray(value)

function toListAttribute(list: readonly number[] | readonly bigint[] | readonly string[]): Attribute {
  if (list.some((item) => typeof item === 'string')) return { kind: 'strings', value: list.map(String) }
  if (list.every((item) => typeof item === 'bigint' || Number.isInteger(item))) {
    return { kind: 'ints', value: list.map((item) => BigInt(item)) }
  }
  return { kind: 'floats', value: list.map(Number) }
}

/** A float attribute whose value may be whole: a bare `1` would become an int. */
export function float(value: number): Attribute {
  return { kind: 'float', value }
}

/** A floats attribute whose values may all be whole. */
export function floats(value: readonly number[]): Attribute {
  return { kind: 'floats', value }
}
