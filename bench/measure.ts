/** Measures all engines on one subject, a short batch of each in turn, so that a noisy moment meets them all. */
import { relativeL2 } from './compare.ts'
import { type Contestant, openContestant } from './contestant.ts'
import { adapterOf, type EngineName } from './engines/index.ts'
import type { BenchOptions } from './options.ts'
import type { Batch, Loaded } from './protocol.ts'
import type { Absent, Measurement, SubjectReport, Versus } from './report.ts'
import { median, speedups, summary } from './statistics.ts'
import type { Subject } from './subjects.ts'

/** A batch lasts about this long, and at least one run. */
const batchMs = 30
const warmupMs = 500
const mostRuns = 2000
const gapRuns = 5

interface Entrant {
  readonly engine: EngineName
  readonly threads: number
  readonly process: Contestant
  readonly loaded: Loaded
  readonly runsPerRound: number
  readonly rounds: Batch[]
}

export async function measureSubject(
  subject: Subject,
  options: BenchOptions,
): Promise<Omit<SubjectReport, 'cold'>> {
  const absent: Absent[] = []
  const entrants: Entrant[] = []
  const roofline = openContestant(options)
  const peaks: number[] = []
  try {
    for (const threads of options.threads) {
      for (const engine of options.engines) {
        const entrant = await enter(subject, engine, threads, options)
        if ('reason' in entrant) absent.push(entrant)
        else entrants.push(entrant)
      }
    }
    const { fused } = await roofline.ask({ do: 'roofline' }, 30_000)
    const startedMs = performance.now()
    for (let round = 0; round < options.rounds; round++) {
      if (round >= 3 && performance.now() - startedMs > options.budget * 1000) break
      peaks.push((await roofline.ask({ do: 'roofline' }, 30_000)).gflops)
      for (let turn = 0; turn < entrants.length; turn++) {
        // Who comes first changes, so that nobody always runs in the wake of the same neighbour.
        const { process, runsPerRound, rounds } = entrants[(turn + round) % entrants.length]!
        rounds.push(await process.ask({ do: 'batch', runs: runsPerRound }, options.patience * 1000))
      }
    }
    const best = Math.max(...peaks)
    const measurements: Measurement[] = []
    for (const entrant of entrants)
      measurements.push(await measurementOf(entrant, entrants, { subject, options, roofline: best }))
    const { name, sha256, fileBytes, flops } = subject
    return {
      ...{ name, sha256, fileBytes, flops },
      roofline: { best, median: median(peaks), fused },
      measurements,
      absent,
    }
  } finally {
    roofline.close()
    for (const { process } of entrants) process.close()
  }
}

async function enter(
  { path, inputs }: Subject,
  engine: EngineName,
  threads: number,
  options: BenchOptions,
): Promise<Entrant | Absent> {
  const refusal = (await adapterOf(engine)).refuses?.(threads)
  if (refusal !== undefined) return { engine, threads, reason: refusal }
  const process = openContestant(options)
  const patienceMs = options.patience * 1000
  try {
    const loaded = await process.ask({ do: 'load', engine, path, threads, inputs }, patienceMs)
    const runMs = Math.max(loaded.phases.secondRunMs, 0.01)
    const warmups = Math.min(mostRuns, Math.ceil(warmupMs / runMs))
    const { times } = await process.ask({ do: 'batch', runs: warmups }, patienceMs + warmupMs)
    const warmMs = Math.max(median(times.slice(-20)), 0.001)
    const runsPerRound = Math.max(1, Math.min(mostRuns, Math.round(batchMs / warmMs)))
    return { engine, threads, process, loaded, runsPerRound, rounds: [] }
  } catch (error) {
    process.close()
    return { engine, threads, reason: error instanceof Error ? error.message : String(error) }
  }
}

interface Context {
  readonly subject: Subject
  readonly options: BenchOptions
  readonly roofline: number
}

async function measurementOf(
  entrant: Entrant,
  all: readonly Entrant[],
  { subject, options, roofline }: Context,
): Promise<Measurement> {
  const { engine, threads, process, loaded, runsPerRound, rounds } = entrant
  const patienceMs = options.patience * 1000
  const gaps = await process.ask({ do: 'gap', runs: gapRuns }, gapRuns * patienceMs)
  const memory = await process.ask({ do: 'memory' }, patienceMs)
  const run = summary(rounds.flatMap(({ times }) => times))
  const cpu = summary(rounds.map(({ cpuMs }) => cpuMs))
  const gflops = subject.flops / run.min / 1e6
  const judge = all.find((other) => other.engine === 'ort-node') ?? all[0]!
  return {
    ...{ engine, threads, version: loaded.version, run, cpu, runsPerRound, gflops, ...memory },
    roundMs: rounds.map(({ times }) => median(times)),
    share: gflops / (roofline * threads),
    versus: options.baselines.flatMap((name) => versus(name, entrant, all)),
    gap: { median: median(gaps), max: Math.max(...gaps) },
    relativeL2: relativeL2(loaded.outputs, judge.loaded.outputs),
  }
}

/** Against the baseline with as many threads, or with one where it has no more. */
function versus(baseline: EngineName, { threads, rounds }: Entrant, all: readonly Entrant[]): Versus[] {
  const same = all.filter(({ engine }) => engine === baseline)
  const other = same.find((entrant) => entrant.threads === threads) ?? same.find((e) => e.threads === 1)
  if (!other) return []
  const by = (pick: (batch: Batch) => number) => speedups(other.rounds.map(pick), rounds.map(pick))
  const speedup = by(({ times }) => median(times))
  const cpuSpeedup = by(({ cpuMs }) => cpuMs)
  return [{ engine: baseline, threads: other.threads, speedup, cpuSpeedup }]
}
