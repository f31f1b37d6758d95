/** Values that training changes: parameters, running statistics, moments of optimisers. */
import type { DType } from '../base/dtype.ts'
import type { Tensor as HostTensor } from '../base/tensor.ts'
import type { Cell } from './tensor/origin.ts'
import { realize } from './tensor/realize.ts'
import { type Tensor, tensorOf } from './tensor/tensor.ts'
import { traceOf } from './tensor/trace.ts'
import { hostHome, setValue, type VariableCell, withVariables } from './variable-cell.ts'

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
  /** Its elements, wherever they lie. */
  host(): Promise<HostTensor>
}

/** A variable that optimisers change, with the value that it begins with. */
export function parameter(value: HostTensor, name = ''): Variable {
  return variable(value, { name, trainable: true })
}

/** A variable that only `assign` changes. */
export function buffer(value: HostTensor, name = ''): Variable {
  return variable(value, { name, trainable: false })
}

function variable(
  value: HostTensor,
  { name, trainable }: { readonly name: string; readonly trainable: boolean },
): Variable {
  const { dtype, shape } = value
  const cell: VariableCell = {
    type: { kind: 'tensor', dtype, shape },
    name,
    isTrainable: trainable,
    version: 0,
    home: hostHome(value),
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
    host: () => withVariables([cell], () => cell.home.read()),
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
