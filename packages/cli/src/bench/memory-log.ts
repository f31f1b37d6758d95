/** The memory of the server over the time of a test. */
import type { ReadMetrics, Sample } from './metrics-text.ts'
import { sumOf } from './metrics-text.ts'
import { readProcessMemory } from './process-memory.ts'

export interface MemorySample {
  /** On the clock of the test. */
  readonly atMs: number
  readonly rssBytes: number | undefined
  readonly vssBytes: number | undefined
  readonly peakRssBytes: number | undefined
  readonly heapBytes: number | undefined
  /** Buffers outside the heap. */
  readonly externalBytes: number | undefined
  readonly wasmBytes: number | undefined
}

export interface MemorySource {
  /** Its descendants count too. */
  readonly pid: number | undefined
  readonly readMetrics: ReadMetrics | undefined
}

/** Undefined where neither source says anything. */
export async function readMemory(
  { pid, readMetrics }: MemorySource,
  atMs: number,
): Promise<MemorySample | undefined> {
  const [own, metrics] = await Promise.all([
    pid === undefined ? undefined : readProcessMemory(pid),
    readMetrics?.(),
  ])
  if (!own && !metrics) return undefined
  const told = (name: string) => sumOf(metrics ?? noSamples, name)
  return {
    atMs,
    rssBytes: own?.rssBytes ?? told('process_resident_memory_bytes'),
    vssBytes: own?.vssBytes ?? told('process_virtual_memory_bytes'),
    peakRssBytes: own?.peakRssBytes,
    heapBytes: told('nodejs_heap_size_used_bytes'),
    externalBytes: told('nodejs_external_memory_bytes'),
    wasmBytes: told('slipway_wasm_memory_bytes'),
  }
}

const noSamples: readonly Sample[] = []

export interface MemoryLog {
  /** Takes a last sample and returns all; again it returns the same. */
  stop(): Promise<readonly MemorySample[]>
}

/** Many enough for a chart and a trend; a test may last for days. */
const mostSamples = 4000

/** Takes samples until it is stopped, one after another; where they get many, half as many. */
export function logMemory(
  source: MemorySource,
  firstEveryMs: number,
  nowMs: () => number,
  most = mostSamples,
): MemoryLog {
  let samples: MemorySample[] = []
  let everyMs = firstEveryMs
  const take = async () => {
    const sample = await readMemory(source, nowMs())
    if (sample) samples.push(sample)
    if (samples.length < most) return
    samples = samples.filter((_, i) => i % 2 === 0)
    everyMs *= 2
  }
  let stopped = false
  let wake = () => {}
  const loop = async () => {
    while (!stopped) {
      await take()
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
  const running = loop()
  const end = async () => {
    stopped = true
    wake()
    await running
    await take()
    return samples
  }
  let ended: Promise<readonly MemorySample[]> | undefined
  return {
    stop: () => {
      ended ??= end()
      return ended
    },
  }
}
