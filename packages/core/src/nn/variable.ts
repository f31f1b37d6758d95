/** Values that training changes: parameters, running statistics, moments of optimisers. */

import { digest } from '../base/digest.ts'
import type { DType } from '../base/dtype.ts'
import type { Shape } from '../base/shape.ts'
import { type Tensor as HostTensor, tensor as hostTensor } from '../base/tensor.ts'
import { randomStream } from '../ops/random.ts'
import type { Initializer } from './init/initializers.ts'
import type { Cell } from './tensor/origin.ts'
import { realize } from './tensor/realize.ts'
import { type Tensor, tensorOf } from './tensor/tensor.ts'
import { traceOf } from './tensor/trace.ts'
import { type Home, hostHome, setValue, type VariableCell, withVariables } from './variable-cell.ts'

export interface Variable {
  readonly kind: 'variable'
  readonly variable: VariableCell
  /** A path such as `layers.0.weight`, once it belongs to a module. */
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
  /** Whether optimisers change it. */
  trainable: boolean
  /** The value at hand, for use in computations. */
  readonly tensor: Tensor
  /**
   * Gives it the value of a tensor of its type. Inside of a compiled function this happens once the function has run, and
   * whoever reads `tensor` after this sees it at once; `by` is a tensor of that function where the value itself has
   * nothing to do with its arguments. Elsewhere the tensor is computed first: await the promise.
   */
  assign(value: Tensor, by?: Tensor): Promise<void>
  /** Sets it to the elements of a host tensor. Throws SLP-B1 where they do not fit. */
  set(value: HostTensor): void
  /** Sets it to what it began with, or draws that anew. */
  initialize(seed: number): void
  /** Its elements, wherever they lie. */
  host(): Promise<HostTensor>
}

/** What a variable begins with: a value, or a way to draw one. */
export type Start = HostTensor | Drawn

export interface Drawn {
  readonly shape: Shape
  /** `float32` unless given. */
  readonly dtype?: 'float32' | 'float64'
  /** The numbers depend on the seed and the path of the variable, and on nothing else. */
  readonly init: Initializer
}

/** A variable that optimisers change. */
export function parameter(start: Start, name = ''): Variable {
  return variable(start, { name, trainable: true })
}

/** A variable that only `assign` changes. */
export function buffer(start: Start, name = ''): Variable {
  return variable(start, { name, trainable: false })
}

function variable(
  start: Start,
  { name, trainable }: { readonly name: string; readonly trainable: boolean },
): Variable {
  const { dtype = 'float32', shape } = start
  const cell: VariableCell = {
    type: { kind: 'tensor', dtype, shape },
    name,
    isTrainable: trainable,
    version: 0,
    home: homeOf(start, 0, () => cell.name),
    current: undefined,
    busy: Promise.resolve(),
  }
  return {
    kind: 'variable',
    variable: cell,
    dtype,
    shape,
    get name() {
      return cell.name
    },
    get trainable() {
      return cell.isTrainable
    },
    set trainable(is) {
      cell.isTrainable = is
    },
    get tensor() {
      return tensorOf(currentOf(cell))
    },
    async assign(next, by) {
      const trace = traceOf([next.cell, by?.cell])
      if (trace) {
        trace.assignments.set(cell, next.cell)
        cell.current = next.cell
        return
      }
      const [host] = await realize([next.cell])
      setValue(cell, host!)
    },
    set: (host) => setValue(cell, host),
    initialize(seed) {
      cell.home = homeOf(start, seed, () => cell.name)
      cell.version += 1
      cell.current = undefined
    },
    host: () => withVariables([cell], () => cell.home.read()),
  }
}

/** Nothing is drawn before somebody asks for it: only then the variable has its path. */
function homeOf(start: Start, seed: number, nameOf: () => string): Home {
  if (!('init' in start)) return hostHome(start)
  let drawn: HostTensor | undefined
  const draw = (): HostTensor => {
    const { dtype = 'float32', shape, init } = start
    const numbers = init(shape, randomStream(seed, digest(new TextEncoder().encode(nameOf()))[0]))
    return dtype === 'float64'
      ? hostTensor('float64', shape, numbers)
      : hostTensor('float32', shape, Float32Array.from(numbers))
  }
  return {
    read() {
      drawn ??= draw()
      return Promise.resolve(drawn)
    },
  }
}

/** One handle for each version, so that what is computed from it is computed from one value. */
export function currentOf(cell: VariableCell): Cell {
  const { current, version, type } = cell
  if (current && (current.origin.kind !== 'variable' || current.origin.version === version)) return current
  cell.current = { origin: { kind: 'variable', variable: cell, version }, fact: { type }, trace: undefined }
  return cell.current
}

export function isVariable(value: unknown): value is Variable {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'variable'
}
