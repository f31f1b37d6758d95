/** The program of a worker that reads, compiles and runs one model. */
import { statSync } from 'node:fs'
import { type MessagePort, parentPort } from 'node:worker_threads'
import { SlipwayError, signModel, type Tensor } from '@slipway/core'
import { type HostedGraph, hostGraph, moveValues, shareGraph, toErrorMessage } from '@slipway/core/host'
import { readOnnxFile } from '@slipway/core/node'
import { servedTensors, tryServe } from '../oip/served-tensor.ts'
import { isBounded, measureInline } from './inline-fit.ts'
import type {
  FileStamp,
  FromProgram,
  ModelDescription,
  ModelFile,
  OpenMessage,
  ReadyMessage,
  RunMessage,
  ToProgram,
} from './messages.ts'
import { type Parcel, pack, unpack } from './parcel.ts'
import { tensorsOf } from './tensors-of.ts'

interface Opened {
  readonly hosted: HostedGraph
  /** The run at hand. */
  readonly current: { id: number }
}

if (parentPort) serve(parentPort)

function serve(port: MessagePort): void {
  let opened: Opened | undefined
  const post = (message: FromProgram, transfer: readonly (ArrayBuffer | MessagePort)[] = []) =>
    port.postMessage(message, transfer)
  port.on('message', async (message: ToProgram) => {
    switch (message.kind) {
      case 'open':
        try {
          const current = { id: 0 }
          const { hosted, ready } = await open(message, current)
          opened = { hosted, current }
          return post(ready, ready.parcels)
        } catch (error) {
          post({ kind: 'refused', error: toErrorMessage(error) })
          return port.close()
        }
      case 'run':
        return run(opened!, message, post)
      case 'cancel':
      case 'close':
        return // a worker is told by shared memory, and ended from outside
      default:
        message satisfies never
    }
  })
}

async function open(
  message: OpenMessage,
  current: Opened['current'],
): Promise<{ hosted: HostedGraph; ready: ReadyMessage }> {
  const { file, settings, cancelled, parcel, parcels = 0 } = message
  const source = (parcel && unpack(parcel)) ?? read(file, settings)
  const { limits, deterministic, threads, inlineMs } = settings
  const hosted = hostGraph(source.graph, {
    limits,
    deterministic,
    threads,
    target: source.target,
    isCancelled: () => cancelled !== undefined && current.id > 0 && Atomics.load(cancelled, 0) === current.id,
  })
  const description = await describe(source, hosted, inlineMs)
  const lines = Array.from({ length: parcels }, () => pack({ ...source, target: hosted.target }))
  return { hosted, ready: { kind: 'ready', description, parcels: lines } }
}

function read({ path, stamp }: ModelFile, { limits }: OpenMessage['settings']): Parcel {
  const before = stampOf(path)
  const { graph, weightBytes } = shareGraph(readOnnxFile(path, limits ? { limits } : {}))
  const expected = stamp ?? before
  const after = stampOf(path)
  const isSame = expected.sizeBytes === after.sizeBytes && expected.modifiedMs === after.modifiedMs
  if (isSame) return { graph, weightBytes, stamp: after, target: undefined }
  throw new SlipwayError('SLP-R8', 'Cannot load model: its file must stay as it was, got another one')
}

function stampOf(path: string): FileStamp {
  const stats = statSync(path, { throwIfNoEntry: false })
  return { sizeBytes: stats?.size ?? -1, modifiedMs: stats?.mtimeMs ?? 0 }
}

async function describe(
  source: Parcel,
  hosted: HostedGraph,
  inlineMs: number | undefined,
): Promise<ModelDescription> {
  const { graph, weightBytes, stamp } = source
  const required = hosted.inputs.filter((input) => input.required)
  for (const { name, type } of required) {
    if (tryServe(name, type)) continue
    throw new SlipwayError(
      'SLP-R8',
      `Cannot serve model: its inputs must be tensors of a served type, got "${name}"`,
    )
  }
  const inputs = servedTensors(required)
  const outputs = servedTensors(hosted.outputs)
  const names = outputs.map(({ name }) => name)
  const probe = {
    inputs,
    run: (values: ReadonlyMap<string, Tensor>) => void hosted.run(values, { outputs: names }),
    nowMs: () => performance.now(),
  }
  const inlineElements = inlineMs !== undefined && isBounded(graph) ? measureInline(probe, inlineMs) : 0
  const { wasmBytes } = hosted.report()
  const { structural, strict } = await signModel(graph)
  return {
    inputs,
    outputs,
    signatures: { structural, strict },
    weightBytes,
    wasmBytes,
    stamp,
    inlineElements,
  }
}

function run(
  { hosted, current }: Opened,
  { id, inputs, outputs }: RunMessage,
  post: (message: FromProgram, transfer?: readonly ArrayBuffer[]) => void,
): void {
  current.id = id
  try {
    const results = hosted.run(inputs, { outputs })
    const { values, transfer } = moveValues(results, { give: true })
    post({ kind: 'done', id, outputs: tensorsOf(values), wasmBytes: hosted.report().wasmBytes }, transfer)
  } catch (error) {
    post({ kind: 'failed', id, error: toErrorMessage(error) })
  }
}
