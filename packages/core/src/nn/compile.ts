/**
 * One program of a whole function: what it computes, the gradients in it, and what it assigns to variables, whose values
 * stay in the program's memory from call to call.
 */
import { tensor as hostTensor } from '../base/tensor.ts'
import { typeText } from '../base/value.ts'
import type { Engine, EngineReport, NodeProfile, PrepareOptions } from '../engine/engine.ts'
import { wasmEngine } from '../engine/wasm-engine.ts'
import type { Graph } from '../ir/graph.ts'
import { openStep, type Step } from './compiled-step.ts'
import type { AnyModule } from './module.ts'
import { dataCell } from './tensor/apply.ts'
import { tensorOf } from './tensor/tensor.ts'
import { traceFunction } from './trace-function.ts'
import { type Given, leavesOf, rebuild } from './tree.ts'

export interface CompileOptions extends Pick<PrepareOptions, 'threads' | 'deterministic' | 'limits'> {
  /** What messages call the function; its own name unless given. */
  readonly name?: string
  /** Modules whose `training` and frozen variables the function depends on: it is compiled anew where they change. */
  readonly modules?: readonly AnyModule[]
  /** Of random numbers: the same seed gives the same ones in each call of that number. 0 unless given. */
  readonly seed?: number
  /** Programs that are kept for other sizes and modes; the one that was used longest ago goes. 8 unless given. */
  readonly mostPrograms?: number
  /** Told of each graph that is compiled, and for what arguments. */
  readonly onCompile?: (graph: Graph, key: string) => void
  /** `wasmEngine` unless given; it must keep state, as `referenceEngine` does too. */
  readonly engine?: Engine
}

type Arguments<A extends unknown[]> = { [K in keyof A]: Given<A[K]> }

/** A function of tensors that runs as one program. */
export interface Compiled<A extends unknown[], R> extends AsyncDisposable {
  /**
   * Calls it. What it gives has been computed: `item()` reads it at once. Rejects with what the engine throws, and
   * variables are then as they were.
   */
  (...args: Arguments<A>): Promise<R>
  /** How many calls there have been: random numbers depend on it. Set it where training goes on. */
  calls: number
  /** Programs made so far. */
  readonly programs: number
  /** What the engine says of the program that ran last. */
  report(): EngineReport | undefined
  /** One call like any other, and the times of its nodes. */
  profile(...args: Arguments<A>): Promise<readonly NodeProfile[]>
  /** Gives all memory back; variables keep their values. */
  dispose(): Promise<void>
}

/**
 * Compiles a function of tensors, once for each combination of sizes. Its arguments are tensors in objects and arrays,
 * and so is what it gives. Nothing can be read inside of it (SLP-T2), where there are no numbers yet.
 *
 * @example
 * const total = parameter(await zeros([2]).host())
 * const accumulate = compile((x) => {
 *   const sum = total.tensor.add(x)
 *   void total.assign(sum)
 *   return sum.max()
 * })
 * await accumulate(tensor([1, 2]))
 * const most = await accumulate(tensor([1, 3]))
 * most.item() // 5
 * await accumulate.dispose()
 * const { data } = await total.host()
 * Array.from(data) // [2, 5]
 */
export function compile<A extends unknown[], R>(
  fn: (...args: A) => R,
  options: CompileOptions = {},
): Compiled<A, R> {
  const { engine = wasmEngine, modules = [], seed = 0, mostPrograms = 8, onCompile, ...prepare } = options
  const name = options.name ?? (fn.name || 'function')
  const opened = new Map<string, Promise<Entry<R>>>()
  let latest: Step | undefined

  const open = async (key: string, args: readonly unknown[]): Promise<Entry<R>> => {
    compiled.programs += 1
    const traced = traceFunction(fn as (...args: never) => R, args, { name }) // called with trees of the same form
    const step = await openStep(traced, engine, prepare)
    onCompile?.(step.graph, key)
    return { step, result: traced.result }
  }
  const entryFor = (args: readonly unknown[]): Promise<Entry<R>> => {
    const key = keyOf(args, modules)
    const entry = opened.get(key) ?? open(key, args)
    opened.delete(key)
    opened.set(key, entry)
    entry.catch(() => opened.delete(key))
    for (const [oldest, one] of opened) {
      if (opened.size <= mostPrograms) break
      opened.delete(oldest)
      one.then(({ step }) => step.close()).catch(() => {}) // its own caller hears of a failure
    }
    return entry
  }
  const run = async (args: readonly unknown[], profile: boolean) => {
    const number = compiled.calls++
    // Before anything is awaited, so that the modes are those of the call.
    const entry = entryFor(args)
    const values = await Promise.all(leavesOf(args).map(({ tensor }) => tensor.host()))
    const { step, result } = await entry
    latest = step
    const key = hostTensor('int64', [2], BigInt64Array.of(BigInt(seed), BigInt(number)))
    const { outputs, profile: nodes } = await step.run([...values, key], { seed: seed + number, profile })
    const tensors = outputs.map((value) => tensorOf(dataCell(value)))
    return { result: rebuild(result, tensors), profile: nodes ?? [] }
  }
  const dispose = async () => {
    const all = [...opened.values()]
    opened.clear()
    for (const one of all) await one.then(({ step }) => step.close()).catch(() => {})
  }
  const call = async (...args: Arguments<A>): Promise<R> => (await run(args, false)).result
  const members = {
    calls: 0,
    programs: 0,
    report: () => latest?.report(),
    profile: async (...args: Arguments<A>) => (await run(args, true)).profile,
    dispose,
    [Symbol.asyncDispose]: dispose,
  }
  const compiled = Object.assign(call, members)
  return compiled
}

interface Entry<R> {
  readonly step: Step
  readonly result: R
}

/** What a program depends on: the form and types of the arguments, and the modes of modules. */
function keyOf(args: readonly unknown[], modules: readonly AnyModule[]): string {
  const types = leavesOf(args).map(({ path, tensor }) => `${path}:${typeText(tensor.cell.fact.type)}`)
  const modes = modules.flatMap((one) => [
    ...[...one.namedModules().values()].map(({ training }) => (training ? 't' : 'e')),
    ...[...one.namedVariables().values()].map(({ trainable }) => (trainable ? '1' : '0')),
  ])
  return `${types.join(' ')} ${modes.join('')}`
}
