/**
 * Runs a Graph node by node with the reference kernels. Slow and obvious on purpose: it is the definition of
 * right that every engine, pass and gradient is compared with.
 */
import { SlipwayError } from '../base/errors.ts'
import { defaultLimits, type Limits } from '../base/limits.ts'
import type { Value } from '../base/value.ts'
import { narrowValue, type WideValue, widen, widenValue } from '../base/wide.ts'
import { type Graph, type Node, nodeLabel, operatorText } from '../ir/graph.ts'
import type { Fact } from '../ops/fact.ts'
import type { DecodeImage } from '../ops/image-codec.ts'
import { inferGraph } from '../ops/infer-graph.ts'
import { randomStream } from '../ops/random.ts'
import { checkElements } from './check-elements.ts'
import { type GraphPlan, graphPlanner, type NodePlan } from './plan.ts'
import { factOfValue, type NodeRunner, runNode } from './run-node.ts'

export interface InterpretOptions {
  /** Values to return; the graph's outputs unless given. Any value of the graph may be named. */
  readonly outputs?: readonly string[]
  /** Seed of the random operators that carry none of their own. */
  readonly seed?: number
  readonly limits?: Limits
  /**
   * 'dtype', unless given: every result is rounded to its dtype, as a store does. 'outputs': float32 values stay float64
   * until they leave the graph, which shows how much of a difference is rounding.
   */
  readonly rounding?: 'dtype' | 'outputs'
  /** Throws to cancel; called between nodes and inside long loops. */
  readonly checkCancelled?: () => void
  /** Decodes image files for ImageDecoder, which is refused without it. */
  readonly decodeImage?: DecodeImage
  /** Called after each node of the main graph with its outputs. */
  readonly onNode?: (node: Node, index: number, outputs: readonly (WideValue | undefined)[]) => void
}

/** Runs the graph that it was prepared for. Throws as `interpret` does. */
export type GraphRunner = (
  inputs: ReadonlyMap<string, Value>,
  options?: InterpretOptions,
) => Map<string, Value>

/**
 * Gets a graph ready for any number of runs: what all of them share, constants in kernel form above all, is worked
 * out once and kept as long as the runner.
 */
export function prepareGraph(graph: Graph): GraphRunner {
  const planOf = graphPlanner()
  return (inputs, options = {}) => {
    const outputs = options.outputs ?? graph.outputs
    const given = new Map([...inputs].map(([name, value]) => [name, widenValue(value)]))
    const results = runGraph(planOf(graph), given, undefined, outputs, { options, planOf })
    return new Map(outputs.map((name, i) => [name, narrowValue(results[i]!)]))
  }
}

/**
 * Outputs of a graph by name, of one run.
 *
 * @throws SLP-S2 for a missing input, SLP-O3 for an unknown operator, and the refusals of the operators.
 */
export function interpret(
  graph: Graph,
  inputs: ReadonlyMap<string, Value>,
  options: InterpretOptions = {},
): Map<string, Value> {
  return prepareGraph(graph)(inputs, options)
}

/** What the main graph and its bodies have in common while they run. */
interface Run {
  readonly options: InterpretOptions
  readonly planOf: (graph: Graph) => GraphPlan
}

interface Scope {
  readonly plan: GraphPlan
  /** Inputs and results that are still to be read. */
  readonly values: Map<string, WideValue>
  /** Values to keep beside the graph's outputs. */
  readonly kept: ReadonlySet<string>
  readonly outer: Scope | undefined
}

function lookUp(scope: Scope | undefined, name: string): WideValue | undefined {
  for (let at = scope; at; at = at.outer) {
    const value = at.values.get(name) ?? at.plan.constants.get(name)
    if (value) return value
  }
  return undefined
}

function runGraph(
  plan: GraphPlan,
  inputs: ReadonlyMap<string, WideValue>,
  outer: Scope | undefined,
  outputs: readonly string[],
  run: Run,
): WideValue[] {
  const { graph, constants, nodes } = plan
  const scope: Scope = { plan, values: new Map(), kept: new Set(outputs), outer }
  for (const name of graph.inputs) {
    const value = inputs.get(name)
    if (value) scope.values.set(name, value)
    else if (!constants.has(name)) {
      throw new SlipwayError(
        'SLP-S2',
        `Cannot run graph "${graph.name}": input "${name}" must be given, got nothing`,
      )
    }
  }
  nodes.forEach((planned, index) => {
    const { node, lastReads } = planned
    run.options.checkCancelled?.()
    const results = runOne(planned, index, scope, run)
    node.outputs.forEach((name, i) => {
      const value = results[i]
      if (name !== '' && value) scope.values.set(name, value)
    })
    if (!outer) run.options.onNode?.(node, index, results)
    for (const name of lastReads) if (!scope.kept.has(name)) scope.values.delete(name)
  })
  return outputs.map((name) => outputOf(scope, name))
}

function outputOf(scope: Scope, name: string): WideValue {
  const own = scope.values.get(name)
  if (own) return own
  // Who takes an output may take its memory over, so a constant is not given away.
  const constant = scope.plan.graph.constants.get(name)
  const value = constant ? widen(constant) : lookUp(scope.outer, name)
  if (!value) throw new SlipwayError('SLP-S5', `Cannot return output: no value has this name, got "${name}"`)
  return value
}

function runOne(
  { node, op, attributes }: NodePlan,
  index: number,
  scope: Scope,
  run: Run,
): (WideValue | undefined)[] {
  if (!op) {
    throw new SlipwayError(
      'SLP-O3',
      `Cannot run node: its operator is not known, got ${operatorText(node)}`,
      { node: nodeLabel(node) },
    )
  }
  const inputs = node.inputs.map((name) => {
    if (name === '') return undefined
    const value = lookUp(scope, name)
    if (!value)
      throw new SlipwayError('SLP-I4', `Cannot run node: no value has this name, got "${name}"`, {
        node: nodeLabel(node),
      })
    return value
  })
  return runNode(op, node, inputs, { ...runnerFor(node, index, scope, run), attributes })
}

function runnerFor(node: Node, index: number, scope: Scope, run: Run): Omit<NodeRunner, 'attributes'> {
  const { options, planOf } = run
  const limits = options.limits ?? defaultLimits
  return {
    wanted: (name) => scope.plan.read.has(name) || scope.kept.has(name),
    checkCancelled: () => options.checkCancelled?.(),
    checkElements: (count) => checkElements(count, limits, node),
    maxLoopIterations: limits.loopIterations,
    decodeImage: options.decodeImage,
    keepsFloat32Wide: options.rounding === 'outputs',
    random: (seed) => randomStream(seed ?? options.seed ?? 0, index),
    runGraph: (body, args) => {
      const inputs = new Map(body.inputs.map((name, i) => [name, args[i]!]))
      return runGraph(planOf(body), inputs, scope, body.outputs, run)
    },
    inferGraph: (body, args) => {
      const given = new Map(body.inputs.flatMap((name, i) => (args[i] ? [[name, args[i]] as const] : [])))
      const { facts } = inferGraph(body, {
        inputs: given,
        captured: capturedFacts(planOf(body), scope),
        path: `${nodeLabel(node)}/`,
      })
      return body.outputs.map((name) => facts.get(name))
    },
  }
}

function capturedFacts({ captured }: GraphPlan, scope: Scope): ReadonlyMap<string, Fact> {
  return new Map(
    [...captured].flatMap((name) => {
      const value = lookUp(scope, name)
      return value ? [[name, factOfValue(value)] as const] : []
    }),
  )
}
