/** Nodes that the host runs: on their reference kernels, with the bodies of control flow on executors of their own. */
import { SlipwayError } from '../../base/errors.ts'
import { defaultLimits, type Limits } from '../../base/limits.ts'
import type { Tensor } from '../../base/tensor.ts'
import type { Value } from '../../base/value.ts'
import { narrowValue, type WideValue, widenValue } from '../../base/wide.ts'
import { freeValues, type Graph, type Node, nodeLabel, operatorText } from '../../ir/graph.ts'
import { parseAttributes } from '../../ops/attr.ts'
import type { Fact } from '../../ops/fact.ts'
import { inferGraph } from '../../ops/infer-graph.ts'
import { randomStream } from '../../ops/random.ts'
import { tryFindOp } from '../../ops/registry.ts'
import { checkElements } from '../../reference/check-elements.ts'
import { factOfValue, runNode } from '../../reference/run-node.ts'

export interface HostOptions {
  readonly limits?: Limits | undefined
  checkCancelled(): void
  /** Runs a body whose captured values are inputs or constants too. */
  runBody(body: ClosedBody): readonly Value[]
}

/** A body with everything it reads. */
export interface ClosedBody {
  readonly body: Graph
  readonly inputs: ReadonlyMap<string, Value>
  /** Captured constants. */
  readonly constants: ReadonlyMap<string, Tensor>
}

export interface HostCall {
  readonly node: Node
  /** Tells random nodes apart. */
  readonly index: number
  readonly seed: number | undefined
  /** Values by name, those of the graphs around included. */
  lookUp(name: string): WideValue | undefined
  /** Constants that bodies capture, by name. */
  constants(name: string): Tensor | undefined
  isWanted(name: string): boolean
}

/** @throws SLP-O3 for an unknown operator, and the refusals of the operator. */
export function runOnHost(call: HostCall, options: HostOptions): (WideValue | undefined)[] {
  const { node, index, seed, lookUp } = call
  const op = tryFindOp(node.domain, node.op)
  if (!op || op.deprecated)
    throw new SlipwayError(
      'SLP-O3',
      `Cannot run node: its operator is not known, got ${operatorText(node)}`,
      {
        node: nodeLabel(node),
      },
    )
  const inputs = node.inputs.map((name) => (name === '' ? undefined : lookUp(name)))
  const limits = options.limits ?? defaultLimits
  return runNode(op, node, inputs, {
    attributes: () => parseAttributes(op.attrs, node.attributes),
    wanted: call.isWanted,
    checkCancelled: options.checkCancelled,
    checkElements: (count) => checkElements(count, limits, node),
    maxLoopIterations: limits.loopIterations,
    random: (own) => randomStream(own ?? seed ?? 0, index),
    runGraph: (body, args) => runBody(body, args, call, options),
    inferGraph: (body, args) => inferBody(body, args, call),
  })
}

function runBody(body: Graph, args: readonly WideValue[], call: HostCall, options: HostOptions): WideValue[] {
  const inputs = new Map(body.inputs.map((name, i) => [name, narrowValue(args[i]!)]))
  const constants = new Map<string, Tensor>()
  for (const name of freeValues(body)) {
    const constant = call.constants(name)
    const value = constant ? undefined : call.lookUp(name)
    if (constant) constants.set(name, constant)
    else if (value) inputs.set(name, narrowValue(value))
  }
  return options.runBody({ body, inputs, constants }).map(widenValue)
}

function inferBody(body: Graph, args: readonly Fact[], call: HostCall): readonly (Fact | undefined)[] {
  const inputs = new Map(body.inputs.flatMap((name, i) => (args[i] ? [[name, args[i]] as const] : [])))
  const captured = new Map(
    [...freeValues(body)].flatMap((name) => {
      const value = call.lookUp(name)
      return value ? [[name, factOfValue(value)] as const] : []
    }),
  )
  const { facts } = inferGraph(body, { inputs, captured, path: `${nodeLabel(call.node)}/` })
  return body.outputs.map((name) => facts.get(name))
}
