/**
 * The one place that tests call operators through. From a table of cases it derives: result = expected, inferred
 * type = actual type, decomposition = reference, compiled = reference, every allowed dtype runs, refusals carry their
 * code and message.
 */
import { describe, expect, it } from 'vitest'
import { dimText, parseDim } from '../base/dim.ts'
import { type DType, isDType } from '../base/dtype.ts'
import { type ErrorCode, SlipwayError } from '../base/errors.ts'
import { tensorType, typeText, type Value, type ValueType } from '../base/value.ts'
import { narrow, type WideTensor, widen, wideZeros } from '../base/wide.ts'
import { type AttributesInit, graphBuilder } from '../ir/builder.ts'
import type { AnyOp } from '../ops/define.ts'
import type { Fact } from '../ops/fact.ts'
import { inferGraph } from '../ops/infer-graph.ts'
import { randomStream } from '../ops/random.ts'
import { interpret } from '../reference/interpret.ts'
import { decomposition, factOfValue } from '../reference/run-node.ts'
import { difference, type Tolerance } from './close.ts'
import { compareCompiled, edgeInputs } from './compare-compiled.ts'
import { type Gen, generator } from './gen.ts'
import { build, listOf, type NamedValues, nameInputs, type OpCall, resultOf, run, typeOf } from './op-call.ts'

export type { NamedValues, OpCall } from './op-call.ts'

export interface OpCase extends OpCall {
  readonly name: string
  readonly outputs: NamedValues
  readonly tolerance?: Tolerance
}
export interface OpRefusal extends OpCall {
  readonly name: string
  readonly code: ErrorCode
  readonly message: string | RegExp
}
export interface SymbolicCase {
  readonly name: string
  /**
   * Tensor types such as `float32[N,3]` by parameter name, `int64[2]{N,-1}` with tracked elements, or values for
   * inputs that are constants.
   */
  readonly inputs: Readonly<Record<string, string | Value | readonly (string | Value)[] | undefined>>
  readonly attrs?: AttributesInit
  /** Types such as `float32[N+5]` of the outputs in order; `int64[2]{N,2}` and `int64[2]{?}` also check the elements. */
  readonly outputs: readonly string[]
}
export interface OpTests {
  readonly cases: readonly OpCase[]
  readonly symbolic?: readonly SymbolicCase[]
  readonly random?: (g: Gen) => OpCall
  readonly invalid?: readonly OpRefusal[]
  /** False where the first case's values cannot be had in every allowed dtype. */
  readonly everyDType?: boolean
}

/** Declares the tests of an operator: those of the table, and those that follow from its definition. */
export function opTest(op: AnyOp, tests: OpTests): void {
  describe(op.name, () => {
    const names = [...tests.cases, ...(tests.symbolic ?? []), ...(tests.invalid ?? [])].map((one) => one.name)
    it('has no two cases of one name', () => expect(new Set(names).size).toBe(names.length))
    for (const one of tests.cases) it(one.name, () => checkCase(op, one))
    for (const one of tests.symbolic ?? []) it(one.name, () => checkSymbolic(op, one))
    for (const one of tests.invalid ?? []) it(`refuses: ${one.name}`, () => checkRefusal(op, one))
    const sample = tests.cases[0]
    if (sample && tests.everyDType !== false) it('runs in every dtype', () => checkEveryDType(op, sample))
    if (sample) it('compiles for odd sizes and numbers', () => checkEdges(op, sample))
    if (tests.random) it('holds on random inputs', () => checkRandom(op, tests.random!))
  })
}

/** Expected outputs in order; the node lists no outputs after the last one given. */
function givenOutputs(op: AnyOp, one: OpCase): (Value | undefined)[] {
  const outputs = listOf(op, 'outputs', one.outputs)
  while (outputs.length > 0 && outputs.at(-1) === undefined) outputs.pop()
  return outputs
}

function checkCase(op: AnyOp, one: OpCase): void {
  const expected = givenOutputs(op, one)
  const got = run(op, one, expected.length)
  expected.forEach((value, i) => {
    const why = value && difference(got[i]!, value, one.tolerance)
    if (why) throw new Error(`output ${i}: ${why}`)
  })
  checkInferred(op, one, got)
  checkDecomposition(op, one, got, one.tolerance)
  checkCompiled(op, one, got, one.tolerance)
}

