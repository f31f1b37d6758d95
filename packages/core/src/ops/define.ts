/**
 * The definition of an operator: one value with its schema, shape inference, reference kernel, gradient and
 * lowering kind. Everything that knows operators (checker, interpreter, passes, documentation) reads these
 * values; the list of them is derived from the directory.
 */
import type { SymbolicDim } from '../base/dim.ts'
import type { WideValue } from '../base/wide.ts'
import type { GraphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import type { Formula, Reduction } from '../kernel/formula.ts'
import type { LowerContext, Refusal } from '../kernel/lower.ts'
import type { AttrSpecs, Attrs } from './attr.ts'
import type { Fact } from './fact.ts'
import type { DecodeImage } from './image-codec.ts'
import type {
  FactArgs,
  FactResults,
  FormulaArgs,
  NameArgs,
  NameResults,
  Params,
  RefArgs,
  WideArgs,
  WideResults,
} from './param.ts'
import type { RandomStream } from './random.ts'

/**
 * commutative, associative: on the first two inputs. inplace: the first output may take the place of the first
 * input. random: equal inputs need not give equal outputs. control: runs subgraphs. quantization: the compiler makes
 * operators of com.microsoft of it and its neighbours. barrier: stays where it stands, neither folded nor merged.
 */
export type Trait =
  | 'commutative'
  | 'associative'
  | 'inplace'
  | 'random'
  | 'control'
  | 'quantization'
  | 'barrier'

export interface KernelContext {
  /** What inference says of each output from the actual inputs. */
  readonly outputs: readonly (Fact | undefined)[]
  /** Whether somebody reads the i-th output. */
  wanted(index: number): boolean
  /** Numbers that depend on the run's seed and the node only. */
  random(seed?: number): RandomStream
  /** Runs a body with its inputs in order; values of the graphs around it are visible by name. */
  runGraph(graph: Graph, inputs: readonly WideValue[]): readonly WideValue[]
  /** Throws SLP-S7 once the run is cancelled; for kernels that loop long. */
  checkCancelled(): void
  /** Throws SLP-L4 where a tensor of so many elements is over the limit. Call before allocating from data. */
  checkElements(count: number): void
  readonly maxLoopIterations: number
  /** Decodes image files; absent where the host offers none. */
  readonly decodeImage?: DecodeImage | undefined
}

export interface InferContext {
  /** How many outputs the node lists. */
  readonly outputCount: number
  /** Facts of a body's outputs, given those of its inputs. */
  inferGraph(graph: Graph, inputs: readonly Fact[]): readonly (Fact | undefined)[]
  /** A dimension nobody knows, named after the node. */
  freshDim(hint: string): SymbolicDim
}

export interface DecomposeContext<I extends Params> {
  readonly inputs: FactArgs<I>
  readonly outputCount: number
}

/** A lowering into kernel calls, for nodes whose shapes are known. */
interface Emission<I extends Params, O extends Params, S extends AttrSpecs> {
  /**
   * Adds the calls that compute the node, or says why it cannot; the node then runs on its reference kernel. Outputs
   * that nobody reads have a place too.
   */
  emit?(inputs: RefArgs<I>, outputs: RefArgs<O>, attrs: Attrs<S>, context: LowerContext): Refusal
  /** `emit` applies `context.epilogue` to the first output. */
  readonly epilogue?: true
}

/** An elementwise computation; inputs broadcast to the shape of the output. Undefined where this use has none. */
interface Elementwise<I extends Params, S extends AttrSpecs> {
  /** `refs` tell the shapes. */
  formula?(inputs: FormulaArgs<I>, attrs: Attrs<S>, refs: RefArgs<I>): Formula | undefined
}

/** A reduction of the first input. Undefined where this use has none. */
interface Reducible<I extends Params, S extends AttrSpecs> {
  reduce?(inputs: RefArgs<I>, attrs: Attrs<S>): Reduction | undefined
}

/**
 * How the compiler treats an operator. `elementwise`: a formula per element, fusable. `reduction`: axes, a combiner,
 * and formulas before and after it. `view`: the outputs are parts of the first input. `decompose`: into other
 * operators, unless `formula`, `reduce` or `emit` does better. `kernel`: an emitter of its own. `host`: stays on the reference
 * kernel (strings, sequences, control flow).
 */
export type Lowering<I extends Params, O extends Params, S extends AttrSpecs> =
  | ({ readonly kind: 'elementwise' } & Elementwise<I, S>)
  | ({ readonly kind: 'reduction' } & Reducible<I, S> & Emission<I, O, S>)
  | ({
      readonly kind: 'view'
      /**
       * Where in the first input each output begins, in elements, if every output is a contiguous part of it;
       * undefined where one is not, and `emit` copies.
       */
      offsets?(inputs: RefArgs<I>, outputs: RefArgs<O>, attrs: Attrs<S>): readonly number[] | undefined
    } & Emission<I, O, S>)
  | ({
      readonly kind: 'kernel'
      /**
       * Where in the output each input belongs, in elements, if the output is nothing but its inputs one behind the
       * other; whoever computes the inputs then writes them there.
       */
      join?(inputs: RefArgs<I>, outputs: RefArgs<O>, attrs: Attrs<S>): readonly number[] | undefined
    } & Elementwise<I, S> &
      Emission<I, O, S>)
  | {
      readonly kind: 'host'
      /** The body that stands for the node, where what is known of the inputs decides which one runs, and once. */
      body?(inputs: FactArgs<I>, attrs: Attrs<S>): Graph | undefined
    }
  | ({
      readonly kind: 'decompose'
      /** Undefined where this use has no decomposition (an unknown rank, for instance). */
      build(
        b: GraphBuilder,
        inputs: NameArgs<I>,
        attrs: Attrs<S>,
        context: DecomposeContext<I>,
      ): NameResults<O> | undefined
    } & Elementwise<I, S> &
      Reducible<I, S> &
      Emission<I, O, S>)

/**
 * Where the gradient of an operator comes from. `rule`: a definition in `autodiff/rules`, apart from here so that what
 * only runs models need not carry it. `decomposed`: from the operators that it decomposes into. `none`: there is none,
 * and why; asking for it is an error, unless no gradient can reach it (its outputs are integers, say).
 */
export type Gradient = 'rule' | 'decomposed' | NoGradient

export interface NoGradient {
  readonly none: string
}

/** An operator without a gradient. The reason ends a sentence that begins with "it has no gradient: ". */
export function none(reason: string): NoGradient {
  return { none: reason }
}

export interface OpDef<I extends Params, O extends Params, S extends AttrSpecs> {
  /** ONNX's spelling. */
  readonly name: string
  /** `''` (ai.onnx) unless given. */
  readonly domain?: string
  /** The operator set versions that changed it; the last one is what this definition says. */
  readonly since: readonly number[]
  /** True where `since.at(-1)` took the operator out; such a definition exists for upgrades only. */
  readonly deprecated?: boolean
  /** Allowed types by the name of the type variable. */
  readonly types: Readonly<Record<string, readonly string[]>>
  readonly inputs: I
  readonly outputs: O
  readonly attrs: S
  readonly traits?: readonly Trait[]
  /** Types (and small values) of the outputs. Refuses bad inputs here rather than while running. */
  infer(inputs: FactArgs<I>, attrs: Attrs<S>, context: InferContext): FactResults<O>
  /** The definition of right. `decomposed` interprets the decomposition. */
  readonly reference:
    | 'decomposed'
    | ((inputs: WideArgs<I>, attrs: Attrs<S>, context: KernelContext) => WideResults<O>)
  readonly gradient: Gradient
  readonly lower: Lowering<I, O, S>
}

/** A definition as shared code sees it: arguments by parameter name, of any type. */
export interface AnyOp {
  readonly name: string
  readonly domain: string
  readonly since: readonly number[]
  readonly deprecated: boolean
  readonly types: Readonly<Record<string, readonly string[]>>
  readonly inputs: Params
  readonly outputs: Params
  readonly attrs: AttrSpecs
  readonly traits: ReadonlySet<Trait>
  readonly lower: Lowering<Params, Params, AttrSpecs>
  readonly gradient: Gradient
  infer(
    inputs: FactArgs<Params>,
    attrs: Attrs<AttrSpecs>,
    context: InferContext,
  ): Readonly<Record<string, Fact | readonly (Fact | undefined)[] | undefined>>
  readonly reference:
    | 'decomposed'
    | ((
        inputs: WideArgs<Params>,
        attrs: Attrs<AttrSpecs>,
        context: KernelContext,
      ) => Readonly<Record<string, WideValue | readonly WideValue[] | undefined>>)
}

/** A definition with its own types, for what is written about one operator. */
export interface Op<I extends Params, O extends Params, S extends AttrSpecs> extends AnyOp {
  readonly inputs: I
  readonly outputs: O
  readonly attrs: S
}

/** Checks a definition's types and gives it the form that shared code reads. */
export function defineOp<const I extends Params, const O extends Params, const S extends AttrSpecs>(
  definition: OpDef<I, O, S>,
): Op<I, O, S> {
  const { domain = '', deprecated = false, traits = [] } = definition
  // The one place where a definition's own types are forgotten: the harness calls it with arguments that it
  // arranged by the definition's own parameter list.
  const untyped = definition as OpDef<Params, Params, AttrSpecs> // see above
  const { inputs, outputs, attrs } = definition
  return { ...untyped, inputs, outputs, attrs, domain, deprecated, traits: new Set(traits) }
}
