/** What the compiler makes of a graph at given sizes: kernels, the nodes in each of them, and where values lie. */
import { SlipwayError } from '../../base/errors.ts'
import type { Shape } from '../../base/shape.ts'
import { type Graph, type Node, nodeLabel, operatorText } from '../../ir/graph.ts'
import type { Buffer } from '../../kernel/kernel.ts'
import { portableTarget } from '../../kernel/target.ts'
import { freezeDefaults, optimize } from '../../passes/index.ts'
import type { Work } from '../../schedule/work.ts'
import { assertOperatorsKnown } from '../graph-census.ts'
import { nameHint } from '../nearest-name.ts'
import { openChapter, type Prepared, prepareChapter } from './chapter.ts'
import { defaultPlanBytes } from './compile.ts'
import type { Held } from './held.ts'
import { type Machine, openMachine } from './machine.ts'

export interface PlanReportOptions {
  /** Sizes of inputs; those that the model leaves open and nobody gives are 1. */
  readonly shapes?: Readonly<Record<string, Shape>> | undefined
  /** Threads that work is cut for; 1 unless given. */
  readonly threads?: number | undefined
}

/** A part of the arena, over the steps in which it is in use, both included; -1 is before the first one. */
export interface PlannedBuffer {
  readonly name: string
  readonly sizeBytes: number
  readonly offsetBytes: number
  readonly first: number
  readonly last: number
}

/** What runs at one time: the tasks of a kernel, or a node on its reference kernel. */
export interface PlannedStep {
  /** Undefined where the host runs the node. */
  readonly kernel: string | undefined
  readonly tasks: number
  /** Names of the nodes, and operators as in `Conv + Relu`. */
  readonly nodes: readonly string[]
  readonly operators: string
  /** Why the host runs it. */
  readonly reason: string | undefined
}

export interface PlanReport {
  readonly arenaBytes: number
  /** The largest sum of sizes in use at one time: no arena can be smaller. */
  readonly lowerBoundBytes: number
  /** Largest first. */
  readonly buffers: readonly PlannedBuffer[]
  /** Constants in another order than the model has them, and whatever else is computed once. */
  readonly packedBytes: number
  /** Constants that kernels read as they are. */
  readonly constantBytes: number
  /** Different kernels; each is compiled once. */
  readonly kernels: number
  /** In order; nodes that come after one whose sizes depend on data are left out. */
  readonly steps: readonly PlannedStep[]
  /** The node whose sizes depend on data, and those after it. */
  readonly unplanned: readonly string[]
}

/**
 * Plans a graph as the wasm engine does, without relaxed instructions.
 *
 * @example
 * const { arenaBytes, steps } = planReport(readOnnx(await readFile('model.onnx')))
 * steps.length // 1
 *
 * @throws SLP-S1 for sizes of an unknown input, SLP-S4 for sizes that do not fit it, SLP-O3 for unknown operators, and
 * the refusals of the operators.
 */
export function planReport(source: Graph, { shapes = {}, threads = 1 }: PlanReportOptions = {}): PlanReport {
  assertOperatorsKnown(source)
  const graph = optimize(freezeDefaults(source)).graph
  const machine = openMachine({ target: portableTarget, isShared: false, poll: () => 0 })
  const values = assumedValues(graph, shapes)
  const prepared = prepareChapter(openChapter(graph), values, graph.outputs, machine, {
    threads,
    planBytes: defaultPlanBytes,
  })
  const { plan, rest } = prepared
  const { sizeBytes, lowerBoundBytes } = plan.placement
  return {
    arenaBytes: sizeBytes,
    lowerBoundBytes,
    buffers: plannedBuffers(prepared),
    ...fixedBytes(machine),
    kernels: new Set(plan.calls.map(({ kernel }) => kernel.key)).size,
    steps: plannedSteps(prepared),
    unplanned: rest.map((node) => `${nodeLabel(node)} (${operatorText(node)})`),
  }
}

/** Inputs of the sizes asked for; they are never read. */
function assumedValues(graph: Graph, shapes: Readonly<Record<string, Shape>>): Map<string, Held> {
  for (const name of Object.keys(shapes)) {
    if (graph.inputs.includes(name)) continue
    const remedy = nameHint(name, graph.inputs)
    throw new SlipwayError(
      'SLP-S1',
      `Cannot plan graph: sizes must be those of an input, got "${name}"`,
      remedy === undefined ? {} : { remedy },
    )
  }
  const values = new Map<string, Held>()
  for (const name of graph.inputs) {
    const type = graph.types.get(name)
    if (type?.kind !== 'tensor') continue
    const shape = shapes[name] ?? type.shape?.map((size) => (typeof size === 'number' ? size : 1)) ?? []
    const fits = type.shape?.every((size, i) => typeof size !== 'number' || size === shape[i]) ?? true
    if (!fits || (type.shape && type.shape.length !== shape.length))
      throw new SlipwayError('SLP-S4', `Cannot plan graph: input "${name}" must fit its type, got [${shape}]`)
    values.set(name, { kind: 'memory', at: { address: 0, sizeBytes: 0, dtype: type.dtype, shape } })
  }
  return values
}

function plannedBuffers({ plan }: Prepared): PlannedBuffer[] {
  const buffers = [...plan.live].map(([buffer, { first, last }]) => {
    const { label, sizeBytes } = buffer
    return { name: label, sizeBytes, offsetBytes: plan.placement.offsets.get(buffer)!, first, last }
  })
  return buffers.sort((a, b) => b.sizeBytes - a.sizeBytes)
}

function fixedBytes(machine: Machine): Pick<PlanReport, 'packedBytes' | 'constantBytes'> {
  const sum = (isWanted: (buffer: Buffer) => boolean) =>
    [...machine.fixed.persistent.keys()]
      .filter(isWanted)
      .reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0)
  return {
    packedBytes: sum((buffer) => !machine.fixed.isConstant(buffer)),
    constantBytes: sum((buffer) => machine.fixed.isConstant(buffer)),
  }
}

function plannedSteps({ plan }: Prepared): PlannedStep[] {
  return plan.segments.flatMap((segment): PlannedStep[] => {
    if (segment.kind === 'host') {
      return [{ kernel: undefined, tasks: 1, ...describe([segment.work]), reason: segment.reason }]
    }
    return segment.works.map((works, i) => {
      const { kernel, tasks } = plan.calls[segment.first + i]!
      return { kernel: kernel.key, tasks, ...describe(works), reason: undefined }
    })
  })
}

/** Parts of a decomposed node count as the node. */
function describe(works: readonly Work[]): Pick<PlannedStep, 'nodes' | 'operators'> {
  const nodes: readonly Node[] = works.map(({ node }) => node)
  return {
    nodes: [...new Set(nodes.map(nodeLabel))],
    operators: nodes.map(operatorText).join(' + '),
  }
}
