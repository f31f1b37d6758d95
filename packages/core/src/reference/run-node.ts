/** Runs one node with its reference kernel, or through its decomposition where that is the definition. */
import { SlipwayError } from '../base/errors.ts'
import { elementCount } from '../base/shape.ts'
import { tensorType, type ValueType } from '../base/value.ts'
import { narrowValue, type WideValue, widenValue } from '../base/wide.ts'
import { graphBuilder } from '../ir/builder.ts'
import { type Graph, type Node, nodeLabel } from '../ir/graph.ts'
import { arrange, flatten } from '../ops/arrange.ts'
import { type AttrSpecs, type Attrs, parseAttributes } from '../ops/attr.ts'
import type { AnyOp, KernelContext } from '../ops/define.ts'
import { type Fact, maxTrackedElements } from '../ops/fact.ts'
import { inferNode, withNode } from '../ops/infer-node.ts'
import type { FactArgs, NameArgs, Params, WideArgs } from '../ops/param.ts'

/** What running a node needs from the run around it. */
export interface NodeRunner
  extends Pick<
    KernelContext,
    'runGraph' | 'checkCancelled' | 'checkElements' | 'random' | 'maxLoopIterations' | 'decodeImage'
  > {
  /** Facts of a body's outputs, for control flow. */
  inferGraph(graph: Graph, inputs: readonly Fact[]): readonly (Fact | undefined)[]
  readonly wanted: (output: string) => boolean
  /** True: float32 results are not rounded. */
  readonly keepsFloat32Wide?: boolean
  /** The node's attributes, parsed. Throws SLP-O1. */
  readonly attributes: () => Attrs<AttrSpecs>
}

/** The type of a value at hand. */
export function typeOfValue(value: WideValue): ValueType {
  switch (value.kind) {
    case 'tensor':
      return tensorType(value.dtype, value.shape)
    case 'sequence':
      return { kind: 'sequence', element: value.element }
    case 'optional':
      return { kind: 'optional', element: value.element }
    case 'map':
      return { kind: 'map', key: value.keys.dtype, value: tensorType(value.values.dtype, []) }
    default:
      return value satisfies never
  }
}

/** All that is known of a value at hand; small tensors are constants. */
export function factOfValue(value: WideValue): Fact {
  const type = typeOfValue(value)
  return value.kind === 'tensor' && elementCount(value.shape) <= maxTrackedElements
    ? { type, constant: value }
    : { type }
}

/**
 * Outputs of one node, rounded to their dtypes. Errors carry the node, its operator and the input types.
 */
export function runNode(
  op: AnyOp,
  node: Node,
  inputs: readonly (WideValue | undefined)[],
  runner: NodeRunner,
): (WideValue | undefined)[] {
  const facts = inputs.map((value) => value && factOfValue(value))
  const { attributes, inferGraph } = runner
  const outputs = inferNode(op, node, facts, { label: nodeLabel(node), attributes, inferGraph })
  try {
    const results =
      op.reference === 'decomposed'
        ? runDecomposed(op, node, inputs, facts, runner)
        : runKernel(op, node, inputs, outputs, runner)
    return results.map((value) => value && rounded(value, runner.keepsFloat32Wide === true))
  } catch (error) {
    throw withNode(error, node, facts)
  }
}

function rounded(value: WideValue, keepsFloat32Wide: boolean): WideValue {
  if (keepsFloat32Wide && value.kind === 'tensor' && value.dtype === 'float32') return value
  return widenValue(narrowValue(value))
}

function runKernel(
  op: AnyOp,
  node: Node,
  inputs: readonly (WideValue | undefined)[],
  outputs: readonly (Fact | undefined)[],
  runner: NodeRunner,
): (WideValue | undefined)[] {
  if (op.reference === 'decomposed') return []
  const args = arrange(op.inputs, inputs, 'input') as WideArgs<Params> // arranged by the operator's own parameters
  const results = op.reference(args, runner.attributes(), {
    outputs,
    wanted: (index) => {
      const name = node.outputs[index] ?? ''
      return name !== '' && runner.wanted(name)
    },
    random: runner.random,
    runGraph: runner.runGraph,
    checkCancelled: runner.checkCancelled,
    checkElements: runner.checkElements,
    maxLoopIterations: runner.maxLoopIterations,
    decodeImage: runner.decodeImage,
  })
  return flatten<WideValue>(op.outputs, results, node.outputs.length)
}

/** The decomposition of a node as a graph whose inputs are named `in0`, `in1`, … */
export function decomposition(
  op: AnyOp,
  node: Node,
  facts: readonly (Fact | undefined)[],
): Graph | undefined {
  if (op.lower.kind !== 'decompose') return undefined
  const b = graphBuilder({ name: `${op.name} decomposed` })
  const names = facts.map((fact, i) => fact && b.input(`in${i}`, fact.type))
  const typed = facts.map((fact) =>
    fact?.type.kind === 'tensor' ? { ...fact, dtype: fact.type.dtype, shape: fact.type.shape } : fact,
  )
  const results = op.lower.build(
    b,
    arrange(op.inputs, names, 'input') as NameArgs<Params>, // arranged by the operator's own parameters
    parseAttributes(op.attrs, node.attributes),
    {
      inputs: arrange<Fact>(op.inputs, typed, 'input') as FactArgs<Params>,
      outputCount: node.outputs.length,
    }, // as above
  )
  if (!results) return undefined
  return b.build(flatten<string>(op.outputs, results, node.outputs.length).map((name) => name ?? ''))
}

function runDecomposed(
  op: AnyOp,
  node: Node,
  inputs: readonly (WideValue | undefined)[],
  facts: readonly (Fact | undefined)[],
  runner: NodeRunner,
): (WideValue | undefined)[] {
  const graph = decomposition(op, node, facts)
  if (!graph) throw new SlipwayError('SLP-O3', `Cannot run ${op.name}: this use of it has no decomposition`)
  const present = inputs.filter((value) => value !== undefined)
  return [...runner.runGraph({ ...graph, outputs: graph.outputs.filter((name) => name !== '') }, present)]
}
