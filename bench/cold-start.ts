/** Cold start by phase: each time is taken once in a fresh process. */
import { openContestant } from './contestant.ts'
import type { EngineName } from './engines/index.ts'
import type { BenchOptions } from './options.ts'
import type { Phases } from './protocol.ts'
import type { ColdStart } from './report.ts'
import { summary } from './statistics.ts'
import type { Subject } from './subjects.ts'

/** The engines take turns, one process at a time, with one thread. */
export async function measureColdStarts(
  { path, inputs }: Subject,
  engines: readonly EngineName[],
  options: BenchOptions,
): Promise<ColdStart[]> {
  const found = new Map<EngineName, Phases[]>(engines.map((engine) => [engine, []]))
  for (let round = 0; round < options.cold; round++) {
    for (const [engine, phases] of found) {
      const process = openContestant(options)
      try {
        const command = { do: 'load', engine, path, threads: 1, inputs } as const
        phases.push((await process.ask(command, options.patience * 1000)).phases)
      } finally {
        process.close()
      }
    }
  }
  return [...found].flatMap(([engine, phases]) => (phases.length > 0 ? [coldStart(engine, phases)] : []))
}

function coldStart(engine: EngineName, list: readonly Phases[]): ColdStart {
  const of = (pick: (phases: Phases) => number) => summary(list.map(pick))
  return {
    engine,
    processes: list.length,
    phases: {
      startMs: of(({ startMs }) => startMs),
      importMs: of(({ importMs }) => importMs),
      readMs: of(({ readMs }) => readMs),
      createMs: of(({ createMs }) => createMs),
      firstRunMs: of(({ firstRunMs }) => firstRunMs),
      secondRunMs: of(({ secondRunMs }) => secondRunMs),
    },
    total: of(({ createMs, firstRunMs }) => createMs + firstRunMs),
  }
}
