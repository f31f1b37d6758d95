/** What people hand to a session, as the values that its graph takes. */

import { SlipwayError } from '../base/errors.ts'
import { elementCount, type Shape } from '../base/shape.ts'
import { type Tensor, type TensorData, tensor } from '../base/tensor.ts'
import { type MapType, type TensorType, typeText, type Value, type ValueType } from '../base/value.ts'
import { type Scalar, type TypedArray, toElements, wrongType } from './input-elements.ts'
import { type Bindings, resolveShape, type ShapeClaim, verifyShape } from './input-shape.ts'
import { nameHint } from './nearest-name.ts'
import { keepsValues, toDType } from './widen-dtype.ts'

/** Arrays of arrays, all of one length at each level. */
export type NestedArray = readonly (Scalar | NestedArray)[]

/**
 * A value for an input. Tensors have a dtype, which is converted only where no value can change. Plain numbers have
 * none: they are rounded to float types and must fit integer types exactly. A sequence takes an array of values, an
 * optional takes a value or null, a map takes a Map or an object.
 */
export type InputValue =
  | Value
  | TypedArray
  | Scalar
  | NestedArray
  | readonly InputValue[]
  | ReadonlyMap<string | number | bigint, number | bigint | string>
  | Readonly<Record<string, number | bigint | string>>
  | null

/** An input of a graph. */
export interface InputSpec {
  readonly name: string
  /** Absent where the model does not say. */
  readonly type: ValueType | undefined
  /** False where the model has a default for it. */
  readonly required: boolean
}

export type Inputs = Readonly<Record<string, InputValue | undefined>> | ReadonlyMap<string, InputValue>

/** A tensor before its shape is settled. */
interface Draft {
  readonly claim: ShapeClaim
  readonly type: TensorType
  readonly data: TensorData
}

/**
 * Values of the graph's inputs by name.
 *
 * @throws SLP-S1 for an unknown name, SLP-S2 for a missing input, SLP-S3 for a wrong type, SLP-S4 for a wrong shape,
 * SLP-B3 for a number that the element type cannot hold, SLP-B1 for nested arrays of unequal lengths.
 */
export function bindInputs(specs: readonly InputSpec[], given: Inputs): Map<string, Value> {
  const entries = namedEntries(given)
  checkNames(specs, entries)
  const drafts = new Map<string, Draft>()
  const values = new Map<string, Value>()
  for (const { name, type } of specs) {
    const value = entries.get(name)
    if (value === undefined) continue
    if (type?.kind === 'tensor') drafts.set(name, draftTensor(value, type, name))
    else values.set(name, toValue(value, type, name))
  }
  for (const [name, value] of settle(drafts)) values.set(name, value)
  return values
}

function namedEntries(given: Inputs): ReadonlyMap<string, InputValue> {
  const list = given instanceof Map ? [...given] : Object.entries(given)
  return new Map(list.filter(([, value]) => value !== undefined))
}

function checkNames(specs: readonly InputSpec[], entries: ReadonlyMap<string, InputValue>): void {
  const names = new Set(specs.map(({ name }) => name))
  for (const name of entries.keys()) {
    if (names.has(name)) continue
    throw new SlipwayError(
      'SLP-S1',
      `Cannot run: the model must have each input given, got "${name}"`,
      hint(name, names),
    )
  }
  for (const { name, required } of specs) {
    if (!required || entries.has(name)) continue
    const got =
      entries.size === 0 ? 'no inputs' : `only ${[...entries.keys()].map((one) => `"${one}"`).join(', ')}`
    throw new SlipwayError('SLP-S2', `Cannot run: input "${name}" must be given, got ${got}`)
  }
}

function hint(name: string, names: Iterable<string>): { readonly remedy?: string } {
  const remedy = nameHint(name, names)
  return remedy === undefined ? {} : { remedy }
}

/** Values that bring their shape go first, so that the names they settle give flat lists theirs. */
function settle(drafts: ReadonlyMap<string, Draft>): ReadonlyMap<string, Tensor> {
  const bindings: Bindings = new Map()
  const shapes = new Map<string, Shape>()
  const ordered = [...drafts].sort(([, a], [, b]) => Number(!a.claim.own) - Number(!b.claim.own))
  for (const [name, { claim }] of ordered) shapes.set(name, resolveShape(claim, bindings))
  for (const [name, { claim }] of drafts) verifyShape(claim, shapes.get(name)!, bindings)
  return new Map([...drafts].map(([name, { type, data }]) => [name, shaped(type, shapes.get(name)!, data)]))
}

function shaped({ dtype }: TensorType, shape: Shape, data: TensorData): Tensor {
  return tensor(dtype, shape, data as never) // data was made for dtype
}

