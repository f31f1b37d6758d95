/** A value that changes from step to step, wherever it lies: with the host, or in the memory of a program. */
import { SlipwayError } from '../base/errors.ts'
import { sameShape } from '../base/shape.ts'
import type { Tensor as HostTensor } from '../base/tensor.ts'
import type { TensorType } from '../base/value.ts'
import type { Cell } from './tensor/origin.ts'

/** Where the value is; others hold copies that may be old. */
export interface Home {
  read(): Promise<HostTensor>
}

export interface VariableCell {
  readonly type: TensorType & { readonly shape: readonly number[] }
  /** A path such as `layers.0.weight`, once a module has it. */
  name: string
  /** False where nothing learns it. */
  isTrainable: boolean
  /** One more with each change. */
  version: number
  home: Home
  /** The handle of the version at hand, or what was assigned in the function that is being traced. */
  current: Cell | undefined
  /** Resolves once whoever uses the value at hand has ended. */
  busy: Promise<unknown>
}

/** Runs `use` alone among all that use any of the variables, in the order of calls. */
export async function withVariables<T>(cells: readonly VariableCell[], use: () => Promise<T>): Promise<T> {
  const before = Promise.allSettled(cells.map(({ busy }) => busy))
  const result = before.then(use)
  for (const cell of cells) cell.busy = result.catch(() => {})
  return await result
}

export function hostHome(value: HostTensor): Home {
  return { read: () => Promise.resolve(value) }
}

/** Throws SLP-B1 where a value is not of the variable's type. */
export function assertFits({ name, type: { dtype, shape } }: VariableCell, value: HostTensor): void {
  if (value.dtype === dtype && sameShape(value.shape, shape)) return
  const rule = `its value must be ${dtype}[${shape}]`
  throw new SlipwayError('SLP-B1', `Cannot set "${name}": ${rule}, got ${value.dtype}[${value.shape}]`)
}

/** Gives a variable another value from outside. Throws as `assertFits`. */
export function setValue(cell: VariableCell, value: HostTensor): void {
  assertFits(cell, value)
  cell.home = hostHome(value)
  cell.version += 1
  cell.current = undefined
}
