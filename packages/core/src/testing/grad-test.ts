/** Checks the gradient of an operator: against differences in float64, and compiled in float32 against that. */
import { describe, it } from 'vitest'
import { type GradcheckOptions, gradcheck } from '../autodiff/gradcheck.ts'
import { vjp } from '../autodiff/vjp.ts'
import { elementCount, type Shape } from '../base/shape.ts'
import { type Tensor, tensor } from '../base/tensor.ts'
import type { Value } from '../base/value.ts'
import { compileGraph } from '../engine/wasm/compile.ts'
import { type AttributesInit, toAttributes } from '../ir/builder.ts'
import { renameReads } from '../ir/rewrite.ts'
import type { AnyOp } from '../ops/define.ts'
import { randomStream } from '../ops/random.ts'
import { tryFindOp } from '../ops/registry.ts'
import { type TypedBuilder, typedBuilder } from '../ops/typed-builder.ts'
import { interpret } from '../reference/interpret.ts'
import { decomposition } from '../reference/run-node.ts'
import { listOf, type OpCall, typeOf } from './op-call.ts'

export interface GradCase extends OpCall {
  readonly name: string
  /** Values around the node that its bodies read. */
  readonly captured?: Readonly<Record<string, Tensor>>
  /** How many outputs the node lists; 1 unless given. */
  readonly outputs?: number
  /** Inputs of floating point that are known while the gradient is made, and not differentiated. */
  readonly known?: readonly string[]
  /** How differences are taken, where the operator rounds to float32 in the midst of float64, for instance. */
  readonly differences?: GradcheckOptions
  /** Of the compiled gradients, relative to the greatest element; 1e-4 unless given. */
  readonly tolerance?: number
  /** False where the operator does not take float32, or where it has kinks that rounding crosses. */
  readonly compiled?: boolean
}

/**
 * Declares the gradient tests of an operator. Inputs of float64 are differentiated; of an operator that does not take
 * them, its decomposition is.
 */
export function gradTest(op: AnyOp, cases: readonly GradCase[]): void {
  describe(`gradient of ${op.name}`, () => {
    for (const one of cases) {
      it(one.name, () => checkDifferences(op, one))
      if (one.compiled !== false) it(`${one.name}, compiled`, () => checkCompiled(op, one))
    }
  })
}

function checkDifferences(op: AnyOp, one: GradCase): void {
  const { graph, inputs } = graphOf(op, one, (value) => value)
  const { ok, findings, checked } = gradcheck(graph, inputs, one.differences)
  if (checked === 0) throw new Error('no element was checked: an input must be of float64')
  if (!ok) {
    const { input, index, analytic, numeric } = findings[0]!
    throw new Error(
      `${findings.length} of ${checked} differ: ${input}[${index}] is ${analytic}, differences say ${numeric}`,
    )
  }
}

/** The gradients in float32, compiled, are those of float64 on the reference engine. */
function checkCompiled(op: AnyOp, one: GradCase): void {
  const exact = gradients(op, one, (value) => value, interpret)
  const rounded = gradients(op, one, toFloat32, (graph, inputs) => compileGraph(graph).run(inputs))
  const reference = gradients(op, one, toFloat32, interpret)
  for (const [name, expected] of exact) {
    const most = expected.reduce((sum, x) => Math.max(sum, Math.abs(x)), 1e-3)
    const [got, plain] = [rounded.get(name)!, reference.get(name)!]
    expected.forEach((value, i) => {
      const bound = (one.tolerance ?? 1e-4) * most
      if (Math.abs(got[i]! - value) <= bound) return
      throw new Error(
        `by ${name}[${i}]: compiled ${got[i]}, reference ${plain[i]}, float64 ${value} (bound ${bound})`,
      )
    })
  }
}

type Engine = (
  graph: ReturnType<typeof graphOf>['graph'],
  inputs: ReadonlyMap<string, Value>,
) => Map<string, Value>

function gradients(op: AnyOp, one: GradCase, change: (value: Value) => Value, engine: Engine) {
  const { graph, inputs, outputs } = graphOf(op, one, change)
  const b = typedBuilder({ from: graph })
  const stream = randomStream(7)
  const cotangents = new Map<string, string>()
  const forward = interpret(graph, inputs)
  for (const name of outputs) {
    const value = forward.get(name)!
    if (value.kind !== 'tensor' || !isFloat(value)) continue
    const weights = spread(value.shape, { random: stream })
    cotangents.set(name, b.constant(value.dtype === 'float32' ? toFloat32(weights) : weights))
  }
  const wrt = [...graphOf(op, one, (value) => value).inputs].flatMap(([name, value]) =>
    isDouble(value) ? [name] : [],
  )
  const both = vjp(b.build(outputs), cotangents, wrt)
  const names = [...both.gradients.values()]
  const results = engine({ ...both.graph, outputs: names }, inputs)
  return new Map([...both.gradients].map(([name, gradient]) => [name, numbers(results.get(gradient)!)]))
}