function draftTensor(value: InputValue, type: TensorType, input: string): Draft {
  const { dtype, shape: declared } = type
  const label = `"${input}"`
  const draft = (data: TensorData, length: number, own: Shape | undefined): Draft => ({
    type,
    data,
    claim: { input, declared, own, length },
  })
  if (isValue(value)) {
    if (value.kind !== 'tensor') throw wrongType(label, typeText(type), `a ${value.kind}`)
    if (!keepsValues(value.dtype, dtype)) {
      throw wrongType(
        label,
        typeText(type),
        `${value.dtype}[${value.shape}]`,
        'Convert it where no value is lost.',
      )
    }
    const { data, shape } = value.dtype === dtype ? value : toDType(value, dtype)
    return draft(data, elementCount(shape), shape)
  }
  if (isTypedArray(value)) return draft(toElements(dtype, value, label), value.length, undefined)
  if (isScalar(value)) return draft(toElements(dtype, [value], label), 1, declared ? undefined : [])
  if (!Array.isArray(value)) throw wrongType(label, typeText(type), describe(value))
  const { list, shape } = flatten(value as NestedArray, label) // elements are checked there
  return draft(toElements(dtype, list, label), list.length, shape.length > 1 ? shape : undefined)
}

const kinds = new Set<unknown>(['tensor', 'sequence', 'optional', 'map'])

/** A value has a `kind` and one of its own fields; an object given for a map may have a key named kind. */
function isValue(value: InputValue): value is Value {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !('kind' in value)) return false
  return kinds.has(value.kind) && ('data' in value || 'element' in value || 'keys' in value)
}

function isTypedArray(value: InputValue): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
}

function isScalar(value: InputValue): value is Scalar {
  return ['number', 'bigint', 'boolean', 'string'].includes(typeof value)
}

function describe(value: InputValue): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`
}

/** Elements in row-major order, and the lengths of the levels. */
function flatten(nested: NestedArray, label: string): { list: readonly Scalar[]; shape: Shape } {
  const shape: number[] = []
  for (let at: Scalar | NestedArray | undefined = nested; isArray(at); at = at[0]) shape.push(at.length)
  const list: Scalar[] = []
  const visit = (value: Scalar | NestedArray, depth: number): void => {
    if (isArray(value) ? value.length !== shape[depth] : depth !== shape.length) {
      const got = isArray(value) ? `an array of ${value.length}` : `a ${typeof value}`
      throw new SlipwayError(
        'SLP-B1',
        `Cannot use input ${label}: nested arrays must have equal lengths [${shape}], got ${got} at depth ${depth}`,
      )
    }
    if (isArray(value)) for (const item of value) visit(item, depth + 1)
    else if (isScalar(value)) list.push(value)
    else throw wrongType(label, 'numbers, booleans or strings', describe(value))
  }
  visit(nested, 0)
  return { list, shape }
}

const isArray = (value: unknown): value is NestedArray => Array.isArray(value)

/** A value of a type that is not a tensor, or not known. */
function toValue(value: InputValue, type: ValueType | undefined, input: string): Value {
  const label = `"${input}"`
  if (!type) {
    if (isValue(value)) return value
    throw wrongType(label, 'a tensor or another value with a type, as the model names none', describe(value))
  }
  switch (type.kind) {
    case 'tensor':
      return settle(new Map([[input, draftTensor(value, type, input)]])).get(input)!
    case 'sparse':
      throw wrongType(label, 'left out, as sparse inputs are not supported', describe(value))
    case 'sequence':
      if (isValue(value) && value.kind === 'sequence') return value
      if (!Array.isArray(value)) throw wrongType(label, typeText(type), describe(value))
      return {
        kind: 'sequence',
        element: type.element,
        items: value.map((item: InputValue, i) => toValue(item, type.element, `${input}[${i}]`)),
      }
    case 'optional':
      if (isValue(value) && value.kind === 'optional') return value
      return {
        kind: 'optional',
        element: type.element,
        value: value === null ? undefined : toValue(value, type.element, input),
      }
    case 'map':
      return toMap(value, type, label)
    default:
      return type satisfies never
  }
}

function toMap(value: InputValue, type: MapType, label: string): Value {
  if (isValue(value) && value.kind === 'map') return value
  if (
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value) ||
    isTypedArray(value) ||
    isValue(value)
  ) {
    throw wrongType(label, typeText(type), describe(value))
  }
  const entries: [Scalar, Scalar][] = value instanceof Map ? [...value] : Object.entries(value)
  const list = (dtype: TensorType['dtype'], elements: readonly Scalar[]): Tensor =>
    tensor(dtype, [elements.length], toElements(dtype, elements, label) as never) // made for dtype
  if (type.value.kind !== 'tensor') throw wrongType(label, typeText(type), 'values of another kind')
  return {
    kind: 'map',
    keys: list(
      type.key,
      entries.map(([key]) => key),
    ),
    values: list(
      type.value.dtype,
      entries.map(([, item]) => item),
    ),
  }
}
