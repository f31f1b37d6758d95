/** Prints what the compiler makes of a model: kernels, and the memory of a run. */
import { type PlannedStep, type PlanReport, planReport } from '@slipway/core'
import type { CommandArgs } from '../define-command.ts'
import { loadModel } from './load-model.ts'
import { readShape } from './read-shape.ts'
import { bytesText, columns } from './table.ts'
import type { Terminal } from './terminal.ts'

export async function explainPlan(args: CommandArgs, terminal: Terminal): Promise<0> {
  const shapes = Object.fromEntries(args.list('shape').map(readShape))
  const { read } = await loadModel(args.positional[0]!)
  const report = planReport(read.graph, { shapes })
  if (args.flag('json')) {
    terminal.print(JSON.stringify(report, null, 2))
    return 0
  }
  const isMemory = args.flag('memory') || !args.flag('kernels')
  const lines = [
    ...(args.flag('kernels') ? kernelLines(report) : []),
    ...(isMemory ? memoryLines(report) : []),
    ...hostLines(report),
  ]
  for (const line of lines) terminal.print(line)
  return 0
}

const shownBuffers = 10

function memoryLines(report: PlanReport): string[] {
  const { arenaBytes, lowerBoundBytes, buffers, packedBytes, constantBytes, kernels, steps } = report
  const ratio = lowerBoundBytes === 0 ? 1 : arenaBytes / lowerBoundBytes
  return [
    'memory of a run',
    ...columns([
      ['arena', `${bytesText(arenaBytes)} (${ratio.toFixed(3)} of the lower bound)`],
      ['lower bound', `${bytesText(lowerBoundBytes)} (the most that is in use at one time)`],
      ['packed weights', bytesText(packedBytes)],
      ['other constants', bytesText(constantBytes)],
      ['kernels', `${kernels} in ${steps.length} steps`],
    ]),
    `largest buffers, of ${buffers.length}`,
    ...columns(
      buffers
        .slice(0, shownBuffers)
        .map(({ name, sizeBytes, offsetBytes, first, last }) => [
          bytesText(sizeBytes),
          `at ${offsetBytes}`,
          `steps ${Math.max(first, 0)} to ${Math.min(last, steps.length - 1)}`,
          name,
        ]),
    ),
  ]
}

function kernelLines({ steps }: PlanReport): string[] {
  return [
    'steps',
    ...columns(
      steps.map((step, i) => [
        String(i),
        step.kernel === undefined ? 'host' : `${step.tasks} tasks`,
        step.operators,
        step.nodes.join(' + '),
        step.kernel ?? '',
      ]),
    ),
  ]
}

function hostLines({ steps, unplanned }: PlanReport): string[] {
  const isOnHost = (step: PlannedStep): step is PlannedStep & { readonly reason: string } =>
    step.reason !== undefined
  const rows = steps.filter(isOnHost).map((step) => [step.nodes.join(' + '), step.operators, step.reason])
  return [
    ...(rows.length > 0 ? ['on the host', ...columns(rows)] : []),
    ...(unplanned.length > 0
      ? ['planned once data has told their sizes', ...columns(unplanned.map((text) => [text]))]
      : []),
  ]
}
