/** ONNX files of trained functions. */
import { type WriteOptions, writeOnnx } from '../../formats/onnx/write.ts'
import { type ExportOptions, exportGraph } from './export-graph.ts'

export type ToOnnxOptions = ExportOptions & WriteOptions

/**
 * The bytes of an ONNX file of a function or module, traced on example arguments as it is when it is not being trained:
 * variables are initialisers with their paths as names, and the type of each value is declared.
 *
 * @throws as `exportGraph` and `writeOnnx`.
 * @example
 * const model = sequential(linear(4, 8), relu, linear(8, 2))
 * const bytes = await toOnnx(model, [zeros([1, 4])], { inputNames: ['x'], dynamicAxes: { x: { 0: 'batch' } } })
 * const session = await createSession(bytes)
 * const { output } = await session.run({ x: [[1, 2, 3, 4], [5, 6, 7, 8]] })
 * output.shape // [2, 2]
 * await session.dispose()
 */
export async function toOnnx<A extends unknown[]>(
  fn: (...args: A) => unknown,
  args: A,
  options: ToOnnxOptions = {},
): Promise<Uint8Array> {
  return writeOnnx(await exportGraph(fn, args, options), options)
}
