import type { Duration, VersionStatistics } from '../contract/statistics.ts'
import { defineRoute, jsonReply } from '../http/route.ts'

export const modelStats = defineRoute({
  method: 'GET',
  paths: ['/v2/models/stats', '/v2/models/:model/stats', '/v2/models/:model/versions/:version/stats'],
  about: 'Counts and durations of requests and executions since a version was loaded.',
  permission: { group: 'statistics', access: 'read' },
  errors: ['SLP-R1', 'SLP-R2', 'SLP-R3', 'SLP-R4'],
  handle: ({ params, services: { statistics } }) =>
    jsonReply({ model_stats: statistics.read(params['model'], params['version']).map(describe) }),
})

function describe(stats: VersionStatistics): object {
  const { success, fail, queue, computeInput, computeInfer, computeOutput, cacheHit, cacheMiss } = stats
  const none: Duration = { count: 0, ns: 0 }
  return {
    name: stats.model,
    version: stats.version,
    last_inference: stats.lastInferenceMs,
    inference_count: stats.inferenceCount,
    execution_count: stats.executionCount,
    inference_stats: {
      success,
      fail,
      queue,
      compute_input: computeInput,
      compute_infer: computeInfer,
      compute_output: computeOutput,
      cache_hit: cacheHit,
      cache_miss: cacheMiss,
    },
    response_stats: {
      0: {
        compute_infer: computeInfer,
        compute_output: computeOutput,
        success,
        fail,
        empty_response: none,
        cancel: none,
      },
    },
    batch_stats: stats.batches.map((batch) => ({
      batch_size: batch.batchSize,
      compute_input: batch.computeInput,
      compute_infer: batch.computeInfer,
      compute_output: batch.computeOutput,
    })),
    memory_usage: stats.memory.map(({ type, id, sizeBytes }) => ({ type, id, byte_size: sizeBytes })),
  }
}
