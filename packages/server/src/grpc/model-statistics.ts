import type { MessageInitShape } from '@bufbuild/protobuf'
import type { BatchStatistics, Duration, VersionStatistics } from '../contract/statistics.ts'
import {
  GRPCInferenceService,
  type InferBatchStatisticsSchema,
  type ModelStatisticsSchema,
  type StatisticDurationSchema,
} from '../proto/grpc_service_pb.ts'
import { codecOf, defineMethod } from './method.ts'

export const modelStatistics = defineMethod({
  codec: codecOf(GRPCInferenceService.method.modelStatistics),
  group: 'statistics',
  access: 'read',
  model: ({ name }) => name || undefined,
  handle: ({ name, version }, { services: { statistics } }) => ({
    modelStats: statistics.read(name || undefined, version || undefined).map(describe),
  }),
})

function describe(of: VersionStatistics): MessageInitShape<typeof ModelStatisticsSchema> {
  return {
    name: of.model,
    version: of.version,
    lastInference: whole(of.lastInferenceMs),
    inferenceCount: whole(of.inferenceCount),
    executionCount: whole(of.executionCount),
    inferenceStats: {
      success: duration(of.success),
      fail: duration(of.fail),
      queue: duration(of.queue),
      computeInput: duration(of.computeInput),
      computeInfer: duration(of.computeInfer),
      computeOutput: duration(of.computeOutput),
      cacheHit: duration(of.cacheHit),
      cacheMiss: duration(of.cacheMiss),
    },
    // One response to each request, whose index is 0.
    responseStats: {
      0: {
        computeInfer: duration(of.computeInfer),
        computeOutput: duration(of.computeOutput),
        success: duration(of.success),
        fail: duration(of.fail),
        emptyResponse: none,
        cancel: none,
      },
    },
    batchStats: of.batches.map(batch),
    memoryUsage: of.memory.map(({ type, id, sizeBytes }) => ({
      type,
      id: whole(id),
      byteSize: whole(sizeBytes),
    })),
  }
}

const batch = (of: BatchStatistics): MessageInitShape<typeof InferBatchStatisticsSchema> => ({
  batchSize: whole(of.batchSize),
  computeInput: duration(of.computeInput),
  computeInfer: duration(of.computeInfer),
  computeOutput: duration(of.computeOutput),
})

const duration = ({ count, ns }: Duration): MessageInitShape<typeof StatisticDurationSchema> => ({
  count: whole(count),
  ns: whole(ns),
})

const whole = (value: number): bigint => BigInt(Math.round(value))

const none = duration({ count: 0, ns: 0 })
