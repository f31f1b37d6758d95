/** Everything that a load test found, as `--json` writes it. */
import { availableParallelism, cpus, loadavg } from 'node:os'
import type { Datatype } from '@slipway/server/client'
import type { MemorySample } from './memory-log.ts'
import { type MemoryTrend, memoryTrend } from './memory-trend.ts'
import type { ReloadResult } from './reloads.ts'
import type { BenchOptions, BenchResult } from './run-bench.ts'
import { brokenRules } from './slo.ts'
import type { StartUp } from './start-up.ts'
import type { StepResult } from './step-result.ts'
import type { NamedTensor, Target } from './target.ts'

export interface ReportTarget {
  readonly url: string
  readonly protocol: Target['protocol']
  readonly model: string
  readonly version: string | undefined
  readonly inputs: readonly {
    readonly name: string
    readonly datatype: Datatype
    readonly shape: readonly number[]
  }[]
  readonly requestBytes: number
  readonly connections: number
}

export interface ReportStep extends StepResult {
  /** The rules of the SLO that it breaks, as texts. */
  readonly broken: readonly string[]
}

export interface Report {
  readonly format: 'slipway-bench-serve-1'
  readonly date: string
  readonly machine: Readonly<Record<string, string | number>>
  readonly target: ReportTarget
  readonly options: BenchOptions
  readonly steps: readonly ReportStep[]
  /** The highest rate that kept the SLO; undefined where none did. */
  readonly bestQps: number | undefined
  readonly startUp: StartUp
  /** Taken out in between where they were many. */
  readonly memory: readonly MemorySample[]
  readonly memoryTrend: MemoryTrend
  readonly reloads: ReloadResult | undefined
  /** Stopped before its end; the last step is shorter. */
  readonly isStopped: boolean
}

export interface ReportParts {
  readonly target: Omit<ReportTarget, 'inputs'> & { readonly inputs: readonly NamedTensor[] }
  readonly options: BenchOptions
  readonly result: BenchResult
  readonly startUp: StartUp
}

export function makeReport({ target, options, result, startUp }: ReportParts): Report {
  const inputs = target.inputs.map(({ name, datatype, tensor: { shape } }) => ({ name, datatype, shape }))
  return {
    format: 'slipway-bench-serve-1',
    date: new Date().toISOString(),
    machine: describeMachine(),
    target: { ...target, inputs },
    options,
    steps: result.steps.map((step) => ({ ...step, broken: brokenRules(step, options.slo) })),
    bestQps: result.best?.qps,
    startUp,
    memory: result.memory,
    memoryTrend: memoryTrend(result.memory),
    reloads: result.reloads,
    isStopped: result.isStopped,
  }
}

/** The machine of the load generator; a server elsewhere is on one of its own. */
function describeMachine(): Report['machine'] {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    loadAverage: Math.round(loadavg()[0]! * 100) / 100,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  }
}
