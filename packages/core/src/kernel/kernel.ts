/**
 * The contract between who emits kernels and who calls them. A kernel is a function (args, task, scratch) → ():
 * `args` points to its parameters in memory, one 4-byte word each; `task` is the number of the piece of work, from 0;
 * `scratch` points to memory of the thread that runs it. Tasks of one call run in any order, on any threads, at the
 * same time; calls run one after another. A kernel that meets data which ONNX forbids, such as an index outside, ends
 * with `unreachable`; the reference kernel of the node then says what is wrong.
 */
import { SlipwayError } from '../base/errors.ts'
import type { FunctionBuilder, FunctionRef, Local, ModuleBuilder, Operand } from '../wasm/index.ts'
import { load } from '../wasm/index.ts'
import type { Target } from './target.ts'

/**
 * A parameter: the address of memory that is read (`in`), written (`out`) or both (`inout`), or a number. What is
 * written must be written whole before anyone reads it; 64 readable bytes lie behind every buffer.
 */
export type ParamKind = 'in' | 'out' | 'inout' | 'i32' | 'f32'

export type ParamSpec = Readonly<Record<string, ParamKind>>

export interface Kernel<P extends ParamSpec = ParamSpec> {
  /** Kernels of equal keys have equal code; sizes that are parameters do not belong in it. */
  readonly key: string
  readonly params: P
  /** Pairs of an `in` and an `out` parameter that may be the same memory. */
  readonly inplace?: readonly (readonly [input: string, output: string])[]
  emit(k: KernelBuilder<P>): void
}

export interface KernelBuilder<P extends ParamSpec = ParamSpec> {
  readonly m: ModuleBuilder
  readonly f: FunctionBuilder
  readonly target: Target
  readonly task: Local<'i32'>
  readonly scratch: Local<'i32'>
  /** Reads a parameter from memory; `k.f.let(k.arg('n'))` keeps it. */
  arg<N extends keyof P & string>(name: N): Operand<P[N] extends 'f32' ? 'f32' : 'i32'>
}

/** Memory that calls share; identity tells buffers apart. Placed by the memory planner. */
export interface Buffer {
  readonly label: string
  readonly sizeBytes: number
}

/** A place in a buffer. */
export interface Place {
  readonly buffer: Buffer
  readonly offsetBytes: number
}

type ArgOf<K extends ParamKind> = K extends 'i32' | 'f32' ? number : Place | undefined

/** An absent place is address 0. */
export type KernelArgs<P extends ParamSpec> = { readonly [N in keyof P]: ArgOf<P[N]> }

export interface KernelCall {
  readonly kernel: Kernel
  readonly args: Readonly<Record<string, number | Place | undefined>>
  readonly tasks: number
  /** Bytes that every thread needs at `scratch`. */
  readonly scratchBytes: number
  /** Buffers of the `in` and `inout`, and of the `out` and `inout` parameters. */
  readonly reads: readonly Buffer[]
  readonly writes: readonly Buffer[]
}

/** A kernel whose parameters are known by name. */
export function defineKernel<const P extends ParamSpec>(kernel: Kernel<P>): Kernel<P> {
  return kernel
}

export const kernelParams = ['i32', 'i32', 'i32'] as const

/** The function of a kernel in a module; made once per key. */
export function emitKernel(m: ModuleBuilder, kernel: Kernel, target: Target): FunctionRef {
  return m.once(`kernel:${kernel.key}`, () => {
    const names = Object.keys(kernel.params)
    return m.func(kernel.key, kernelParams, undefined, (f, args, task, scratch) => {
      const arg = (name: string): Operand => {
        const at = names.indexOf(name)
        if (at < 0)
          throw new SlipwayError('SLP-K2', `Cannot emit ${kernel.key}: it has no parameter "${name}"`)
        return load(kernel.params[name] === 'f32' ? 'f32.load' : 'i32.load', args, 4 * at)
      }
      kernel.emit({ m, f, target, task, scratch, arg: arg as KernelBuilder['arg'] }) // typed by the parameter's kind
    })
  })
}

/**
 * A call with all its arguments.
 *
 * @throws SLP-K2 for an argument that is missing, unknown, or no whole number where one is due.
 */
export function kernelCall<P extends ParamSpec>(
  kernel: Kernel<P>,
  args: KernelArgs<P>,
  tasks: number,
  scratchBytes = 0,
): KernelCall {
  const given = args as KernelCall['args'] // a record of the same values
  const reads: Buffer[] = []
  const writes: Buffer[] = []
  for (const name in kernel.params) {
    const kind: ParamKind = kernel.params[name]!
    const value = given[name]
    if (!fits(value, kind)) refuse(kernel, `argument "${name}" must be ${kind}, got ${textOf(value)}`)
    if (typeof value !== 'object') continue
    if (kind !== 'out') reads.push(value.buffer)
    if (kind !== 'in') writes.push(value.buffer)
  }
  for (const name in given) if (!(name in kernel.params)) refuse(kernel, `it has no parameter "${name}"`)
  if (!Number.isInteger(tasks) || tasks < 0) refuse(kernel, `tasks must be a whole number, got ${tasks}`)
  return { kernel, args: given, tasks, scratchBytes, reads, writes }
}

function fits(value: number | Place | undefined, kind: ParamKind): boolean {
  if (kind === 'i32') return Number.isInteger(value)
  return (typeof value === 'number') === (kind === 'f32')
}

const textOf = (value: number | Place | undefined) => (typeof value === 'number' ? value : typeof value)

function refuse({ key }: { readonly key: string }, rule: string): never {
  throw new SlipwayError('SLP-K2', `Cannot call kernel ${key}: ${rule}`)
}