function graphOf(
  op: AnyOp,
  { inputs: named, attrs = {}, outputs: count = 1, captured = {}, known = [] }: GradCase,
  change: (value: Value) => Value,
) {
  const b = typedBuilder({ name: op.name })
  const inputs = new Map<string, Value>()
  const params = Object.keys(op.inputs)
  const names = listOf<Value>(op, 'inputs', named).map((given, i) => {
    if (!given) return undefined
    if (given.kind === 'tensor' && known.includes(params[i]!)) return b.constant(given, `x${i}`)
    const value = change(given)
    // What is no number to differentiate by is known while the gradient is made, as sizes and axes are.
    if (value.kind === 'tensor' && !isFloat(value)) return b.constant(value, `x${i}`)
    inputs.set(`x${i}`, value)
    return b.input(`x${i}`, typeOf(value))
  })
  for (const [name, given] of Object.entries(captured)) {
    const value = change(given)
    inputs.set(b.input(name, typeOf(value)), value)
  }
  const options = { domain: op.domain, outputs: count, name: op.name }
  const outputs = refuses(b, op, names)
    ? decomposed(b, op, names, attrs, count)
    : b.nodes(op.name, names, attrs, options)
  return { graph: b.build(outputs), inputs, outputs }
}

/** Whether an operator would refuse one of the values because it is of float64. */
function refuses(b: TypedBuilder, { types }: AnyOp, names: readonly (string | undefined)[]): boolean {
  const takesDoubles = Object.values(types).some((list) => list.includes('float64'))
  const isDoubleName = (name: string) => {
    const { type } = b.fact(name)
    return type.kind === 'tensor' && type.dtype === 'float64'
  }
  return !takesDoubles && names.some((name) => name !== undefined && name !== '' && isDoubleName(name))
}

/** What stands for an operator that does not take float64, and for such operators in that. */
function decomposed(
  b: TypedBuilder,
  op: AnyOp,
  names: readonly (string | undefined)[],
  attrs: AttributesInit,
  count: number,
): string[] {
  const node = {
    name: op.name,
    domain: op.domain,
    op: op.name,
    inputs: names.map((name) => name ?? ''),
    outputs: Array.from({ length: count }, (_, i) => `y${i}`),
    attributes: toAttributes(attrs),
  }
  const body = decomposition(
    op,
    node,
    names.map((name) => (name ? b.fact(name) : undefined)),
  )
  if (!body) throw new Error(`${op.name} takes no float64, and has no decomposition`)
  const present = names.filter((name) => name !== undefined && name !== '')
  const inner = new Map(body.inputs.map((name, i) => [name, present[i]!]))
  for (const [name, value] of body.constants) inner.set(name, b.constant(value))
  for (const one of body.nodes) {
    const { inputs } = renameReads(one, inner)
    const found = tryFindOp(one.domain, one.op)
    const given = Object.fromEntries(one.attributes)
    const fresh = one.outputs.map((name) => (name === '' ? '' : b.fresh(name)))
    const outputs =
      found && refuses(b, found, inputs)
        ? decomposed(b, found, inputs, given, fresh.length)
        : b.nodes(one.op, inputs, given, { domain: one.domain, outputs: fresh })
    one.outputs.forEach((name, i) => inner.set(name, outputs[i]!))
  }
  return body.outputs.slice(0, count).map((name) => inner.get(name) ?? name)
}

const isFloat = (value: Tensor) => value.dtype === 'float32' || value.dtype === 'float64'
const isDouble = (value: Value | undefined) => value?.kind === 'tensor' && value.dtype === 'float64'

function toFloat32(value: Value): Tensor {
  if (value.kind !== 'tensor') throw new Error('only tensors are tested')
  const { data } = value
  return data instanceof Float64Array ? tensor('float32', value.shape, Float32Array.from(data)) : value
}

function numbers(value: Value): Float64Array {
  const data = value.kind === 'tensor' ? value.data : undefined
  if (data instanceof Float32Array || data instanceof Float64Array) return Float64Array.from(data)
  throw new Error('a gradient must be a tensor of floating point')
}

export interface SpreadOptions {
  readonly low?: number
  readonly high?: number
  readonly random?: { uniform(): number }
}

/**
 * Numbers of float64 in random order that stand apart from each other and, where `low` is -`high`, from zero: no two are
 * equal, so that there are no ties, and rounding to float32 changes no order.
 */
export function spread(
  shape: Shape,
  { low = -1.5, high = 1.5, random = randomStream(3) }: SpreadOptions = {},
) {
  const count = elementCount(shape)
  const list = Float64Array.from({ length: count }, (_, i) => low + ((i + 0.5) / count) * (high - low))
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1))
    ;[list[i], list[j]] = [list[j]!, list[i]!]
  }
  // An odd count puts its middle on zero.
  return tensor(
    'float64',
    shape,
    list.map((x) => (x === 0 ? (high - low) / (4 * count) : x)),
  )
}
