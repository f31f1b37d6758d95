/** Modules one after the other. */
import { type AnyModule, isModule, type Module, module } from '../module.ts'
import type { Tensor } from '../tensor/tensor.ts'

export type Layer = ((x: Tensor) => Tensor) | Module<[x: Tensor], Tensor>

/**
 * Feeds each layer with what the one before gave. Layers that are plain functions, such as `(x) => x.relu()`, have a
 * place in the numbering too: the second parameters of `sequential(linear(2, 3), relu, linear(3, 1))` are `2.weight`.
 */
export function sequential(...layers: readonly Layer[]): Module<[x: Tensor], Tensor> {
  const parts: Record<string, AnyModule> = {}
  layers.forEach((layer, i) => {
    if (isModule(layer)) parts[String(i)] = layer
  })
  return module('sequential', parts, (_self, x: Tensor) => layers.reduce((now, layer) => layer(now), x))
}

/** What a layer gives, added to what it got: x + f(x). A second layer may fit the sizes of x. */
export function residual(layer: Layer, shortcut?: Layer): Module<[x: Tensor], Tensor> {
  const parts = {
    ...(isModule(layer) && { layer }),
    ...(shortcut && isModule(shortcut) && { shortcut }),
  }
  return module('residual', parts, (_self, x: Tensor) => layer(x).add(shortcut ? shortcut(x) : x))
}
