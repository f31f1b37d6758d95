/** One call of an operator by the names of its parameters: the node's graph, and what the reference kernel gives. */
import { SlipwayError } from '../base/errors.ts'
import { tensorType, type Value, type ValueType } from '../base/value.ts'
import { type AttributesInit, graphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import type { AnyOp } from '../ops/define.ts'
import { interpret } from '../reference/interpret.ts'
import { typeOfValue } from '../reference/run-node.ts'

/** Values by parameter name; a list for a variadic parameter. */
export type NamedValues = Readonly<Record<string, Value | readonly Value[] | undefined>>

export interface OpCall {
  readonly inputs: NamedValues
  readonly attrs?: AttributesInit
}
export interface Built {
  readonly graph: Graph
  readonly inputs: ReadonlyMap<string, Value>
  readonly outputs: readonly string[]
}

/** Values in the order of the parameters. */
export function listOf<T>(
  op: AnyOp,
  params: 'inputs' | 'outputs',
  named: Readonly<Record<string, T | readonly T[] | undefined>>,
): (T | undefined)[] {
  for (const name of Object.keys(named)) {
    if (!Object.hasOwn(op[params], name)) throw new Error(`${op.name} has no ${params} "${name}"`)
  }
  return Object.entries(op[params]).flatMap(
    ([name, { arity }]): readonly (T | undefined)[] =>
      arity === 'variadic' ? ((named[name] ?? []) as readonly T[]) : [named[name] as T | undefined], // arity decides the form
  )
}

/** A graph of the one node. */
export function build(op: AnyOp, call: OpCall, outputCount: number): Built {
  const b = graphBuilder({ name: op.name })
  const inputs = new Map<string, Value>()
  const names = listOf(op, 'inputs', call.inputs).map((value, i) => {
    if (!value) return undefined
    const name = `x${i}`
    inputs.set(name, value)
    return b.input(name, typeOf(value))
  })
  const outputs = b.nodes(op.name, names, call.attrs ?? {}, {
    domain: op.domain,
    outputs: outputCount,
    name: op.name,
  })
  return { graph: b.build(outputs), inputs, outputs }
}

/** The type of a value, with its actual sizes. */
export function typeOf(value: Value): ValueType {
  return value.kind === 'tensor' ? tensorType(value.dtype, value.shape) : typeOfValue(value as never) // types do not read elements
}

/** Outputs of the reference kernel. */
export function run(op: AnyOp, call: OpCall, outputCount: number): Value[] {
  const { graph, inputs, outputs } = build(op, call, outputCount)
  const results = interpret(graph, inputs)
  return outputs.map((name) => results.get(name)!)
}

/** The first output; undefined where the operator does not take these sizes. */
export function resultOf(op: AnyOp, call: OpCall): Value | undefined {
  try {
    return run(op, call, 1)[0]
  } catch (error) {
    if (error instanceof SlipwayError) return undefined
    throw error
  }
}

/** The list that belongs to the parameters, by name. */
export function nameInputs(
  op: AnyOp,
  names: readonly string[],
  list: readonly (Value | undefined)[],
): NamedValues {
  return Object.fromEntries(
    names.map((name, i) => [
      name,
      op.inputs[name]!.arity === 'variadic'
        ? list.slice(i).flatMap((value) => (value ? [value] : []))
        : list[i],
    ]),
  )
}
