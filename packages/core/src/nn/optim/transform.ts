/**
 * What an optimiser is composed of: steps that turn gradients into changes of variables, each with state of its own. The
 * composition is that of optax (DeepMind, 2020); all of it becomes part of one compiled program.
 */

import { elementCount } from '../../base/shape.ts'
import { tensor as hostTensor } from '../../base/tensor.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { buffer, type Variable } from '../variable.ts'

/** One variable on the way through a chain. */
export interface Change {
  readonly variable: Variable
  /** At first the gradient, at last what is added to the variable. */
  readonly value: Tensor
}

export interface TransformContext {
  /** Steps so far, a float32 scalar. */
  readonly step: Tensor
  /** The state of a variable, made with zeros of its shape when it is asked for first. */
  slot(variable: Variable, name: string): Variable
  /** Reports a number with what the step gives, such as the norm of all gradients. */
  report(name: string, value: Tensor): void
}

export type Transform = (changes: readonly Change[], context: TransformContext) => readonly Change[]

/** Applies transforms one after the other. */
export function chain(...transforms: readonly Transform[]): Transform {
  return (changes, context) => transforms.reduce((now, transform) => transform(now, context), changes)
}

/** A transform that treats each variable alone. */
export function each(
  change: (value: Tensor, variable: Variable, context: TransformContext) => Tensor,
): Transform {
  return (changes, context) =>
    changes.map(({ variable, value }) => ({ variable, value: change(value, variable, context) }))
}

/** Only variables that the filter takes go through the transform. */
export function masked(transform: Transform, filter: (variable: Variable) => boolean): Transform {
  return (changes, context) => {
    const through = transform(
      changes.filter(({ variable }) => filter(variable)),
      context,
    )
    const values = new Map(through.map(({ variable, value }) => [variable, value]))
    return changes.map(({ variable, value }) => ({ variable, value: values.get(variable) ?? value }))
  }
}

/** A variable of zeros that stands beside another one. */
export function zerosLike({ dtype, shape }: Variable, name: string): Variable {
  const Data = dtype === 'float64' ? Float64Array : Float32Array
  return buffer(hostTensor(dtype, shape, new Data(elementCount(shape)) as never), name) // of either type
}
