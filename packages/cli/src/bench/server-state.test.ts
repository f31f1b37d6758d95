import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { logMemory, readMemory } from './memory-log.ts'
import { memoryTrend } from './memory-trend.ts'
import { parseMetrics, sumOf } from './metrics-text.ts'
import { readProcessMemory } from './process-memory.ts'
import { spawnServer } from './spawn-server.ts'
import { readStartUp } from './start-up.ts'

const text = `# HELP x y
# TYPE slipway_phase_duration_seconds histogram
slipway_phase_duration_seconds_bucket{le="+Inf",model="m",version="1",phase="load"} 1
slipway_phase_duration_seconds_sum{model="m",version="1",phase="load"} 1.25
slipway_phase_duration_seconds_sum{model="m",version="2",phase="load"} 0.5
slipway_phase_duration_seconds_sum{model="m",version="1",phase="warmup"} 0.25
slipway_phase_duration_seconds_sum{model="other",version="1",phase="load"} 100
odd{label="a\\"b\\\\c\\nd, e=\\"f\\""} -Inf 1700000000000
process_start_time_seconds 1.7e9
process_resident_memory_bytes 1048576
process_virtual_memory_bytes 4194304
nodejs_heap_size_used_bytes 524288
slipway_wasm_memory_bytes{model="m"} 1000
slipway_wasm_memory_bytes{model="other"} 24
`
const readMetrics = async () => parseMetrics(text)

describe('metrics', () => {
  it('are read with their labels, escapes and special numbers', () => {
    const samples = parseMetrics(text)
    expect(samples.find(({ name }) => name === 'odd')).toEqual({
      ...{ name: 'odd', labels: { label: 'a"b\\c\nd, e="f"' } },
      value: -Infinity,
    })
    expect(samples[0]!.labels).toEqual({ le: '+Inf', model: 'm', version: '1', phase: 'load' })
    expect(samples.length).toBe(12)
  })

  it('are added up over the labels that are not asked for', () => {
    const samples = parseMetrics(text)
    expect(sumOf(samples, 'slipway_phase_duration_seconds_sum', { model: 'm', phase: 'load' })).toBe(1.75)
    expect(sumOf(samples, 'nothing')).toBeUndefined()
  })

  it('split a start into its parts', async () => {
    const started = { initMs: 40, readyMs: 1800 }
    expect(await readStartUp(started, readMetrics, { name: 'm', version: '1' })).toEqual({
      ...{ initMs: 40, loadMs: 1250, warmupMs: 250, readyMs: 1800, startedAtMs: 1.7e12 },
    })
    expect(await readStartUp(undefined, undefined, { name: 'm', version: '1' })).toEqual({
      ...{ initMs: undefined, loadMs: undefined, warmupMs: undefined },
      ...{ readyMs: undefined, startedAtMs: undefined },
    })
  })
})

describe('memory of a server', () => {
  it('comes from its metrics where there is no process to look at', async () => {
    expect(await readMemory({ pid: undefined, readMetrics }, 5)).toEqual({
      ...{ atMs: 5, rssBytes: 2 ** 20, vssBytes: 2 ** 22, peakRssBytes: undefined },
      ...{ heapBytes: 2 ** 19, externalBytes: undefined, wasmBytes: 1024 },
    })
    expect(await readMemory({ pid: undefined, readMetrics: undefined }, 5)).toBeUndefined()
    expect(await readProcessMemory(2 ** 30)).toBeUndefined()
  })

  it.runIf(process.platform === 'linux')('of a process counts its descendants', async () => {
    // A shell that waits for a Node of its own: the shell alone would be a few MiB.
    const node = `${process.execPath} -e "process.stdout.write('up');setTimeout(()=>{},60000)"`
    const child = spawn('/bin/sh', ['-c', `${node}; true`], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    })
    try {
      await once(child.stdout, 'data')
      const found = await readProcessMemory(child.pid!)
      expect(found!.rssBytes).toBeGreaterThan(20 * 2 ** 20)
      expect(found!.peakRssBytes).toBeGreaterThanOrEqual(20 * 2 ** 20)
      expect(found!.vssBytes).toBeGreaterThan(found!.rssBytes)
    } finally {
      process.kill(-child.pid!, 'SIGKILL')
    }
  })

  it('is logged from the first moment to the last', async () => {
    let nowMs = 0
    const log = logMemory({ pid: undefined, readMetrics }, 60_000, () => nowMs++)
    const samples = await log.stop()
    expect(samples.map(({ atMs }) => atMs)).toEqual([0, 1])
    expect(await log.stop()).toBe(samples)
  })

  it('keeps a bounded number of samples of a test of any length, from its start to its end', async () => {
    let nowMs = 0
    let taken = 0
    const read = async () => {
      taken += 1
      return parseMetrics(text)
    }
    const log = logMemory({ pid: undefined, readMetrics: read }, 0, () => nowMs++, 50)
    while (taken < 200) await sleep(1)
    const samples = await log.stop()
    expect(samples.length).toBeLessThan(50)
    expect(samples.length).toBeGreaterThanOrEqual(25)
    expect(samples[0]!.atMs).toBe(0)
    expect(samples.at(-1)!.atMs).toBeGreaterThan(150)
  })

  it('has the slope of its second half', () => {
    const sample = (atMs: number, rssBytes: number) => ({
      ...{ atMs, rssBytes, vssBytes: undefined, peakRssBytes: undefined, heapBytes: undefined },
      ...{ externalBytes: 5, wasmBytes: undefined },
    })
    // A steep start, then a thousand bytes every three seconds.
    const rss = (i: number) => (i < 50 ? 100_000 * i : 5_000_000 + 1000 * i)
    const samples = Array.from({ length: 100 }, (_, i) => sample(i * 3000, rss(i)))
    const { rssBytes, ...rest } = memoryTrend(samples)
    expect(rssBytes).toBeCloseTo(1_200_000, 0)
    expect(rest).toEqual({ externalBytes: 0 })
    // Nothing can be said of a moment.
    expect(memoryTrend(samples.slice(0, 30))).toEqual({})
    expect(memoryTrend([])).toEqual({})
  })
})

describe('a server that the test starts', () => {
  const signal = new AbortController().signal
  const idle = `${process.execPath} -e "setTimeout(()=>{},60000)"`

  it('is timed until it is live and ready, and ended by its own process', async () => {
    let asked = 0
    const target = { live: async () => ++asked > 2, ready: async () => ++asked > 6 }
    const server = await spawnServer({ command: idle, target, timeoutMs: 60_000, signal })
    expect(asked).toBe(7)
    expect(server.initMs).toBeGreaterThan(0)
    expect(server.readyMs).toBeGreaterThanOrEqual(server.initMs)
    // The process is the server and no shell before it.
    expect(process.kill(server.pid, 0)).toBe(true)
    await server.stop()
    expect(() => process.kill(server.pid, 0)).toThrow(/ESRCH/)
    await server.stop()
  })

  it('that ends before it is ready is an error with what it said', async () => {
    const command = `${process.execPath} -e "console.error('port is taken');process.exit(3)"`
    const target = { live: async () => false, ready: async () => false }
    await expect(spawnServer({ command, target, timeoutMs: 60_000, signal })).rejects.toThrow(
      /must become live, got exit code 3 port is taken/,
    )
  })

  it('that never is ready is ended', async () => {
    const target = { live: async () => true, ready: async () => false }
    await expect(spawnServer({ command: idle, target, timeoutMs: 50, signal })).rejects.toThrow(
      /must become ready, got no answer in time/,
    )
  })
})
