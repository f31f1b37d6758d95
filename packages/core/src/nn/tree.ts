/** Arguments and results of compiled functions: tensors in objects and arrays. */
import type { Tensor as HostTensor } from '../base/tensor.ts'
import { isHandle, isHost, tensor } from './tensor/create.ts'
import type { Tensor } from './tensor/tensor.ts'

/** What may be given for a tree of tensors: host tensors, and single numbers, beside tensors that have been computed. */
export type Given<T> = T extends Tensor
  ? Tensor | HostTensor | number
  : T extends object
    ? { readonly [K in keyof T]: Given<T[K]> }
    : T

interface Leaf {
  readonly path: string
  readonly tensor: Tensor
}

/** The tensors of a tree in order, with paths such as `0.x`. */
export function leavesOf(tree: unknown, path = ''): readonly Leaf[] {
  if (isHandle(tree)) return [{ path, tensor: tree }]
  if (isHost(tree) || typeof tree === 'number') return [{ path, tensor: tensor(tree) }]
  if (typeof tree !== 'object' || tree === null) return []
  return Object.entries(tree).flatMap(([key, one]) => leavesOf(one, path === '' ? key : `${path}.${key}`))
}

/** The same tree with other tensors, in the order of its leaves. */
export function rebuild<T>(tree: T, tensors: readonly Tensor[]): T {
  let next = 0
  const walk = (one: unknown): unknown => {
    if (isHandle(one) || isHost(one) || typeof one === 'number') return tensors[next++]
    if (Array.isArray(one)) return one.map(walk)
    if (typeof one !== 'object' || one === null) return one
    return Object.fromEntries(Object.entries(one).map(([key, value]) => [key, walk(value)]))
  }
  return walk(tree) as T // of the same form
}
