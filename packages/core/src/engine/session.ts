/** A model ready to run: the front door of the library. */
import { platform } from '#platform'
import { SlipwayError } from '../base/errors.ts'
import { defaultLimits, type Limits } from '../base/limits.ts'
import type { Shape } from '../base/shape.ts'
import type { NumericData, Tensor } from '../base/tensor.ts'
import type { Value } from '../base/value.ts'
import { modelOperators } from '../formats/onnx/model-operators.ts'
import { parseModel } from '../formats/onnx/parse.ts'
import { type ReadOptions, readModelProto } from '../formats/onnx/read.ts'
import type { Graph } from '../ir/graph.ts'
import { loadOperators, loadOperatorsNamed } from '../ops/registry.ts'
import { asyncDisposable } from './async-disposable.ts'
import type {
  Engine,
  EngineReport,
  MemoryReport,
  NodeProfile,
  PrepareOptions,
  ProgramRunOptions,
  SyncRunOptions,
} from './engine.ts'
import { bindInputs, type InputSpec, type Inputs } from './inputs.ts'
import { checkIntoNames, type Into, writeInto } from './into.ts'
import { inputSpecs, type OutputSpec, outputSpecs } from './specs.ts'
import { viewType } from './view-type.ts'
import { wasmEngine } from './wasm-engine.ts'

export interface SessionOptions extends PrepareOptions {
  /** What runs the graph; the compiler's, `wasmEngine`, unless given. */
  readonly engine?: Engine
  /** How bytes are read. */
  readonly read?: ReadOptions
}

export interface SessionRunOptions extends ProgramRunOptions {
  /** Arrays that outputs are written into, by the names of the outputs. */
  readonly into?: Into | undefined
}

/** A tensor with elements that can be written. */
export type InputView = Tensor & { readonly data: NumericData }

/** Values by name. */
export type SessionResults = Readonly<Record<string, Value>>

export interface Session extends AsyncDisposable {
  readonly name: string
  /** What every run must be given. */
  readonly inputs: readonly InputSpec[]
  /** What a run may be given instead of the model's own constant; older files list all their weights here. */
  readonly defaults: readonly InputSpec[]
  readonly outputs: readonly OutputSpec[]
  /** The nodes of the last run that was asked for a profile and has ended. */
  readonly profile: readonly NodeProfile[] | undefined
  /** How long reading and preparing took. */
  readonly loadMs: number
  /**
   * Runs the model. Inputs are copied once, or taken over with `transfer`.
   *
   * @throws what `bindInputs` and `Program.run` throw, as a rejection; SLP-S3, SLP-S4 and SLP-S5 for arrays of `into`
   * that do not fit.
   */
  run(inputs: Inputs, options?: SessionRunOptions): Promise<SessionResults>
  /**
   * A tensor for an input, full of zeros, that runs read where it lies: fill its `data` and give it to `run`, again and
   * again. It must not be written to while a run that was given it has not ended. It belongs to the session until that
   * is disposed of, so make few. Where the platform shares no memory, and in sessions of one worker and one thread, it
   * is an ordinary tensor, which is copied.
   *
   * @param shape may be left out where the model names all sizes.
   * @example
   * const session = await createSession(await readFile('model.onnx'))
   * const x = session.inputView('x', [1, 3])
   * x.data.set([1, 2, 3])
   * const { y } = await session.run({ x })
   * y.data // Float32Array [2, 4, 6]
   * await session.dispose()
   *
   * @throws SLP-S1 for an unknown input, SLP-S3 for one that is no tensor of numbers, SLP-S4 for a shape that does not
   * fit, SLP-L4 for one over the limits or that there is no memory for.
   */
  inputView(name: string, shape?: Shape): InputView
  /**
   * Runs the model on the calling thread, which waits: for models so small that handing them to a worker costs more
   * than the work. The first call compiles the model once more, for this thread.
   *
   * @example
   * const session = await createSession(await readFile('model.onnx'))
   * const y = new Float32Array(3)
   * session.runSync({ x: [1, 2, 3] }, { into: { y } })
   * Array.from(y) // [2, 4, 6]
   * await session.dispose()
   *
   * @throws SLP-S9 where the engine has no such runs, and what `bindInputs` and `Program.runSync` throw.
   */
  runSync(inputs: Inputs, options?: SyncRunOptions): SessionResults
  memory(): MemoryReport
  report(): EngineReport
  /** Ends all runs and gives everything back; later runs reject with SLP-S6. May be called twice. */
  dispose(): Promise<void>
}

/**
 * Opens a model: a Graph, or the bytes of an ONNX file.
 *
 * @example
 * const session = await createSession(await readFile('model.onnx'))
 * const { y } = await session.run({ x: [[1, 2, 3]] })
 * await session.dispose()
 */
export async function createSession(
  source: Graph | Uint8Array | ArrayBuffer,
  options: SessionOptions = {},
): Promise<Session> {
  const { engine = wasmEngine, read = {}, ...prepare } = options
  const startedMs = platform.nowMs()
  const graph = await toGraph(source, prepare.limits ? { limits: prepare.limits, ...read } : read)
  const { name } = graph
  const accepted = inputSpecs(graph)
  const outputs = outputSpecs(graph)
  const names = outputs.map((output) => output.name)
  const program = await engine.prepare(graph, prepare)
  const loadMs = platform.nowMs() - startedMs
  let profile: readonly NodeProfile[] | undefined

  return {
    name,
    inputs: accepted.filter(({ required }) => required),
    defaults: accepted.filter(({ required }) => !required),
    outputs,
    loadMs,
    get profile() {
      return profile
    },
    async run(given, { into, ...runOptions } = {}) {
      if (into) checkIntoNames(into, runOptions.outputs ?? names)
      const result = await program.run(bindInputs(accepted, given), runOptions)
      if (result.profile) profile = result.profile
      const results = Object.fromEntries(result.outputs)
      for (const [name, target] of Object.entries(into ?? {}))
        results[name] = writeInto(name, results[name]!, target)
      return results
    },
    inputView(name, shape) {
      const type = viewType(accepted, name, shape, prepare.limits ?? defaultLimits)
      return program.allocate(type.dtype, type.shape) as InputView // of a numeric type
    },
    runSync(given, runOptions) {
      if (!program.runSync)
        throw new SlipwayError(
          'SLP-S9',
          `Cannot run on the calling thread: the engine must be able to, got "${engine.name}"`,
          { remedy: 'Use run, or the engine wasm.' },
        )
      return Object.fromEntries(program.runSync(bindInputs(accepted, given), runOptions))
    },
    memory: () => program.report().memory,
    report: () => program.report(),
    dispose: () => program.dispose(),
    ...asyncDisposable(() => program.dispose()),
  }
}

async function toGraph(
  source: Graph | Uint8Array | ArrayBuffer,
  read: ReadOptions & { limits?: Limits },
): Promise<Graph> {
  if (source instanceof ArrayBuffer) return toGraph(new Uint8Array(source), read)
  if (!(source instanceof Uint8Array)) {
    await loadOperators(source)
    return source
  }
  const proto = parseModel(source, read.limits)
  // Raising a model to newer operator sets asks for definitions already.
  await loadOperatorsNamed(modelOperators(proto))
  return readModelProto(proto, read).graph
}
