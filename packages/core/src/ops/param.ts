/** Formal parameters of operators: what an input or output carries, and how often. */

import type { MapValue, OptionalValue, SequenceValue } from '../base/value.ts'
import type { WideTensor, WideValue } from '../base/wide.ts'
import type { Formula } from '../kernel/formula.ts'
import type { TensorRef } from '../kernel/lower.ts'
import type { Fact, TensorFact } from './fact.ts'

export type Carrier = 'tensor' | 'sequence' | 'optional' | 'map' | 'any'
export type Arity = 'single' | 'optional' | 'variadic'

export interface Param<C extends Carrier = Carrier, A extends Arity = Arity> {
  readonly carrier: C
  readonly arity: A
  /** A key of the operator's type constraints, or a type pattern such as `int64`. */
  readonly type: string
  /** Least number of values of a variadic parameter. */
  readonly least: number
  /** False where the values of a variadic parameter may differ in type. */
  readonly homogeneous: boolean
}

function param<const C extends Carrier, const A extends Arity>(
  carrier: C,
  arity: A,
  type: string,
  least: number,
  homogeneous = true,
): Param<C, A> {
  return { carrier, arity, type, least, homogeneous }
}

/** A tensor that must be there. */
export const one = (type: string) => param('tensor', 'single', type, 1)
/** A tensor that may be omitted. */
export const maybe = (type: string) => param('tensor', 'optional', type, 0)
/** Any number of tensors from `least` on. */
export const many = (type: string, least = 1) => param('tensor', 'variadic', type, least)
/** Any number of tensors whose types may differ. */
export const mixed = (type: string, least = 1) => param('tensor', 'variadic', type, least, false)
export const sequence = (type: string) => param('sequence', 'single', type, 1)
export const map = (type: string) => param('map', 'single', type, 1)
/** A value of any kind. */
export const any = (type: string) => param('any', 'single', type, 1)
export const maybeAny = (type: string) => param('any', 'optional', type, 0)
/** Any number of values of any kind, whose types may differ. */
export const manyAny = (type: string, least = 1) => param('any', 'variadic', type, least, false)

export type Params = Readonly<Record<string, Param>>

interface WideOf {
  readonly tensor: WideTensor
  readonly sequence: SequenceValue<WideTensor>
  readonly optional: OptionalValue<WideTensor>
  readonly map: MapValue<WideTensor>
  readonly any: WideValue
}
interface FactOf {
  readonly tensor: TensorFact
  readonly sequence: Fact
  readonly optional: Fact
  readonly map: Fact
  readonly any: Fact
}

type Arranged<A extends Arity, T> = A extends 'variadic'
  ? readonly T[]
  : A extends 'optional'
    ? T | undefined
    : T

/** Values of a parameter list, by name. */
export type WideArgs<P extends Params> = {
  readonly [K in keyof P]: P[K] extends Param<infer C, infer A> ? Arranged<A, WideOf[C]> : never
}
/** Facts of a parameter list, by name. */
export type FactArgs<P extends Params> = {
  readonly [K in keyof P]: P[K] extends Param<infer C, infer A> ? Arranged<A, FactOf[C]> : never
}
/** Value names of a parameter list, by name. */
export type NameArgs<P extends Params> = {
  readonly [K in keyof P]: P[K] extends Param<Carrier, infer A> ? Arranged<A, string> : never
}

/** Tensors in the memory of kernels, by parameter name. */
export type RefArgs<P extends Params> = {
  readonly [K in keyof P]: P[K] extends Param<Carrier, infer A> ? Arranged<A, TensorRef> : never
}
/** Elements of the inputs in an elementwise formula, by parameter name. */
export type FormulaArgs<P extends Params> = {
  readonly [K in keyof P]: P[K] extends Param<Carrier, infer A> ? Arranged<A, Formula> : never
}

type Keys<P extends Params, A extends Arity> = {
  [K in keyof P]: P[K] extends Param<Carrier, A> ? K : never
}[keyof P]

/** What a kernel returns: optional outputs may be left out. */
export type WideResults<P extends Params> = {
  readonly [K in Keys<P, 'single' | 'variadic'>]: WideArgs<P>[K]
} & { readonly [K in Keys<P, 'optional'>]?: WideArgs<P>[K] | undefined }

type FactResult<P extends Param> = P extends Param<Carrier, 'variadic'> ? readonly (Fact | undefined)[] : Fact
/** What inference returns: optional outputs may be left out, and single values of a variadic one be unknown. */
export type FactResults<P extends Params> = {
  readonly [K in Keys<P, 'single' | 'variadic'>]: FactResult<P[K]>
} & { readonly [K in Keys<P, 'optional'>]?: Fact | undefined }

type NameResult<P extends Param> = P extends Param<Carrier, 'variadic'> ? readonly string[] : string
export type NameResults<P extends Params> = {
  readonly [K in Keys<P, 'single' | 'variadic'>]: NameResult<P[K]>
} & { readonly [K in Keys<P, 'optional'>]?: string | undefined }
