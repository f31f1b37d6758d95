/** `slipway bench serve` from its arguments to its reports. */
import { writeFile } from 'node:fs/promises'
import { SlipwayError } from '@slipway/core'
import type { CommandArgs, ExitCode } from '../define-command.ts'
import { withProgress } from '../io/progress.ts'
import type { Terminal } from '../io/terminal.ts'
import { readBenchOptions } from './bench-options.ts'
import { processClock } from './clock.ts'
import { makeInputs } from './make-inputs.ts'
import type { MemorySource } from './memory-log.ts'
import { metricsReader } from './metrics-text.ts'
import { openTarget } from './open-target.ts'
import { readProcessMemory } from './process-memory.ts'
import { makeReport, type Report } from './report.ts'
import { reportHtml } from './report-html.ts'
import { stepHeading, stepRow, summaryLines } from './report-text.ts'
import { type BenchOptions, runBench } from './run-bench.ts'
import type { Failure, Send } from './send.ts'
import { type SpawnedServer, spawnServer } from './spawn-server.ts'
import { readStartUp } from './start-up.ts'
import type { ModelRef, Target } from './target.ts'
import { readTarget, type TargetChoice } from './target-options.ts'

export async function benchServer(args: CommandArgs, terminal: Terminal): Promise<ExitCode> {
  const choice = await readTarget(args)
  const options = readBenchOptions(args)
  const target = openTarget(choice)
  let server: SpawnedServer | undefined
  try {
    if (choice.spawn !== undefined) {
      const { signal } = terminal
      server = await spawnServer({
        command: choice.spawn,
        target,
        timeoutMs: choice.startTimeoutMs,
        signal,
      })
    }
    const report = await measure(choice, options, target, server, terminal)
    for (const line of summaryLines(report)) terminal.print(line)
    await writeReports(report, args)
    return exitCode(report)
  } finally {
    await target.close()
    await server?.stop()
  }
}

async function measure(
  choice: TargetChoice,
  options: BenchOptions,
  target: Target,
  server: SpawnedServer | undefined,
  terminal: Terminal,
): Promise<Report> {
  const model = await chooseModel(choice, target)
  const variants = await makeInputs(await target.inputs(model), choice.inputs)
  const { send, requestBytes } = target.load(model, variants)
  await probe(send, options.timeoutMs)
  const memory = await memorySource(choice, server)
  // Before reloads add their own loads to it.
  const startUp = await readStartUp(server, memory.readMetrics, model)
  const { url, protocol, connections } = choice
  terminal.print(`${model.name} over ${protocol} at ${url.host}, ${requestBytes} bytes a request`)
  terminal.print(stepHeading)
  const result = await runBench(options, {
    reload: () => target.reload(model),
    ...{ send, memory, signal: terminal.signal, clock: processClock(terminal.signal) },
    watch: (label, work) => withProgress(label, terminal, work),
    onStep: (step, broken) => terminal.print(stepRow(step, broken)),
  })
  const about = { url: url.href, model: model.name, version: model.version, inputs: variants[0]! }
  return makeReport({ target: { ...about, protocol, requestBytes, connections }, options, result, startUp })
}

/** The model that is named, or the only one. Throws SLP-C1. */
async function chooseModel({ model, version }: TargetChoice, target: Target): Promise<ModelRef> {
  if (model !== undefined) return { name: model, version }
  const names = await target.models()
  if (names.length === 1) return { name: names[0]!, version }
  throw new SlipwayError(
    'SLP-C1',
    `Cannot choose a model: --model must name one of the server's, got none of ${names.join(', ') || 'no models'}`,
  )
}

/** Load that fails from the first request on measures nothing. Throws SLP-C1. */
async function probe(send: Send, timeoutMs: number): Promise<void> {
  const failure = await new Promise<Failure | undefined>((resolve) => {
    const late = setTimeout(() => {
      cancel()
      resolve({ code: 'timeout', text: `no answer within ${timeoutMs} ms` })
    }, timeoutMs)
    const cancel = send(0, (why) => {
      clearTimeout(late)
      resolve(why)
    })
  })
  if (!failure) return
  throw new SlipwayError(
    'SLP-C1',
    `Cannot start the load: a first request must succeed, got ${failure.code}: ${failure.text}`,
  )
}

async function memorySource(choice: TargetChoice, server: SpawnedServer | undefined): Promise<MemorySource> {
  const pid = choice.pid ?? server?.pid
  if (choice.pid !== undefined && !(await readProcessMemory(choice.pid))) {
    throw new SlipwayError('SLP-C1', `Cannot watch --pid: it must be a process of this machine, got ${pid}`)
  }
  const readMetrics = metricsReader(choice.metricsUrl, choice)
  // Asking a server that has no metrics again and again would only be load.
  return { pid, readMetrics: (await readMetrics()) ? readMetrics : undefined }
}

async function writeReports(report: Report, args: CommandArgs): Promise<void> {
  const [json, html] = [args.text('json'), args.text('html')]
  if (json !== undefined) await writeText(json, `${JSON.stringify(report, undefined, 2)}\n`)
  if (html !== undefined) await writeText(html, reportHtml(report))
}

async function writeText(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text)
  } catch (cause) {
    throw new SlipwayError('SLP-C2', `Cannot write file "${path}"`, { cause })
  }
}

/** A ramp or a search is meant to end at a rate that breaks the SLO: it only must not begin there. */
function exitCode({ bestQps, reloads }: Report): ExitCode {
  return bestQps === undefined || (reloads?.failed ?? 0) > 0 ? 1 : 0
}
