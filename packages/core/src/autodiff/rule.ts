/**
 * The gradient of an operator as a value: given what a node read and gave, and the gradients of what it gave, the nodes
 * that compute the gradients of what it read. See `defineGradient`.
 */
import { type Graph, type Node, nodeLabel } from '../ir/graph.ts'
import { arrange, flatten } from '../ops/arrange.ts'
import { type AttrSpecs, type Attrs, parseAttributes } from '../ops/attr.ts'
import type { AnyOp, Op } from '../ops/define.ts'
import type { Fact } from '../ops/fact.ts'
import type { Arity, Carrier, NameArgs, Param, Params } from '../ops/param.ts'
import type { TypedBuilder } from '../ops/typed-builder.ts'
import { type Maths, mathsOf } from './maths.ts'

type OrZero<A extends Arity> = A extends 'variadic' ? readonly (string | undefined)[] : string | undefined

/** Gradients by parameter name; undefined is zero, which costs nothing. */
export type GradientArgs<P extends Params> = {
  readonly [K in keyof P]: P[K] extends Param<Carrier, infer A> ? OrZero<A> : never
}

type IsUnion<T, U = T> = T extends U ? ([U] extends [T] ? false : true) : never

/** The same for outputs: the only output of a node that a gradient passes is there, and so is its gradient. */
export type OutputArgs<P extends Params> = IsUnion<keyof P> extends true
  ? GradientArgs<P>
  : {
      readonly [K in keyof P]: P[K] extends Param<Carrier, infer A>
        ? A extends 'variadic'
          ? OrZero<A>
          : string
        : never
    }

/** Gradients of inputs; what is left out is zero. */
export type GradientResults<P extends Params> = Partial<GradientArgs<P>>

export interface Backward<I extends Params, O extends Params, S extends AttrSpecs> {
  /** Where the nodes go. */
  readonly b: TypedBuilder
  readonly m: Maths
  readonly inputs: NameArgs<I>
  /** Names of the outputs; those that the node does not list are undefined whatever their arity. */
  readonly outputs: OutputArgs<O>
  /** Gradients of the outputs, at least one of which is not zero. */
  readonly gradients: OutputArgs<O>
  readonly attrs: Attrs<S>
  /** Whether anybody asks for the gradient of an input. What is computed for nothing is taken away later. */
  wants(input: keyof I & string, index?: number): boolean
}

/**
 * Adds the nodes. A gradient may have the shape that its input is broadcast to: it is summed over those axes where it
 * is used.
 */
export type GradientRule<I extends Params, O extends Params, S extends AttrSpecs> = (
  backward: Backward<I, O, S>,
) => GradientResults<I>

export interface GradientOptions<O extends Params> {
  /** Optional outputs that the rule reads: nodes whose gradient is wanted are made to give them. */
  readonly saves?: readonly (keyof O & string)[]
}

/** One node on the way back. */
export interface Passage {
  readonly b: TypedBuilder
  readonly node: Node
  /** Gradients of the outputs in order. */
  readonly gradients: readonly (string | undefined)[]
  /** Whether anybody asks for the gradient of a value that the node reads. */
  wants(name: string): boolean
  /** The gradients of a body of the node: how operators that run bodies are differentiated. */
  readonly differentiate: DifferentiateGraph
}

/** Gradients of what a node reads: of its inputs in order, and of values that its bodies capture, by name. */
export interface Passed {
  readonly inputs: readonly (string | undefined)[]
  readonly captured?: ReadonlyMap<string, string>
}

/** A rule as shared code sees it. */
export interface AnyGradient {
  readonly op: AnyOp
  /** The node as it must be so that it can be differentiated: with outputs more, for instance. */
  prepare(node: Node, fresh: (hint: string) => string): Node
  backward(passage: Passage): Passed
}

export interface DifferentiateOptions {
  /** Values whose gradients are wanted. */
  readonly wrt: readonly string[]
  /** Gradients of values, by their names: what the sweep begins with. They may be computed from values of the graph. */
  seed(b: TypedBuilder): Iterable<readonly [string, string]>
  /** Facts of values around the graph, where it is a body. */
  readonly captured?: ReadonlyMap<string, Fact>
}

export interface Differentiated {
  /** The graph with all nodes and constants that the gradients need, its outputs as before. */
  readonly graph: Graph
  /** Names of the gradients by value; a value that is absent has the gradient zero. */
  readonly gradients: ReadonlyMap<string, string>
}

export type DifferentiateGraph = (graph: Graph, options: DifferentiateOptions) => Differentiated

/** The gradient of an operator, whose own parameters type the rule. */
export function defineGradient<I extends Params, O extends Params, S extends AttrSpecs>(
  op: Op<I, O, S>,
  rule: GradientRule<I, O, S>,
  { saves = [] }: GradientOptions<O> = {},
): AnyGradient {
  return {
    op,
    prepare: (node, fresh) => withOutputs(op.outputs, node, saves, fresh),
    backward({ b, node, gradients, wants }) {
      const names = node.inputs.map((name) => name || undefined)
      const indices = arrange(
        op.inputs,
        [...names.keys()].map((i) => (names[i] ? i : undefined)),
        'input',
      )
      const results = rule({
        b,
        m: mathsOf(b),
        inputs: arrange(op.inputs, names, 'input') as NameArgs<I>, // arranged by the operator's own parameters
        outputs: loosely(
          op.outputs,
          node.outputs.map((name) => name || undefined),
        ) as OutputArgs<O>, // as above
        gradients: loosely(op.outputs, gradients) as OutputArgs<O>, // as above
        attrs: parseAttributes(op.attrs, node.attributes) as Attrs<S>, // by the operator's own specification
        wants(input, at = 0) {
          const index = indices[input]
          const one = Array.isArray(index) ? index[at] : index
          return typeof one === 'number' && wants(node.inputs[one]!)
        },
      })
      const list = results as Parameters<typeof flatten<string>>[1] // by the operator's own parameters
      return { inputs: flatten<string>(op.inputs, list, node.inputs.length) }
    },
  }
}

/** Positional values by parameter name, where any may be missing. */
function loosely(params: Params, list: readonly (string | undefined)[]) {
  const entries = Object.entries(params).map(([name, { arity }], i) => [
    name,
    arity === 'variadic' ? list.slice(i) : list[i],
  ])
  return Object.fromEntries(entries)
}

/** The node with names for optional outputs that it leaves out. */
function withOutputs(
  params: Params,
  node: Node,
  wanted: readonly string[],
  fresh: (hint: string) => string,
): Node {
  const names = Object.keys(params)
  const missing = wanted.map((name) => names.indexOf(name)).filter((i) => !node.outputs[i])
  if (missing.length === 0) return node
  const count = Math.max(node.outputs.length, ...missing.map((i) => i + 1))
  const outputs = Array.from({ length: count }, (_, i) =>
    missing.includes(i) ? fresh(`${nodeLabel(node)}/${names[i]}`) : (node.outputs[i] ?? ''),
  )
  return { ...node, outputs }
}
