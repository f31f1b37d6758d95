/** The process of one contestant: one engine, one model. It is told what to do by messages and answers each. */
import { readFileSync } from 'node:fs'
import type { Runner } from './engines/adapter.ts'
import { adapterOf } from './engines/index.ts'
import { eventLoopGap } from './event-loop-gap.ts'
import type { Answer, Answers, Batch, Command, Loaded } from './protocol.ts'
import { openRoofline, type Roofline } from './roofline.ts'
import { watchWasmMemory } from './wasm-memory.ts'

const startMs = performance.now()
const wasmBytes = watchWasmMemory()
let runner: Runner | undefined
let roofline: Roofline | undefined

process.on('message', (command: Command) => {
  answer(command).then(
    (value) => send({ value }),
    (error: unknown) => send({ error: error instanceof Error ? error.message : String(error) }),
  )
})
process.on('disconnect', () => process.exit())

function send(message: Answer): void {
  process.send?.(message)
}

async function answer(command: Command): Promise<Answers[keyof Answers]> {
  switch (command.do) {
    case 'load':
      return load(command)
    case 'batch':
      return batch(command.runs)
    case 'gap':
      return repeat(command.runs, () => eventLoopGap(() => loaded().run()))
    case 'memory':
      return {
        peakBytes: process.resourceUsage().maxRSS * 1024,
        wasmBytes: runner?.wasmBytes?.() ?? wasmBytes(),
      }
    case 'roofline':
      roofline ??= await openRoofline()
      return { gflops: roofline.measure(), fused: roofline.fused }
    default:
      return command satisfies never
  }
}

async function load({ engine, path, inputs, threads }: Command & { do: 'load' }): Promise<Loaded> {
  const marks = [performance.now()]
  const lap = () => marks.push(performance.now())
  const code = await (await adapterOf(engine)).load()
  lap()
  const bytes = readFileSync(path)
  lap()
  runner = await code.create(bytes, inputs, { threads })
  lap()
  const outputs = await runner.run()
  lap()
  await runner.run()
  lap()
  const [importMs, readMs, createMs, firstRunMs, secondRunMs] = marks
    .slice(1)
    .map((end, i) => end - marks[i]!)
  return {
    version: code.version,
    phases: {
      startMs,
      importMs: importMs!,
      readMs: readMs!,
      createMs: createMs!,
      firstRunMs: firstRunMs!,
      secondRunMs: secondRunMs!,
    },
    outputs,
  }
}

function loaded(): Runner {
  if (runner) return runner
  throw new Error('Cannot run: a model must be loaded first, got none')
}

async function batch(runs: number): Promise<Batch> {
  const before = process.cpuUsage()
  const times = await repeat(runs, () => timed(() => loaded().run()))
  const { user, system } = process.cpuUsage(before)
  return { times, cpuMs: (user + system) / 1000 / runs }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

async function repeat(times: number, measure: () => Promise<number>): Promise<number[]> {
  const results: number[] = []
  for (let i = 0; i < times; i++) results.push(await measure())
  return results
}
