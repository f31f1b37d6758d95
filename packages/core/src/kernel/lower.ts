/** What an operator's lowering is given and what it may do: turn one node with concrete shapes into kernel calls. */
import type { DType } from '../base/dtype.ts'
import type { Shape } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import type { Operand } from '../wasm/index.ts'
import type { ConstantPool } from './formula-emitter.ts'
import type { Kernel, KernelArgs, KernelBuilder, ParamSpec, Place } from './kernel.ts'
import type { Target } from './target.ts'

/** A tensor as kernels see it: contiguous, row-major elements at a place, in the dtype's own storage. */
export interface TensorRef {
  readonly dtype: DType
  readonly shape: Shape
  readonly at: Place
  /** True for weights: what is computed from constants alone runs once, not in every run. */
  readonly isConstant: boolean
  /** The elements where they are known while planning: constants, and small tensors that inference tracked. */
  readonly constant?: Tensor | undefined
}

export interface LowerContext {
  readonly target: Target
  /** How many threads tasks should be made for. */
  readonly threads: number
  /** Memory for the node alone; gone after its last call that reads it. */
  temp(label: string, sizeBytes: number): Place
  /** Memory filled while planning: tables of offsets, window weights. Equal bytes share one place. */
  table(bytes: Uint8Array): Place
  /** Adds a call. Calls whose inputs are all constant run once, when the model is prepared: that is how weights are packed. */
  call<P extends ParamSpec>(
    kernel: Kernel<P>,
    args: KernelArgs<P>,
    tasks: number,
    scratchBytes?: number,
  ): void
  /**
   * Elementwise work that has to be done on the first output before it is stored; undefined where there is none.
   * Only lowerings that declare `epilogue: true` get any, and they must apply it.
   */
  readonly epilogue: Epilogue | undefined
}

/** Elementwise operators that follow a kernel, with the tensors that they read besides its result. */
export interface Epilogue {
  /**
   * The epilogue for an output seen as a row-major array of `view` sizes, such as [batch, rows, columns]; the last
   * axis is the one that vectors run along. Undefined where an operand does not lie along these axes.
   */
  bind(view: readonly number[]): BoundEpilogue | undefined
}

export interface BoundEpilogue {
  /** To be part of the kernel's key. */
  readonly key: string
  /** To be part of the kernel's parameters, and of the call's arguments. Names start with `epilogue`. */
  readonly params: ParamSpec
  readonly args: Readonly<Record<string, number | Place>>
  /** It has functions such as exp, whose constants need registers of their own: a pass over stored results is faster. */
  readonly isHeavy?: boolean
  /** It depends on nothing but the value, not on where it is. */
  readonly isUniform?: boolean
  /**
   * Emits the work on four neighbours along the last axis. `indices` count elements along each axis of the view;
   * lanes beyond the end may hold anything and give anything. With a pool for constants, functions are emitted in place.
   */
  vector(
    k: KernelBuilder,
    value: Operand<'v128'>,
    indices: readonly Operand<'i32'>[],
    constants?: ConstantPool,
  ): Operand<'v128'>
  /** The same for one element. */
  scalar(k: KernelBuilder, value: Operand<'f32'>, indices: readonly Operand<'i32'>[]): Operand<'f32'>
}

/** Why a node cannot be lowered, or nothing where it was. */
export type Refusal = string | undefined