function checkCompiled(op: AnyOp, call: OpCall, outputs: readonly Value[], tolerance?: Tolerance): void {
  compareCompiled({ op, inputs: listOf(op, 'inputs', call.inputs), attrs: call.attrs, outputs }, tolerance)
}

/** The compiled lowering on the numbers and sizes where kernels go wrong. */
function checkEdges(op: AnyOp, sample: OpCase): void {
  const inputs = listOf(op, 'inputs', sample.inputs)
  const names = Object.keys(op.inputs)
  for (const variant of edgeInputs({ op, inputs })) {
    const call = { ...sample, inputs: nameInputs(op, names, variant) }
    const output = resultOf(op, call)
    if (!output) continue
    const sizes = variant.map((value) => value && `[${value.shape}]`)
    try {
      checkCompiled(op, call, [output], sample.tolerance)
    } catch (error) {
      throw new Error(`edges ${sizes}: ${error instanceof Error ? error.message : error}`, { cause: error })
    }
  }
}

/** Inference sees the types of the inputs only, so its sizes may be unknown, but never wrong. */
function checkInferred(op: AnyOp, call: OpCall, got: readonly Value[]): void {
  const { graph, outputs } = build(op, call, got.length)
  const { facts } = inferGraph(graph)
  outputs.forEach((name, i) => {
    const fact = facts.get(name)
    const actual = typeOf(got[i]!)
    if (!fact) throw new Error(`output ${i}: no type was inferred, expected ${typeText(actual)}`)
    if (!agrees(fact.type, actual)) {
      throw new Error(`output ${i}: inferred ${typeText(fact.type)}, actual ${typeText(actual)}`)
    }
  })
}

function agrees(inferred: ValueType, actual: ValueType): boolean {
  if (inferred.kind === 'tensor' && actual.kind === 'tensor') {
    const sizes = inferred.shape
    if (inferred.dtype !== actual.dtype) return false
    return (
      !sizes ||
      (sizes.length === actual.shape!.length &&
        sizes.every((size, i) => typeof size !== 'number' || size === actual.shape![i]))
    )
  }
  return inferred.kind === actual.kind
}

function checkDecomposition(op: AnyOp, call: OpCall, got: readonly Value[], tolerance?: Tolerance): void {
  if (op.lower.kind !== 'decompose' || op.reference === 'decomposed' || op.traits.has('random')) return
  const { graph, inputs } = build(op, call, got.length)
  const list = graph.nodes[0]!.inputs.map((name) => inputs.get(name))
  const wides = list.map((value) => (value?.kind === 'tensor' ? widen(value) : undefined))
  const body = decomposition(
    op,
    graph.nodes[0]!,
    wides.map((value) => value && factOfValue(value)),
  )
  if (!body) return
  const given = new Map(list.flatMap((value, i) => (value ? [[`in${i}`, value] as const] : [])))
  const results = interpret({ ...body, outputs: body.outputs.filter((name) => name !== '') }, given)
  body.outputs.forEach((name, i) => {
    const why = name !== '' && difference(results.get(name)!, got[i]!, tolerance)
    if (why) throw new Error(`decomposition, output ${i}: ${why}`)
  })
}

function checkRefusal(op: AnyOp, one: OpRefusal): void {
  let caught: unknown
  try {
    run(op, one, Object.values(op.outputs).filter(({ arity }) => arity === 'single').length || 1)
  } catch (error) {
    caught = error
  }
  if (!(caught instanceof SlipwayError)) throw new Error(`expected ${one.code}, got ${caught ?? 'a result'}`)
  expect(caught.code).toBe(one.code)
  if (typeof one.message === 'string') expect(caught.message).toContain(one.message)
  else expect(caught.message).toMatch(one.message)
}

