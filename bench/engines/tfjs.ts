/** TensorFlow.js on its WebAssembly back end. It reads no ONNX, so it takes part in products of matrices only. */
import { type Graph, readOnnx, type Tensor, tensor } from '@slipway/core'
import type { EngineAdapter, Runner, Tensors } from './adapter.ts'
import { importPeer, peerFolder, peerVersion } from './peer.ts'

interface TfTensor {
  readonly shape: readonly number[]
  data(): Promise<Float32Array>
  dispose(): void
}

interface Tf {
  setBackend(name: string): Promise<boolean>
  ready(): Promise<void>
  tensor(data: Float32Array, shape: readonly number[], dtype: string): TfTensor
  matMul(a: TfTensor, b: TfTensor): TfTensor
}

interface TfWasm {
  setWasmPaths(folder: string): void
}

const backend = '@tensorflow/tfjs-backend-wasm'

export const tfjs: EngineAdapter = {
  refuses: (threads) => (threads > 1 ? 'tfjs-backend-wasm has threads in browsers only' : undefined),
  async load() {
    const tf = await importPeer<Tf>('@tensorflow/tfjs-core')
    const { setWasmPaths } = await importPeer<TfWasm>(backend)
    setWasmPaths(`${peerFolder(backend)}/wasm-out/`)
    if (!(await tf.setBackend('wasm'))) throw new Error('Cannot run tfjs: its wasm back end must start')
    await tf.ready()
    return {
      version: peerVersion(backend),
      create: async (bytes, inputs) => createRunner(tf, readOnnx(bytes), inputs),
    }
  },
}

function createRunner(tf: Tf, graph: Graph, inputs: Tensors): Runner {
  const [node, ...more] = graph.nodes
  const [a, b] = node?.inputs.map((name) => inputs.get(name) ?? graph.constants.get(name)) ?? []
  if (node?.op !== 'MatMul' || more.length > 0 || !a || !b) {
    throw new Error('tfjs reads no ONNX; it is measured with --gemm')
  }
  const toTf = (value: Tensor) => tf.tensor(floatsOf(value), value.shape, 'float32')
  const weights = toTf(b)
  return {
    run: async () => {
      const input = toTf(a)
      const product = tf.matMul(input, weights)
      const data = await product.data()
      const result = tensor('float32', product.shape, data)
      input.dispose()
      product.dispose()
      return new Map([[node.outputs[0]!, result]])
    },
  }
}

function floatsOf({ data }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data
  throw new Error('tfjs is measured on float32 only')
}
