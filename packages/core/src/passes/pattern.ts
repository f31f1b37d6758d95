/**
 * The algebra in which rewrites say what they look for: operators over captured values.
 *
 * `op('Mul', ['x', op('Sigmoid', ['x'])])` is x * sigmoid(x) in either order, because Mul is commutative. A name
 * captures a value, and where it stands twice both must be the same value. A number is a constant with that one
 * element.
 */
import type { Tensor } from '../base/tensor.ts'
import type { Node } from '../ir/graph.ts'
import type { AnyOp } from '../ops/define.ts'

export type AttributeTest = number | string | readonly number[] | ((value: unknown) => boolean)

export interface ValuePattern {
  readonly kind: 'value'
  readonly as: string
}
export interface OptionalPattern {
  readonly kind: 'optional'
  readonly as: string
}
export interface ConstantPattern {
  readonly kind: 'constant'
  readonly as: string
  /** Undefined where the tensor will do, else what it must be. */
  readonly flaw: (value: Tensor) => string | undefined
}
export interface NumberPattern {
  readonly kind: 'number'
  readonly value: number
}
export interface NodePattern {
  readonly kind: 'node'
  readonly as: string | undefined
  /** What messages call it. */
  readonly about: string
  /** The operators it may be, as `operatorText` spells them; undefined: any that `accepts`. */
  readonly operators: readonly string[] | undefined
  readonly accepts: (op: AnyOp, node: Node) => boolean
  readonly attributes: Readonly<Record<string, AttributeTest>>
  readonly inputs: readonly Pattern[]
  /** True where inputs after the listed ones may be there. */
  readonly open: boolean
  /** Which output of the node the value is. */
  readonly output: number
}
export interface EitherPattern {
  readonly kind: 'either'
  readonly options: readonly Pattern[]
}

export type Pattern =
  | ValuePattern
  | OptionalPattern
  | ConstantPattern
  | NumberPattern
  | NodePattern
  | EitherPattern

/** A pattern; a text captures any value, a number is a constant of one element. */
export type PatternInit = string | number | Pattern

export interface NodePatternOptions {
  readonly as?: string
  readonly attributes?: Readonly<Record<string, AttributeTest>>
  readonly open?: boolean
  readonly output?: number
}

/** A node of one of the operators, `Conv` or `com.microsoft.QLinearAdd`, over patterns of its inputs. */
export function op(
  operators: string | readonly string[],
  inputs: readonly PatternInit[],
  options: NodePatternOptions = {},
): NodePattern {
  const list = typeof operators === 'string' ? [operators] : operators
  return nodePattern(list.join(' or '), list, () => true, inputs, options)
}

/** A node of any operator with a property: its traits, its lowering kind. */
export function opWhere(
  about: string,
  accepts: (op: AnyOp, node: Node) => boolean,
  inputs: readonly PatternInit[],
  options: NodePatternOptions = {},
): NodePattern {
  return nodePattern(about, undefined, accepts, inputs, options)
}

function nodePattern(
  about: string,
  operators: readonly string[] | undefined,
  accepts: NodePattern['accepts'],
  inputs: readonly PatternInit[],
  { as, attributes = {}, open = false, output = 0 }: NodePatternOptions,
): NodePattern {
  return {
    kind: 'node',
    about,
    operators,
    accepts,
    as,
    attributes,
    inputs: inputs.map(pattern),
    open,
    output,
  }
}

/** A value that may be omitted. */
export function optional(as: string): OptionalPattern {
  return { kind: 'optional', as }
}

/** A constant that no caller can replace. */
export function constant(
  as: string,
  flaw: (value: Tensor) => string | undefined = () => undefined,
): ConstantPattern {
  return { kind: 'constant', as, flaw }
}

/** The first of several patterns that fits. */
export function either(...options: readonly PatternInit[]): EitherPattern {
  return { kind: 'either', options: options.map(pattern) }
}

/** The long form of a pattern. */
export function pattern(init: PatternInit): Pattern {
  if (typeof init === 'string') return { kind: 'value', as: init }
  return typeof init === 'number' ? { kind: 'number', value: init } : init
}