function checkSymbolic(op: AnyOp, one: SymbolicCase): void {
  const b = graphBuilder({ name: op.name })
  const inputs = new Map<string, Fact>()
  const names = listOf<string | Value>(op, 'inputs', one.inputs).map((given, i) => {
    if (given === undefined) return undefined
    if (typeof given === 'string') {
      const fact = parseTensorFact(given)
      inputs.set(`x${i}`, fact)
      return b.input(`x${i}`, fact.type)
    }
    if (given.kind !== 'tensor') throw new Error('a constant must be a tensor')
    return b.constant(given, `x${i}`)
  })
  const outputs = b.nodes(op.name, names, one.attrs ?? {}, {
    domain: op.domain,
    outputs: one.outputs.length,
    name: 'node',
  })
  const { facts } = inferGraph(b.build(outputs), { inputs })
  const got = outputs.map((name, i) => factText(facts.get(name), one.outputs[i]!.includes('{')))
  expect(got).toEqual(one.outputs)
}

function factText(fact: Fact | undefined, withElements: boolean): string {
  if (!fact) return 'unknown'
  const elements = fact.value?.map(dimText) ?? '?'
  return withElements ? `${typeText(fact.type)}{${elements}}` : typeText(fact.type)
}

/** `int64[2]{N,-1}`: a type, and the tracked elements where braces follow it. */
function parseTensorFact(text: string): Fact {
  const match = /^([^{]*)(?:\{(.*)\})?$/.exec(text)
  if (!match) throw new Error(`not a tensor fact: ${text}`)
  const type = parseTensorType(match[1]!)
  if (match[2] === undefined) return { type }
  return { type, value: match[2] === '' ? [] : match[2].split(',').map(parseDim) }
}

/** `float32[N,3]`, or `float32[*]` for an unknown rank. */
export function parseTensorType(text: string): ValueType {
  const match = /^(\w+)\[(.*)\]$/.exec(text)
  if (!match || !isDType(match[1]!)) throw new Error(`not a tensor type: ${text}`)
  if (match[2] === '*') return tensorType(match[1])
  return tensorType(match[1], match[2] === '' ? [] : match[2]!.split(',').map(parseDim))
}

function cast(value: WideTensor, dtype: DType): Value {
  const out = wideZeros(dtype, value.shape)
  for (let i = 0; i < out.data.length; i++) {
    const number = Number(value.data[i])
    if (out.data instanceof Float64Array) out.data[i] = number
    else if (Array.isArray(out.data)) out.data[i] = String(value.data[i])
    // What has no 64-bit integer becomes 0, as in the narrower integer types.
    else out.data[i] = BigInt(Number.isFinite(number) ? Math.trunc(number) : 0)
  }
  return narrow(out)
}

function checkEveryDType(op: AnyOp, sample: OpCase): void {
  const outputCount = givenOutputs(op, sample).length
  for (const [variable, allowed] of Object.entries(op.types)) {
    for (const dtype of allowed) {
      if (!isDType(dtype) || dtype.startsWith('complex')) continue
      const inputs = Object.fromEntries(
        Object.entries(sample.inputs).map(([name, value]) => {
          const change = (one: Value) =>
            op.inputs[name]!.type === variable && one.kind === 'tensor' ? cast(widen(one), dtype) : one
          return [name, value && (Array.isArray(value) ? value.map(change) : change(value as Value))] // isArray misses readonly
        }),
      )
      const call = { ...sample, inputs }
      try {
        const got = run(op, call, outputCount)
        checkInferred(op, call, got)
        checkCompiled(op, call, got)
      } catch (error) {
        throw new Error(`${variable} = ${dtype}: ${error instanceof Error ? error.message : error}`, {
          cause: error,
        })
      }
    }
  }
}

const randomRuns = 20

function checkRandom(op: AnyOp, make: (g: Gen) => OpCall): void {
  const base = Number(process.env['SLIPWAY_SEED'] ?? 1)
  for (let i = 0; i < randomRuns; i++) {
    const seed = base * 1000 + i
    const call = make(generator(randomStream(seed)))
    try {
      const count = Object.values(op.outputs).filter(({ arity }) => arity === 'single').length
      const got = run(op, call, count || 1)
      checkInferred(op, call, got)
      checkDecomposition(op, call, got)
      checkCompiled(op, call, got)
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error })
    }
  }
}
