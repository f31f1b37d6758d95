/** The thread in which ONNX Runtime runs: its package blocks the thread that calls it. */
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import type { OrtModule, OrtSession, OrtTensor, Parcel, Reply, Request } from './ort-peer.ts'

const port = parentPort!
const { entry } = workerData as { readonly entry: string } // what ort-thread.ts passes
const sessions = new Map<number, OrtSession>()
const loading = loadModule()

port.on('message', (request: Request) => {
  answer(request).then(
    (outputs) => reply({ id: request.id, ok: true, outputs }),
    (error: unknown) => reply({ id: request.id, ok: false, thrown: textOf(error) }),
  )
})

/** A package of CommonJS has everything under `default`. */
async function loadModule(): Promise<OrtModule> {
  const loaded: Partial<OrtModule> & { readonly default?: OrtModule } = await import(
    pathToFileURL(entry).href
  )
  return loaded.default ?? (loaded as OrtModule) // a module of its own has the names themselves
}

async function answer(request: Request): Promise<readonly Parcel[]> {
  const ort = await loading
  switch (request.kind) {
    case 'open':
      sessions.set(request.id, await ort.InferenceSession.create(request.bytes, request.options))
      return []
    case 'run': {
      const session = sessions.get(request.session)!
      const feeds = Object.fromEntries(
        request.inputs.map(({ name, type, data, dims }) => [name, new ort.Tensor(type, data, dims)]),
      )
      const results = await session.run(feeds, request.outputs)
      return request.outputs.map((name) => parcel(name, results[name]))
    }
    case 'close':
      for (const session of sessions.values()) await session.release()
      sessions.clear()
      return []
    default:
      return request satisfies never
  }
}

function parcel(name: string, value: OrtTensor | undefined): Parcel {
  // Sequences and maps come as arrays and objects without a type.
  if (value?.type === undefined) throw new Error(`output "${name}" is no tensor`)
  const { type, dims, data } = value
  return { name, type, dims: dims.map(Number), data }
}

function reply(message: Reply): void {
  const buffers = message.ok ? message.outputs.flatMap(({ data }) => ownBuffer(data)) : []
  port.postMessage(message, [...new Set(buffers)])
}

/** The memory of a typed array, where it is all its own and may be moved. */
function ownBuffer(data: Parcel['data']): ArrayBuffer[] {
  if (!ArrayBuffer.isView(data) || !(data.buffer instanceof ArrayBuffer)) return []
  return data.byteLength === data.buffer.byteLength && data.byteLength > 0 ? [data.buffer] : []
}

/** onnxruntime-web throws bare numbers: the address of an exception that its build cannot describe. */
function textOf(error: unknown): string {
  if (typeof error === 'number') return `number ${error}`
  return error instanceof Error ? error.message : String(error)
}
