/**
 * Runs a Graph node by node with the reference kernels. Slow and obvious on purpose: it is the definition of
 * right that every engine, pass and gradient is compared with.
 */
import { dtypeInfo } from '../base/dtype.ts'
import { SlipwayError } from '../base/errors.ts'
import { defaultLimits, type Limits } from '../base/limits.ts'
import type { Value } from '../base/value.ts'
import { narrowValue, type WideValue, widen, widenValue } from '../base/wide.ts'
import { freeValues, type Graph, type Node, operatorText, subgraphsOf } from '../ir/graph.ts'
import type { DecodeImage } from '../ops/image-codec.ts'
import { inferGraph } from '../ops/infer-graph.ts'
import { randomStream } from '../ops/random.ts'
import { tryFindOp } from '../ops/registry.ts'
import { factOfValue, type NodeRunner, runNode } from './run-node.ts'

export interface InterpretOptions {
  /** Values to return; the graph's outputs unless given. Any value of the graph may be named. */
  readonly outputs?: readonly string[]
  /** Seed of the random operators that carry none of their own. */
  readonly seed?: number
  readonly limits?: Limits
  /** Throws to cancel; called between nodes and inside long loops. */
  readonly checkCancelled?: () => void
  /** Decodes image files for ImageDecoder, which is refused without it. */
  readonly decodeImage?: DecodeImage
  /** Called after each node of the main graph with its outputs. */
  readonly onNode?: (node: Node, index: number, outputs: readonly (WideValue | undefined)[]) => void
}

interface Scope {
  readonly values: Map<string, WideValue>
  readonly outer: Scope | undefined
}

function lookUp(scope: Scope | undefined, name: string): WideValue | undefined {
  for (let at = scope; at; at = at.outer) {
    const value = at.values.get(name)
    if (value) return value
  }
  return undefined
}

/**
 * Outputs of a graph by name.
 *
 * @throws SLP-S2 for a missing input, SLP-O3 for an unknown operator, and the refusals of the operators.
 */
export function interpret(
  graph: Graph,
  inputs: ReadonlyMap<string, Value>,
  options: InterpretOptions = {},
): Map<string, Value> {
  const wanted = options.outputs ?? graph.outputs
  const given = new Map([...inputs].map(([name, value]) => [name, widenValue(value)]))
  const results = runGraph(graph, given, undefined, wanted, options, true)
  return new Map(wanted.map((name, i) => [name, narrowValue(results[i]!)]))
}

function runGraph(
  graph: Graph,
  inputs: ReadonlyMap<string, WideValue>,
  outer: Scope | undefined,
  outputs: readonly string[],
  options: InterpretOptions,
  isMain: boolean,
): WideValue[] {
  const scope: Scope = { values: new Map(), outer }
  for (const [name, value] of graph.constants) scope.values.set(name, widen(value))
  for (const name of graph.inputs) {
    const value = inputs.get(name)
    if (value) scope.values.set(name, value)
    else if (!scope.values.has(name)) {
      throw new SlipwayError(
        'SLP-S2',
        `Cannot run graph "${graph.name}": input "${name}" must be given, got nothing`,
      )
    }
  }
  const lastUse = lastUses(graph, outputs)
  graph.nodes.forEach((node, index) => {
    options.checkCancelled?.()
    const results = runOne(node, index, scope, lastUse, options)
    node.outputs.forEach((name, i) => {
      const value = results[i]
      if (name !== '' && value) scope.values.set(name, value)
    })
    if (isMain) options.onNode?.(node, index, results)
    for (const name of node.inputs) if (lastUse.get(name) === index) scope.values.delete(name)
  })
  return outputs.map((name) => {
    const value = lookUp(scope, name)
    if (!value)
      throw new SlipwayError('SLP-S5', `Cannot return output: no value has this name, got "${name}"`)
    return value
  })
}

/** Index of the last node that reads each value; results are kept for good. */
function lastUses(graph: Graph, outputs: readonly string[]): ReadonlyMap<string, number> {
  const last = new Map<string, number>()
  graph.nodes.forEach((node, index) => {
    for (const name of node.inputs) last.set(name, index)
    for (const [, body] of subgraphsOf(node)) for (const name of freeValues(body)) last.set(name, index)
  })
  for (const name of [...outputs, ...graph.outputs]) last.set(name, Number.POSITIVE_INFINITY)
  return last
}

function runOne(
  node: Node,
  index: number,
  scope: Scope,
  read: ReadonlyMap<string, number>,
  options: InterpretOptions,
): (WideValue | undefined)[] {
  const op = tryFindOp(node.domain, node.op)
  if (!op || op.deprecated) {
    throw new SlipwayError(
      'SLP-O3',
      `Cannot run node: its operator is not known, got ${operatorText(node)}`,
      { node: node.name },
    )
  }
  const inputs = node.inputs.map((name) => {
    if (name === '') return undefined
    const value = lookUp(scope, name)
    if (!value)
      throw new SlipwayError('SLP-I4', `Cannot run node: no value has this name, got "${name}"`, {
        node: node.name,
      })
    return value
  })
  return runNode(op, node, inputs, runnerFor(node, index, scope, read, options))
}

function runnerFor(
  node: Node,
  index: number,
  scope: Scope,
  read: ReadonlyMap<string, number>,
  options: InterpretOptions,
): NodeRunner {
  const limits = options.limits ?? defaultLimits
  return {
    wanted: (name) => read.has(name),
    checkCancelled: () => options.checkCancelled?.(),
    checkElements: (count) => checkElements(count, limits, node),
    maxLoopIterations: limits.loopIterations,
    decodeImage: options.decodeImage,
    random: (seed) => randomStream(seed ?? options.seed ?? 0, index),
    runGraph: (body, args) =>
      runGraph(
        body,
        new Map(body.inputs.map((name, i) => [name, args[i]!])),
        scope,
        body.outputs,
        options,
        false,
      ),
    inferGraph: (body, args) => {
      const given = new Map(body.inputs.flatMap((name, i) => (args[i] ? [[name, args[i]] as const] : [])))
      const { facts } = inferGraph(body, {
        inputs: given,
        captured: capturedFacts(body, scope),
        path: `${node.name}/`,
      })
      return body.outputs.map((name) => facts.get(name))
    },
  }
}

function capturedFacts(body: Graph, scope: Scope) {
  return new Map(
    [...freeValues(body)].flatMap((name) => {
      const value = lookUp(scope, name)
      return value ? [[name, factOfValue(value)] as const] : []
    }),
  )
}

function checkElements(count: number, limits: Limits, node: Node): void {
  const most = Math.min(limits.tensorElements, limits.tensorBytes / (dtypeInfo('float64').bits / 8))
  if (!(count <= most)) {
    throw new SlipwayError(
      'SLP-L4',
      `Cannot make tensor: it may have at most ${most} elements, got ${count}`,
      {
        node: node.name,
        operator: operatorText(node),
        remedy: 'Raise limits.tensorBytes if the size is intended.',
      },
    )
  }
}
