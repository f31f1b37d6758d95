/** Which models lead to which: by the steps of ensembles that serve, and by what a load waits for. */
import { SlipwayError } from '@slipway/core'
import type { ModelConfig } from '../proto/model_config_pb.ts'
import type { ModelEntry } from './model-entry.ts'

export interface StepGraph {
  /**
   * Waits with `wait` for a step of a model that is being loaded.
   *
   * @throws SLP-R19 where the step leads back to the model, which would then wait for itself.
   */
  follow(model: string, step: string, wait: () => Promise<void>): Promise<void>
}

export function stepGraph(entries: ReadonlyMap<string, ModelEntry>): StepGraph {
  /** A load waits for one step after the other. */
  const waiting = new Map<string, string>()
  const after = (name: string): readonly string[] => {
    const awaited = waiting.get(name)
    const served = entries.get(name)?.ready ?? []
    return [...(awaited === undefined ? [] : [awaited]), ...served.flatMap(({ config }) => stepsOf(config))]
  }
  const leadsTo = (from: string, goal: string): boolean => {
    const reached = new Set([from])
    for (const name of reached) {
      if (name === goal) return true
      for (const next of after(name)) reached.add(next)
    }
    return false
  }
  return {
    async follow(model, step, wait) {
      if (leadsTo(step, model)) {
        const rule = 'its steps must not lead back to it'
        throw new SlipwayError('SLP-R19', `Cannot load ensemble "${model}": ${rule}, got the step "${step}"`)
      }
      waiting.set(model, step)
      try {
        await wait()
      } finally {
        waiting.delete(model)
      }
    },
  }
}

/** Models whose outputs an ensemble is made of. */
export function stepsOf({ schedulingChoice }: ModelConfig): readonly string[] {
  if (schedulingChoice.case !== 'ensembleScheduling') return []
  return [...new Set(schedulingChoice.value.step.map(({ modelName }) => modelName))]
}
