/** What a run of the benchmark found; this is the JSON that it writes. */
import type { EngineName } from './engines/index.ts'
import type { Phases } from './protocol.ts'
import type { Spread, Summary } from './statistics.ts'

export interface Environment {
  readonly date: string
  readonly cpu: string
  readonly cores: number
  readonly governor: string
  readonly node: string
  readonly v8: string
  readonly flags: readonly string[]
  readonly revision: string
}

export interface Versus {
  readonly engine: EngineName
  readonly threads: number
  /** How many times faster than that engine. */
  readonly speedup: Spread
  /** The same in processor time. */
  readonly cpuSpeedup: Spread
}

export interface Measurement {
  readonly engine: EngineName
  readonly threads: number
  readonly version: string
  readonly run: Summary
  /** Processor time of a run, all threads together: what is left of the time where others want the machine too. */
  readonly cpu: Summary
  /** Median of each round, in order; the rounds of all engines of a model run in turn. */
  readonly roundMs: readonly number[]
  readonly runsPerRound: number
  readonly gflops: number
  /** Of the roofline, times the threads. */
  readonly share: number
  readonly versus: readonly Versus[]
  readonly peakBytes: number
  readonly wasmBytes: number
  /** Longest wait of a 1 ms timer: median and most over the runs. */
  readonly gap: { readonly median: number; readonly max: number }
  /** Against onnxruntime-node, or the first engine where that is not measured. */
  readonly relativeL2: number
}

export interface Absent {
  readonly engine: EngineName
  readonly threads: number
  readonly reason: string
}

export interface ColdStart {
  readonly engine: EngineName
  readonly processes: number
  readonly phases: Readonly<Record<keyof Phases, Summary>>
  /** Create and first run together. */
  readonly total: Summary
}

export interface SubjectReport {
  readonly name: string
  readonly sha256: string
  readonly fileBytes: number
  readonly flops: number
  /** GFLOP/s of one thread, the best and the median round. */
  readonly roofline: { readonly best: number; readonly median: number; readonly fused: boolean }
  readonly measurements: readonly Measurement[]
  readonly absent: readonly Absent[]
  readonly cold: readonly ColdStart[]
}

export interface BundleSize {
  readonly name: string
  readonly raw: number
  readonly gzip: number
  readonly brotli: number
}

export interface Report {
  readonly environment: Environment
  readonly rounds: number
  readonly subjects: readonly SubjectReport[]
  readonly sizes: readonly BundleSize[]
  readonly sizesAbsent: readonly string[]
}
