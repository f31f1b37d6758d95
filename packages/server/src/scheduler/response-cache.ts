/** Answers of models that give the same for the same inputs; the least recently used go when there are too many bytes. */
import { type Tensor, tensorByteLength } from '@slipway/core'
import { LRUCache } from 'lru-cache'
import type { ModelVersion } from '../contract/event.ts'
import type { ModelConfig } from '../proto/model_config_pb.ts'
import { cacheKey } from './cache-key.ts'
import { copyTensors } from './tensor-rows.ts'

type Tensors = ReadonlyMap<string, Tensor>

export interface ResponseCache {
  /**
   * What stands for a request. `version` is the loaded version itself: another one that is loaded under the same number
   * has keys of its own. To be called before the scheduler, which gives the memory of the inputs away.
   */
  keyOf(version: ModelVersion, inputs: Tensors, outputs: readonly string[]): string
  /** Copies, as the caller may give their memory away. */
  get(key: string): Tensors | undefined
  /** Keeps copies of the outputs of a run that succeeded; one that is larger than the whole cache is not kept. */
  put(key: string, outputs: Tensors): void
}

/** What an entry takes besides its elements. */
const entryBytes = 512

export function createResponseCache({ maxBytes }: { readonly maxBytes: number }): ResponseCache {
  const cache = new LRUCache<string, Tensors>({ maxSize: maxBytes, sizeCalculation: sizeOf })
  const loads = new WeakMap<ModelVersion, number>()
  let lastLoad = 0
  return {
    keyOf(version, inputs, outputs) {
      const load = loads.get(version) ?? lastLoad++
      loads.set(version, load)
      return cacheKey([version.model, version.version, load], inputs, outputs)
    },
    get(key) {
      const found = cache.get(key)
      return found && copyTensors(found)
    },
    put(key, outputs) {
      cache.set(key, copyTensors(outputs))
    },
  }
}

/**
 * Whether a model's answers may be kept: where its configuration says so, and they depend on the inputs and the version
 * alone. Those of an ensemble depend on the versions of its steps too, which change without it.
 */
export function isCacheable({
  responseCache,
  schedulingChoice,
  modelTransactionPolicy,
}: ModelConfig): boolean {
  const { case: choice } = schedulingChoice
  const isPure = choice !== 'sequenceBatching' && choice !== 'ensembleScheduling'
  return (responseCache?.enable ?? false) && isPure && !modelTransactionPolicy?.decoupled
}

function sizeOf(outputs: Tensors): number {
  let bytes = entryBytes
  for (const [name, tensor] of outputs) bytes += 2 * name.length + tensorByteLength(tensor)
  return bytes
}
