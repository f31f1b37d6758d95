/** Takes checkpoints of a run, and puts a run where a checkpoint was taken. */
import { SlipwayError } from '../../base/errors.ts'
import type { Callback } from '../loop/callback.ts'
import type { AnyModule } from '../module.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import type { Checkpoint, Manifest } from './checkpoint.ts'

interface Parties {
  readonly model: AnyModule
  readonly optimizer: Optimizer
  readonly callbacks: readonly Callback[]
}

type Position = Omit<Manifest, 'format' | 'version' | 'callbacks'>

export async function takeCheckpoint(
  { model, optimizer, callbacks }: Parties,
  position: Position,
): Promise<Checkpoint> {
  const states = callbacks.flatMap((one) => {
    const state = one.state?.()
    return state ? [{ name: one.name, ...state }] : []
  })
  return {
    manifest: {
      format: 'slipway.checkpoint',
      version: 1,
      ...position,
      callbacks: Object.fromEntries(states.map(({ name, values }) => [name, values])),
    },
    model: await model.stateDict(),
    optimizer: await optimizer.stateDict(),
    callbacks: new Map(
      states.flatMap(({ name, tensors = new Map() }) =>
        [...tensors].map(([key, value]) => [`${name}/${key}`, value] as const),
      ),
    ),
  }
}

/** Throws SLP-F4 for a checkpoint of another version, SLP-T4 and SLP-B1 where it does not fit the model. */
export function applyCheckpoint(
  { model, optimizer, callbacks }: Parties,
  { manifest, ...tensors }: Checkpoint,
): void {
  if (manifest.format !== 'slipway.checkpoint' || manifest.version !== 1) {
    const got = `${manifest.format} ${manifest.version}`
    throw new SlipwayError('SLP-F4', `Cannot go on: the checkpoint must be of version 1, got ${got}`)
  }
  model.loadStateDict(tensors.model)
  optimizer.loadStateDict(tensors.optimizer)
  for (const one of callbacks) {
    const values = manifest.callbacks[one.name]
    if (values === undefined) continue
    const start = `${one.name}/`
    const own = [...tensors.callbacks].filter(([key]) => key.startsWith(start))
    one.restore?.({ values, tensors: new Map(own.map(([key, value]) => [key.slice(start.length), value])) })
  }
}
