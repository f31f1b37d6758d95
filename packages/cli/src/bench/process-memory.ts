/** Memory of a process and its descendants, as Linux tells it. */
import { readdir, readFile } from 'node:fs/promises'

export interface ProcessMemory {
  readonly rssBytes: number
  /** Address space; reservations of WebAssembly make it far larger than what is used. */
  readonly vssBytes: number
  /** The most that each process has had, added up. */
  readonly peakRssBytes: number
}

/** Undefined where there is no such process, or no `/proc`. */
export async function readProcessMemory(pid: number): Promise<ProcessMemory | undefined> {
  const own = await memoryOf(pid)
  if (!own) return undefined
  // A process that ends between two reads just no longer counts.
  const below = await Promise.all((await childrenOf(pid)).map(readProcessMemory))
  return below.reduce<ProcessMemory>((sum, one) => (one ? add(sum, one) : sum), own)
}

const add = (a: ProcessMemory, b: ProcessMemory): ProcessMemory => ({
  rssBytes: a.rssBytes + b.rssBytes,
  vssBytes: a.vssBytes + b.vssBytes,
  peakRssBytes: a.peakRssBytes + b.peakRssBytes,
})

async function memoryOf(pid: number): Promise<ProcessMemory | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1])
  const [rss, vss, peak] = [field('VmRSS'), field('VmSize'), field('VmHWM')]
  if (Number.isNaN(rss + vss + peak)) return undefined
  return { rssBytes: rss * 1024, vssBytes: vss * 1024, peakRssBytes: peak * 1024 }
}

/** Each thread lists the children that it has started. */
async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => [])
  const lists = await Promise.all(
    threads.map((tid) => readFile(`/proc/${pid}/task/${tid}/children`, 'utf8').catch(() => '')),
  )
  return lists.join(' ').split(' ').filter(Boolean).map(Number)
}
