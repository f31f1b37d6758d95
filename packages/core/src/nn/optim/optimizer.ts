/** Optimisers: a chain of transforms with the state of each variable, applied by `step`. */

import { SlipwayError } from '../../base/errors.ts'
import type { Tensor as HostTensor } from '../../base/tensor.ts'
import { tensor as hostTensor } from '../../base/tensor.ts'
import { grad } from '../gradients.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { buffer, type Variable } from '../variable.ts'
import { type Transform, zerosLike } from './transform.ts'

export interface Optimizer {
  readonly name: string
  /** Variables that it changes. */
  readonly variables: readonly Variable[]
  /**
   * Changes the variables by the gradients of a loss: call it inside of `compile`. Frozen variables stay as they are.
   * What transforms report comes back, such as `gradientNorm`.
   */
  step(loss: Tensor): Readonly<Record<string, Tensor>>
  /** The same for gradients that the caller has, in the order of the variables that are trainable. */
  apply(gradients: readonly Tensor[]): Readonly<Record<string, Tensor>>
  /** The number of steps and the state of each variable, such as `exp_avg.fc1.weight`. */
  stateDict(): Promise<ReadonlyMap<string, HostTensor>>
  /** Throws SLP-T4 where a name does not fit the variables, SLP-B1 where a value does not. */
  loadStateDict(values: ReadonlyMap<string, HostTensor>): void
}

/** An optimiser of variables, which is made of transforms: the last one must make changes that point down the slope. */
export function optimizer(name: string, variables: readonly Variable[], transform: Transform): Optimizer {
  const count = buffer(hostTensor('float32', [], Float32Array.of(0)), 'step')
  const slots = new Map<string, Variable>()
  const slot = (variable: Variable, kind: string): Variable => {
    const key = `${kind}.${variable.name}`
    const found = slots.get(key) ?? zerosLike(variable, key)
    slots.set(key, found)
    return found
  }
  const apply = (gradients: readonly Tensor[]) => {
    const reports: Record<string, Tensor> = {}
    const trainable = variables.filter((one) => one.trainable)
    const changes = trainable.map((variable, i) => ({ variable, value: gradients[i]! }))
    const report = (key: string, value: Tensor) => {
      reports[key] = value
    }
    const done = transform(changes, { step: count.tensor, slot, report })
    for (const { variable, value } of done) void variable.assign(variable.tensor.add(value))
    void count.assign(count.tensor.add(1), gradients[0])
    return reports
  }
  return {
    name,
    variables,
    apply,
    step: (loss) =>
      apply(
        grad(
          loss,
          variables.filter((one) => one.trainable),
        ),
      ),
    async stateDict() {
      const entries = [...slots.entries()].map(async ([key, one]) => [key, await one.host()] as const)
      return new Map([['step', await count.host()] as const, ...(await Promise.all(entries))])
    },
    loadStateDict(values) {
      for (const [key, value] of values) slotNamed(key).set(value)
    },
  }

  function slotNamed(key: string): Variable {
    if (key === 'step') return count
    const [kind, ...path] = key.split('.')
    const variable = variables.find((one) => one.name === path.join('.'))
    if (variable) return slot(variable, kind!)
    throw new SlipwayError(
      'SLP-T4',
      `Cannot load the state of ${name}: it must be about its variables, got "${key}"`,
    )
  }
}
